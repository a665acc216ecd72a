import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useObject } from "../../api/queries";
import type { RecordData, Reference } from "../../api/types";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { useRemoval } from "./useRemoval";

const FormDrawer = lazy(() => import("../../views/form/FormDrawer"));

async function everything(): Promise<RecordData[]> {
  const all: RecordData[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list("departments", { limit: 500, sort: "name", count: "none", cursor });
    all.push(...page.records);
    cursor = page.next ?? undefined;
  } while (cursor);
  return all;
}

/** The tree of departments, with their heads and how many people each has. */
export default function Departments() {
  const { t } = useTranslation();
  const object = useObject("department");
  const list = useQuery({ queryKey: ["list", "departments", "tree"], queryFn: everything });
  const people = useQuery({
    queryKey: ["aggregate", "users", "departments"],
    queryFn: () =>
      api.aggregate("users", {
        filter: "active = TRUE",
        group: [{ field: "department" }],
        measures: [{ fn: "count" }],
      }),
    retry: false,
  });
  const [form, setForm] = useState<{ record?: RecordData; preset?: string }>();
  const all = list.data ?? [];
  const ids = new Set(all.map((d) => d.id));
  const childrenOf = (id: string | undefined) =>
    all.filter((d) => {
      const parent = (d.parent as Reference | null | undefined)?.id;
      return id ? parent === id : !parent || !ids.has(parent);
    });
  const count = new Map(
    (people.data?.rows ?? []).map((r) => [String(idOf(r.group[0])), Number(r.measures[0])]),
  );
  const removal = useRemoval("departments");
  const remove = (d: RecordData) => {
    if (window.confirm(t("departments.sure", { what: String(d.name) }))) void removal(d);
  };
  const branch = (id: string | undefined, depth: number) => {
    const kids = childrenOf(id);
    if (!kids.length || depth > 20) return null;
    return (
      <ul className={depth ? "tree" : "rows"}>
        {kids.map((d) => {
          const n = count.get(d.id) ?? 0;
          const sub = childrenOf(d.id).length;
          return (
            <li key={d.id} className="tree-item">
              <div className="tree-row">
                <Icon name="tree" />
                <div className="grow">
                  <button
                    type="button"
                    className="link-btn strong"
                    onClick={() => setForm({ record: d })}
                  >
                    {String(d.name)}
                  </button>{" "}
                  <span className="muted">
                    {(d.head as Reference | undefined)?.label &&
                      `${t("departments.head")} ${(d.head as Reference).label} · `}
                    <Link
                      className="quiet-link"
                      to="/settings/$section"
                      params={{ section: "users" }}
                      search={{ dept: d.id }}
                    >
                      {t("departments.people", { n })}
                    </Link>
                  </span>
                </div>
                <Menu
                  label={t("users.menu", { name: String(d.name) })}
                  className="icon-btn"
                  trigger={<Icon name="more" />}
                  items={[
                    {
                      label: t("departments.add_below"),
                      onSelect: () =>
                        setForm({
                          preset: JSON.stringify({
                            parent: { id: d.id, object: "department", label: d.name },
                          }),
                        }),
                    },
                    { label: t("edit"), onSelect: () => setForm({ record: d }) },
                    {
                      label: t("delete"),
                      danger: true,
                      separated: true,
                      disabled: n > 0 || sub > 0,
                      onSelect: () => void remove(d),
                    },
                  ]}
                />
              </div>
              {branch(d.id, depth + 1)}
            </li>
          );
        })}
      </ul>
    );
  };
  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.departments")}</h2>
        {object && (
          <Button
            small
            kind="primary"
            icon={<Icon name="plus" size={14} />}
            onClick={() => setForm({})}
          >
            {t("new.of", { what: object.label })}
          </Button>
        )}
      </div>
      {list.isPending ? (
        <Skeleton rows={4} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : all.length === 0 ? (
        <EmptyState title={t("none")} />
      ) : (
        branch(undefined, 0)
      )}
      <Suspense fallback={null}>
        {form && (
          <FormDrawer
            object="department"
            record={form.record}
            preset={form.preset}
            onClose={() => setForm(undefined)}
          />
        )}
      </Suspense>
    </section>
  );
}

const idOf = (v: unknown): unknown => (v && typeof v === "object" ? (v as Reference).id : v);
