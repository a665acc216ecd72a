import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { Face } from "../../fields/picture/Face";
import { grouped as thousands } from "../../lib/format";
import { reachOf, telLink } from "../../lib/reach";
import { hasFace, isEmpty, recordTitle } from "../../lib/records";
import { Icon } from "../../ui/Icon";
import type { Column } from "./columns";
import { GroupLabel } from "./GroupLabel";
import { useSumText } from "./GroupRow";
import type { GroupHead, Line } from "./groups";
import { Late } from "./Late";
import { isSelected, type Selection } from "./selection";
import type { ListResult } from "./useList";
import { useScroll } from "./useScroll";

const HEIGHT = 90;
const HEAD = 44;
/** The list on a phone: a card of three lines a record, a tap to call. */
export function Cards({
  object,
  columns,
  list,
  lines,
  grouped,
  onFold,
  picking,
  selection,
  onTick,
}: {
  object: ObjectMeta;
  columns: Column[];
  list: ListResult;
  lines?: Line[];
  grouped?: Field;
  onFold?: (g: GroupHead) => void;
  /** A tap ticks a card instead of opening it. */
  picking: boolean;
  selection: Selection;
  onTick: (i: number) => void;
}) {
  const { ref, rows, items } = useScroll(
    list,
    lines?.length ?? list.records.length,
    lines ? (i) => (lines[i]?.head ? HEAD : HEIGHT) : HEIGHT,
  );
  useEffect(() => rows.measure(), [lines, rows]);
  return (
    <div ref={ref} className="cards">
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map((v) => {
          const line = lines ? lines[v.index] : { record: v.index };
          if (line?.head && grouped) {
            return (
              <div
                key={`group ${line.head.key}`}
                className="group-place"
                style={{ transform: `translateY(${v.start}px)`, height: HEAD }}
              >
                <CardGroup field={grouped} head={line.head} columns={columns} onFold={onFold} />
              </div>
            );
          }
          const index = line && !line.head ? line.record : -1;
          const r = list.records[index];
          return (
            r && (
              <div
                key={v.key}
                className="card-place"
                style={{ transform: `translateY(${v.start}px)`, height: HEIGHT }}
              >
                <Card
                  object={object}
                  columns={columns}
                  record={r}
                  picking={picking}
                  picked={isSelected(selection, r.id)}
                  onTick={() => onTick(index)}
                />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

/** What says nothing when it is cut: where a line is short the texts beside it give way. */
const WHOLE = ["date", "datetime", "picklist", "money", "integer", "decimal", "percent"];

function Card({
  object,
  columns,
  record,
  picking,
  picked,
  onTick,
}: {
  object: ObjectMeta;
  columns: Column[];
  record: RecordData;
  picking: boolean;
  picked: boolean;
  onTick: () => void;
}) {
  const { t } = useTranslation();
  const title = recordTitle(object, record);
  const { phone } = reachOf(object, record);
  const lines = columns
    .slice(1)
    .map((c) => c.field)
    .filter(
      (f) =>
        !isEmpty(record[f.name]) &&
        // A call that is called "call" says so once.
        f.options?.find((o) => o.value === record[f.name])?.label !== title &&
        f.type !== "phones" &&
        f.type !== "boolean" &&
        f.name !== "created_at",
    );
  return (
    <div
      className={`card-item ${picked ? "selected" : ""}`}
      onContextMenu={(e) => {
        // A long press begins choosing several, as elsewhere on a phone.
        if (picking || !window.matchMedia("(pointer: coarse)").matches) return;
        e.preventDefault();
        onTick();
      }}
    >
      {picking && (
        <label className="card-tick">
          <input
            type="checkbox"
            aria-label={t("select.what", { what: title })}
            checked={picked}
            onChange={onTick}
          />
        </label>
      )}
      {hasFace(object) && <Face object={object} record={record} />}
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
                <span key={f.name} className={WHOLE.includes(f.type) ? "whole" : ""}>
                  <Late object={object} record={record} field={f}>
                    <type.Display field={f} value={record[f.name]} short />
                  </Late>
                </span>
              );
            })}
          </div>
        ))}
      </div>
      {phone && !picking && (
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

/** The head of a group on a phone: its value, how many, and its sums. */
function CardGroup({
  field,
  head,
  columns,
  onFold,
}: {
  field: Field;
  head: GroupHead;
  columns: Column[];
  onFold?: (g: GroupHead) => void;
}) {
  const sumText = useSumText();
  const sums = columns.map((c) => sumText(c.field, head.sums[c.field.name])).filter(Boolean);
  return (
    <button
      type="button"
      className="group-fold"
      aria-expanded={!head.closed}
      disabled={!onFold}
      onClick={() => onFold?.(head)}
    >
      <Icon name={head.closed ? "right" : "down"} size={16} />
      <span className="ellipsis">
        <GroupLabel field={field} head={head} />
      </span>
      {head.count !== undefined && (
        <span className="muted count">{thousands(String(head.count))}</span>
      )}
      <span className="grow" />
      <span className="muted">{sums.join(" · ")}</span>
    </button>
  );
}
