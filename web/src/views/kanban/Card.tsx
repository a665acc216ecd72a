import { useDraggable } from "@dnd-kit/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta, Option, RecordData, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { PersonFace } from "../../fields/picture/PersonFace";
import { useWhyNot } from "../../hooks/useWhyNot";
import { dayOf, daysBetween, shortDate, today } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { isOpen, stageField } from "../../lib/stages";
import { partsOf, waited } from "./cardFields";

export function Card({
  object,
  record,
  stage,
}: {
  object: ObjectMeta;
  record: RecordData;
  stage: Option;
}) {
  const { t } = useTranslation();
  const fixed = useWhyNot(object)("edit", object.access.edit);
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({
    id: record.id,
    data: { record },
    disabled: !!fixed,
    attributes: { roleDescription: t("board.card"), role: "group" },
  });
  const { rotting } = waitOf(object, record, stage);
  return (
    <div
      ref={setNodeRef}
      className={`board-card ${isDragging ? "lifted" : ""} ${rotting ? "overdue" : ""}`}
      data-id={record.id}
      aria-label={recordTitle(object, record)}
      title={fixed}
      {...attributes}
      aria-description={fixed}
      {...listeners}
    >
      <CardBody object={object} record={record} stage={stage} />
    </div>
  );
}

/** How long a record is in its stage, and whether that is too long. */
function waitOf(object: ObjectMeta, record: RecordData, stage: Option | undefined) {
  const { since } = partsOf(object);
  const at = since && record[since.name];
  const days = typeof at === "string" ? daysBetween(dayOf(new Date(at)), today()) : 0;
  const limited = stageField(object)?.options?.some((o) => o.rotten_days);
  const limit = limited ? (stage?.rotten_days ?? 0) : undefined;
  return { days, ...waited(days, isOpen(stage) ? limit : 0) };
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
  stage,
}: {
  object: ObjectMeta;
  record: RecordData;
  stage: Option | undefined;
}) {
  const { t } = useTranslation();
  const p = partsOf(object);
  const owner = p.owner && (record[p.owner.name] as Reference | null);
  const wait = waitOf(object, record, stage);
  const open = isOpen(stage);
  const nextOn = p.nextOn && record[p.nextOn.name];
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
          <span className="ellipsis grow">→ {String(record[p.next.name])}</span>
          {typeof nextOn === "string" && (
            <span className={open && nextOn < today() ? "late" : "muted"}>{shortDate(nextOn)}</span>
          )}
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
            title={
              wait.rotting
                ? t("board.rotten", { n: wait.days, max: stage?.rotten_days })
                : t("board.days", { n: wait.days })
            }
          >
            <span className="wait-bar" aria-hidden="true">
              <span style={{ width: `${Math.max(6, wait.part * 100)}%` }} />
            </span>
            {t("board.days_short", { n: wait.days })}
          </span>
        )}
      </div>
    </>
  );
}
