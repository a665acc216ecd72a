import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Count, Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { useUrl } from "../../hooks/useUrl";
import { grouped } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

export const SHOWN = 6;

/** The newest of the records of another object that point here, and how many there are. */
export function useRelated(object: ObjectMeta, link: string, id: string) {
  const filter = `${link} = "${id}"`;
  return useQuery({
    queryKey: ["list", object.plural, { filter, limit: SHOWN }],
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        { filter, limit: SHOWN, count: "capped", sort: "-created_at" },
        signal,
      ),
    retry: false,
  });
}

/** Where a part of a record's page stands. */
export const partId = (object: string, link: string) => `part-${object}-${link}`;

export function RelatedCount({ count: n }: { count: Count | undefined }) {
  if (!n || n.relation === "unknown") return null;
  return (
    <span className="muted count">
      {grouped(String(n.value))}
      {n.relation === "gte" ? "+" : ""}
    </span>
  );
}

/** Records of another object that belong to this one: how many, the newest, a quick new one. */
export function Related({
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
  const extra = (object.list ?? [])
    .filter((x) => x !== object.title_field && x !== link && x !== "created_at")
    .map((x) => object.fields.find((f) => f.name === x))
    .filter((f): f is Field => !!f && f.type !== "user");
  const list = useRelated(object, link, record.id);
  const n = list.data?.count;
  const search = { f: JSON.stringify([[link, "eq", record.id]]) };
  return (
    <section id={partId(object.name, link)} className="panel related" aria-label={label}>
      <header>
        <h2>
          <Link to="/o/$plural" params={{ plural: object.plural }} search={search as never}>
            {label}
          </Link>{" "}
          <RelatedCount count={n} />
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
              <Link
                to="/o/$plural/$id"
                params={{ plural: object.plural, id: r.id }}
                className={r.done === true ? "done" : ""}
              >
                {recordTitle(object, r)}
              </Link>
              <div className="card-line">
                {extra
                  .filter((f) => r[f.name] !== null && r[f.name] !== undefined && r[f.name] !== "")
                  .filter((f) => f.type !== "boolean")
                  .slice(0, 3)
                  .map((f) => {
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
      {n && n.value > SHOWN && (
        <Link to="/o/$plural" params={{ plural: object.plural }} search={search as never}>
          {t("home.all")}
        </Link>
      )}
    </section>
  );
}
