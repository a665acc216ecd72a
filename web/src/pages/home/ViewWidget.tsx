import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { type Aggregate, call, queryString } from "../../api/client";
import { useMe } from "../../api/queries";
import type { Field, ObjectMeta, RecordPage } from "../../api/types";
import { fieldType } from "../../fields";
import { grouped, money, monthText } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { Skeleton } from "../../ui/State";
import { analysisSearch, useSavedAnalyses } from "../../views/list/views";
import { usePeople } from "../forecast/useForecast";
import { Panel } from "./Panel";
import { Bars, Line, Pie, type Slice } from "./pictures";

const AnalysisWidget = lazy(() => import("../analyses/AnalysisWidget"));

export const SHOWS = ["list", "bar", "line", "pie", "number"] as const;

/** What the field types are that a picture can be grouped by. */
export const GROUPED = ["picklist", "boolean", "user", "department", "date", "datetime"];

const LINES = 12;

/** Any saved view, as a list or as a picture of what it adds up to. */
export function ViewWidget({
  options,
  objects,
}: {
  options: Record<string, string>;
  objects: ObjectMeta[];
}) {
  const { t } = useTranslation();
  const object = objects.find((o) => o.name === options.object);
  const title = options.title || t("widget.view");
  if (!object || !options.view) {
    return <Panel title={title}>{() => <p className="muted">{t("widget.view_gone")}</p>}</Panel>;
  }
  if (options.analysis) {
    return <Analysis title={title} link={null} object={object} options={options} />;
  }
  const link = (
    <Link to="/o/$plural" params={{ plural: object.plural }} search={{ view: options.view }}>
      {t("home.all")}
    </Link>
  );
  const Show = !options.show || options.show === "list" ? Rows : Picture;
  return <Show title={title} link={link} object={object} options={options} />;
}

interface Shown {
  title: string;
  link: React.ReactNode;
  object: ObjectMeta;
  options: Record<string, string>;
}

/** A saved analysis as its picture. */
function Analysis({ title, object, options }: Shown) {
  const { t } = useTranslation();
  const saved = useSavedAnalyses(object.name);
  const view = saved.data?.find((v) => v.id === options.view);
  const link = view?.analysis && (
    <Link
      to="/analyses/$name"
      params={{ name: view.analysis }}
      search={analysisSearch(view) as never}
    >
      {t("home.all")}
    </Link>
  );
  return (
    <Panel title={title} link={link} query={saved} rows={6}>
      {() =>
        view?.analysis ? (
          <Suspense fallback={<Skeleton rows={6} />}>
            <AnalysisWidget
              name={view.analysis}
              settings={{
                ...view.settings,
                filter: typeof view.filter === "string" ? view.filter : undefined,
              }}
            />
          </Suspense>
        ) : (
          <p className="muted">{t("widget.view_gone")}</p>
        )
      }
    </Panel>
  );
}

function Rows({ title, link, object, options }: Shown) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["home", "view", options.view, "list"],
    queryFn: ({ signal }) =>
      call<RecordPage>(
        `/${object.plural}${queryString({ view: options.view, limit: LINES, count: "none" })}`,
        { signal },
      ),
    retry: false,
  });
  return (
    <Panel title={title} link={link} query={found} rows={6}>
      {() => {
        const records = found.data?.records ?? [];
        if (!records.length) return <p className="muted empty-line">{t("none")}</p>;
        return (
          <ul className="todo">
            {records.map((r) => {
              const more = object.fields
                .filter((f) => f.name in r && f.name !== object.title_field && !f.multiple)
                .filter((f) => r[f.name] !== null && r[f.name] !== "")
                .slice(0, 2);
              return (
                <li key={r.id}>
                  <Link
                    className="grow strong plain-link"
                    to="/o/$plural/$id"
                    params={{ plural: object.plural, id: r.id }}
                  >
                    {recordTitle(object, r)}
                  </Link>
                  {more.map((f) => {
                    const Display = fieldType(f).Display;
                    return (
                      <span key={f.name} className="muted line">
                        <Display field={f} value={r[f.name]} short />
                      </span>
                    );
                  })}
                </li>
              );
            })}
          </ul>
        );
      }}
    </Panel>
  );
}

const idOf = (v: unknown): string =>
  v && typeof v === "object" ? String((v as { id?: string }).id ?? "") : String(v ?? "");

function Picture({ title, link, object, options }: Shown) {
  const { t } = useTranslation();
  const company = useMe().data?.company.currency ?? "TWD";
  const group = object.fields.find((f) => f.name === options.group);
  const dated = group?.type === "date" || group?.type === "datetime";
  const by = dated ? options.by || "month" : undefined;
  const measure = options.field
    ? { fn: options.fn || "sum", field: options.field }
    : { fn: "count" };
  const number = options.show === "number" || !group;
  const found = useQuery({
    queryKey: ["home", "view", options.view, options.group, by, options.fn, options.field, number],
    queryFn: ({ signal }) =>
      call<Aggregate>(`/${object.plural}/aggregate`, {
        method: "POST",
        body: {
          view: options.view,
          group: number ? [] : [{ field: group.name, by }],
          measures: [measure],
        },
        signal,
      }),
    retry: false,
  });
  const people = usePeople(group?.type === "user" || group?.type === "department");
  const measured = object.fields.find((f) => f.name === options.field);
  const text = (v: unknown): string => {
    const n = String(v ?? "0");
    return measured?.type === "money"
      ? money({ amount: n, currency: found.data?.currency ?? company })
      : grouped(n.replace(/\.0+$/, ""));
  };
  return (
    <Panel title={title} link={link} query={found} rows={6}>
      {() => {
        const rows = found.data?.rows ?? [];
        if (number || !group) {
          return (
            <p className="big-number num">
              {text(rows[0]?.measures[0])}
              <span className="muted">{measured ? measured.label : t("widget.count")}</span>
            </p>
          );
        }
        const slices: Slice[] = rows.map((r) => ({
          key: idOf(r.group[0]),
          label: labelOf(group, r.group[0], by, people, t),
          value: Number(r.measures[0] ?? 0),
          text: text(r.measures[0]),
        }));
        if (!slices.some((s) => s.value)) return <p className="muted empty-line">{t("none")}</p>;
        const order = new Map((group.options ?? []).map((o, i) => [o.value, i]));
        if (order.size) {
          slices.sort((a, b) => (order.get(a.key) ?? 999) - (order.get(b.key) ?? 999));
        } else if (!dated) slices.sort((a, b) => b.value - a.value);
        if (options.show === "line") return <Line slices={slices} />;
        if (options.show === "pie") return <Pie slices={slices} />;
        return <Bars slices={slices} />;
      }}
    </Panel>
  );
}

/** What a group is called. */
function labelOf(
  field: Field,
  value: unknown,
  by: string | undefined,
  people: ReturnType<typeof usePeople>,
  t: (key: string) => string,
): string {
  const key = idOf(value);
  if (!key && value !== false) return t("widget.empty_group");
  if (field.type === "picklist") return field.options?.find((o) => o.value === key)?.label ?? key;
  if (field.type === "boolean") return t(value ? "yes" : "no");
  if (field.type === "user") {
    return String(people.data?.people.find((p) => p.id === key)?.name ?? t("hidden"));
  }
  if (field.type === "department") {
    return String(people.data?.departments.find((p) => p.id === key)?.name ?? t("hidden"));
  }
  return by === "month" ? monthText(key) : key;
}
