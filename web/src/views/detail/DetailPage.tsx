import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useObject, useRecord } from "../../api/queries";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { useKeys } from "../../hooks/useKeys";
import { useUrl } from "../../hooks/useUrl";
import { visited } from "../../lib/recent";
import { recordTitle, sectionsOf, toWrite, writable } from "../../lib/records";
import { NotFound } from "../../pages/NotFound";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Avatar, ErrorState, Skeleton } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { InlineField } from "./InlineField";
import { Timeline } from "./Timeline";

const FormDrawer = lazy(() => import("../form/FormDrawer"));

export function DetailPage() {
  const { plural, id } = useParams({ strict: false }) as { plural: string; id: string };
  const object = useObject(plural);
  const record = useRecord(plural, id);
  useEffect(() => {
    if (!object || !record.data) return;
    const { name } = object;
    visited({ object: name, plural, id, label: recordTitle(object, record.data) });
  }, [object, record.data, plural, id]);
  if (!object) return <NotFound />;
  if (record.isPending) return <Skeleton rows={10} />;
  if (record.isError) {
    return isProblem(record.error) && record.error.status === 404 ? (
      <NotFound />
    ) : (
      <ErrorState error={record.error} retry={() => record.refetch()} />
    );
  }
  return <Detail key={id} object={object} record={record.data} />;
}

function Related({
  object,
  link,
  label,
  parent,
  record,
}: {
  object: ObjectMeta;
  link: string;
  label: string;
  parent: ObjectMeta;
  record: RecordData;
}) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  const filter = `${link} = "${record.id}"`;
  const list = useQuery({
    queryKey: ["list", object.plural, { filter, limit: 6 }],
    queryFn: ({ signal }) =>
      api.list(object.plural, { filter, limit: 6, count: "capped", sort: "-created_at" }, signal),
    retry: false,
  });
  const n = list.data?.count;
  const extra = (object.list ?? [])
    .filter((x) => x !== object.title_field && x !== link)
    .map((x) => object.fields.find((f) => f.name === x))
    .filter((f): f is Field => !!f)
    .slice(0, 2);
  return (
    <section className="panel" aria-label={label}>
      <header>
        <h2>
          <Link to="/o/$plural" params={{ plural: object.plural }} search={{ filter }}>
            {label}
          </Link>{" "}
          {n && n.relation !== "unknown" && (
            <span className="muted">
              {n.value}
              {n.relation === "gte" ? "+" : ""}
            </span>
          )}
        </h2>
        {object.access.create && (
          <IconButton
            label={t("new.of", { what: object.label })}
            onClick={() =>
              setUrl(
                {
                  create: object.name,
                  preset: JSON.stringify({
                    [link]: {
                      id: record.id,
                      object: parent.name,
                      label: recordTitle(parent, record),
                    },
                  }),
                },
                { push: true },
              )
            }
          >
            <Icon name="plus" size={16} />
          </IconButton>
        )}
      </header>
      {list.isError ? (
        <p className="muted">{t("error.failed")}</p>
      ) : list.data?.records.length === 0 ? (
        <p className="muted">{t("none")}</p>
      ) : (
        <ul className="mini">
          {list.data?.records.map((r) => (
            <li key={r.id}>
              <Link to="/o/$plural/$id" params={{ plural: object.plural, id: r.id }}>
                {recordTitle(object, r)}
              </Link>
              <div className="card-line">
                {extra.map((f) => {
                  const type = fieldType(f);
                  return (
                    <span key={f.name}>
                      <type.Display field={f} value={r[f.name]} short />
                    </span>
                  );
                })}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Detail({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [url, setUrl] = useUrl();
  const { plural } = object;
  const canEdit = record._can?.edit ?? !!object.access.edit;
  const canDelete = record._can?.delete ?? !!object.access.delete;
  const objects = queryClient.getQueryData<{ objects: ObjectMeta[] }>(["objects"])?.objects ?? [];
  const title = recordTitle(object, record);
  const field = (n: string) => object.fields.find((f) => f.name === n);
  const stage = object.stage_field ? field(object.stage_field) : undefined;
  useKeys({ e: () => canEdit && setUrl({ edit: "1" }, { push: true }) });

  async function save(f: Field, value: unknown) {
    const key = ["record", plural, record.id];
    const before = queryClient.getQueryData<RecordData>(key) ?? record;
    // Shown at once; taken back when the server refuses.
    queryClient.setQueryData(key, { ...before, [f.name]: value });
    try {
      const r = await api.patch(plural, record.id, { [f.name]: toWrite(f, value) }, before.version);
      if (r?.id) queryClient.setQueryData(key, { ...before, ...r });
      else queryClient.invalidateQueries({ queryKey: key });
      queryClient.invalidateQueries({ queryKey: ["timeline", plural, record.id] });
      queryClient.invalidateQueries({ queryKey: ["list", plural] });
    } catch (e) {
      queryClient.setQueryData(key, before);
      if (isProblem(e) && e.status === 412) queryClient.invalidateQueries({ queryKey: key });
      throw e;
    }
  }

  async function remove() {
    try {
      await api.remove(plural, record.id);
    } catch {
      toast(t("error.failed"), { bad: true });
      return;
    }
    refresh(plural);
    navigate({ to: "/o/$plural", params: { plural } });
    toast(t("deleted", { what: title }), {
      action: {
        label: t("undo"),
        run: async () => {
          await api.restore(plural, record.id);
          refresh(plural, record.id);
        },
      },
    });
  }

  const forbidden = t("error.forbidden");
  const at = stage?.options?.findIndex((o) => o.value === record[stage.name]) ?? -1;
  return (
    <>
      <div className="detail-head">
        <nav className="muted" aria-label={t("breadcrumb")}>
          <Link to="/o/$plural" params={{ plural }}>
            {object.label_plural}
          </Link>
        </nav>
        <div className="detail-title">
          <Avatar name={title} />
          <h1>{title}</h1>
          <div className="grow" />
          <Button
            icon={<Icon name="edit" size={16} />}
            disabled={!canEdit}
            title={canEdit ? undefined : forbidden}
            onClick={() => setUrl({ edit: "1" }, { push: true })}
          >
            {t("edit")}
          </Button>
          <Button
            kind="danger"
            icon={<Icon name="trash" size={16} />}
            disabled={!canDelete}
            title={canDelete ? undefined : forbidden}
            onClick={remove}
          >
            {t("delete")}
          </Button>
        </div>
        {stage && (
          <div className="stages" role="group" aria-label={stage.label}>
            {stage.options
              ?.filter((o) => !o.inactive)
              .map((o, i) => (
                <button
                  key={o.value}
                  type="button"
                  className={`stage ${i < at ? "past" : ""} ${i === at ? "on" : ""}`}
                  aria-pressed={i === at}
                  disabled={!canEdit || !writable(stage)}
                  onClick={() =>
                    save(stage, o.value).catch((e) =>
                      toast(isProblem(e) && e.detail ? e.detail : t("error.failed"), { bad: true }),
                    )
                  }
                >
                  {o.label}
                </button>
              ))}
          </div>
        )}
        {!!object.highlights?.length && (
          <dl className="highlights">
            {object.highlights.map((n) => {
              const f = field(n);
              if (!f) return null;
              const type = fieldType(f);
              return (
                <div key={n}>
                  <dt>{f.label}</dt>
                  <dd>
                    <type.Display field={f} value={record[n]} short />
                  </dd>
                </div>
              );
            })}
          </dl>
        )}
      </div>
      <div className="zones">
        <div className="zone">
          {sectionsOf(object).map((s, i) => (
            <section key={i} className="panel">
              <h2>{s.label || t("about")}</h2>
              <dl className="about">
                {s.fields.map((f) => (
                  <InlineField
                    key={f.name}
                    field={f}
                    value={record[f.name]}
                    editable={canEdit && writable(f) && !["file", "picture"].includes(f.type)}
                    save={(v) => save(f, v)}
                  />
                ))}
              </dl>
            </section>
          ))}
        </div>
        <div className="zone">
          <Timeline object={object} id={record.id} />
        </div>
        <div className="zone zone-related">
          {object.related?.map((r) => {
            const o = objects.find((x) => x.name === r.object);
            return (
              o && (
                <Related
                  key={r.object + r.field}
                  object={o}
                  link={r.field}
                  label={r.label || o.label_plural}
                  parent={object}
                  record={record}
                />
              )
            );
          })}
        </div>
      </div>
      {url.edit && canEdit && (
        <Suspense fallback={null}>
          <FormDrawer
            object={object.name}
            record={record}
            onClose={() => setUrl({ edit: undefined })}
          />
        </Suspense>
      )}
    </>
  );
}
