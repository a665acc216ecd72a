import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { reachOf, telLink } from "../../lib/reach";
import { isEmpty, recordTitle } from "../../lib/records";
import { Icon } from "../../ui/Icon";
import type { Column } from "./columns";
import type { ListResult } from "./useList";
import { useScroll } from "./useScroll";

const HEIGHT = 74;
/** The list on a phone: a card of three lines a record, a tap to call. */
export function Cards({
  object,
  columns,
  list,
}: {
  object: ObjectMeta;
  columns: Column[];
  list: ListResult;
}) {
  const { ref, rows, items } = useScroll(list, list.records.length, HEIGHT);
  return (
    <div ref={ref} className="cards">
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map((v) => {
          const r = list.records[v.index];
          return (
            r && (
              <div
                key={v.key}
                className="card-place"
                style={{ transform: `translateY(${v.start}px)`, height: HEIGHT }}
              >
                <Card object={object} columns={columns} record={r} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Card({
  object,
  columns,
  record,
}: {
  object: ObjectMeta;
  columns: Column[];
  record: RecordData;
}) {
  const { t } = useTranslation();
  const { phone } = reachOf(object, record);
  const lines = columns
    .slice(1)
    .map((c) => c.field)
    .filter(
      (f) =>
        !isEmpty(record[f.name]) &&
        f.type !== "phones" &&
        f.type !== "boolean" &&
        f.name !== "created_at",
    );
  return (
    <div className="card-item">
      <div className="grow">
        <Link
          to="/o/$plural/$id"
          params={{ plural: object.plural, id: record.id }}
          className="card-link"
        >
          <strong className={record.done === true ? "done" : ""}>
            {recordTitle(object, record)}
          </strong>
        </Link>
        {[lines.slice(0, 3), lines.slice(3, 6)].map((line, n) => (
          <div key={n} className="card-line">
            {line.map((f) => {
              const type = fieldType(f);
              return (
                <span key={f.name}>
                  <type.Display field={f} value={record[f.name]} short />
                </span>
              );
            })}
          </div>
        ))}
      </div>
      {phone && (
        <a
          className="icon-btn card-call"
          href={telLink(phone)}
          aria-label={`${t("act.call")} ${phone}`}
        >
          <Icon name="phone" />
        </a>
      )}
    </div>
  );
}
