import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { useUrl } from "../../hooks/useUrl";
import { recordTitle } from "../../lib/records";
import { RelatedPart, SHOWN } from "./RelatedPart";

/** The newest of the records of another object that point here, and how many there are. */
export function useRelated(object: ObjectMeta, link: string, id: string) {
  const filter = `${link} = "${id}"`;
  return useQuery({
    queryKey: ["list", object.plural, { filter, limit: SHOWN }],
    queryFn: ({ signal }) =>
      api.list(object.plural, { filter, limit: SHOWN, count: "capped" }, signal),
    retry: false,
  });
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
  return (
    <RelatedPart
      object={object}
      link={link}
      label={label}
      record={record}
      list={list}
      add={
        object.access.create
          ? {
              label: t("new.of", { what: object.label }),
              run: () =>
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
                ),
            }
          : undefined
      }
      row={(r) => (
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
      )}
    />
  );
}
