import { useDraggable } from "@dnd-kit/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta, RecordData, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { PersonFace } from "../../fields/picture/PersonFace";
import { useWhyNot } from "../../hooks/useWhyNot";
import { dayOf, daysBetween, today } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { partsOf, waited } from "./cardFields";

export function Card({
  object,
  record,
  open,
}: {
  object: ObjectMeta;
  record: RecordData;
  open: boolean;
}) {
  const { t } = useTranslation();
  const fixed = useWhyNot(object)("edit", object.access.edit);
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({
    id: record.id,
    data: { record },
    disabled: !!fixed,
    attributes: { roleDescription: t("board.card"), role: "group" },
  });
  return (
    <div
      ref={setNodeRef}
      className={`board-card ${isDragging ? "lifted" : ""}`}
      data-id={record.id}
      aria-label={recordTitle(object, record)}
      title={fixed}
      {...attributes}
      aria-description={fixed}
      {...listeners}
    >
      <CardBody object={object} record={record} open={open} />
    </div>
  );
}

function Shown({ field, record }: { field: Field | undefined; record: RecordData }) {
  const v = field && record[field.name];
  if (!field || v === null || v === undefined || v === "") return null;
  const type = fieldType(field);
  return <type.Display field={field} value={v} short />;
}

/** Five lines at most: name, customer, amount and close, next step, owner and how long it waits. */
export function CardBody({
  object,
  record,
  open = true,
}: {
  object: ObjectMeta;
  record: RecordData;
  open?: boolean;
}) {
  const { t } = useTranslation();
  const p = partsOf(object);
  const owner = p.owner && (record[p.owner.name] as Reference | null);
  const since = p.since && record[p.since.name];
  const days = typeof since === "string" ? daysBetween(dayOf(new Date(since)), today()) : 0;
  const wait = waited(days);
  const close = p.close && record[p.close.name];
  const late = open && typeof close === "string" && close.slice(0, 10) < today();
  return (
    <>
      <Link
        to="/o/$plural/$id"
        params={{ plural: object.plural, id: record.id }}
        className="cell-link card-title"
        draggable={false}
      >
        {recordTitle(object, record)}
      </Link>
      {p.customer && (
        <div className="card-line">
          <Shown field={p.customer} record={record} />
        </div>
      )}
      <div className="card-line card-split">
        <span className="card-amount">
          <Shown field={p.amount} record={record} />
        </span>
        <span className={late ? "late" : ""} title={late ? t("board.late") : undefined}>
          <Shown field={p.close} record={record} />
        </span>
      </div>
      {p.next && !!record[p.next.name] && (
        <div className="card-line">
          <span>→ {String(record[p.next.name])}</span>
        </div>
      )}
      <div className="card-line card-foot">
        {owner?.label && (
          <span title={owner.label}>
            <PersonFace id={owner.id} name={owner.label} />
          </span>
        )}
        {open && (
          <span
            className={`wait ${wait.rotting ? "rotting" : ""}`}
            title={t("board.days", { n: days })}
          >
            <span className="wait-bar" aria-hidden="true">
              <span style={{ width: `${Math.max(6, wait.part * 100)}%` }} />
            </span>
            {t("board.days_short", { n: days })}
          </span>
        )}
      </div>
    </>
  );
}
