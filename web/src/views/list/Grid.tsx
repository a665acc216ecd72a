import { Link } from "@tanstack/react-router";
import { memo, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { Face } from "../../fields/picture/Face";
import { hasFace, recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { CellEditor, cellEditable, type Leave } from "./CellEditor";
import type { Column } from "./columns";
import { GridHead } from "./GridHead";
import { GroupRow } from "./GroupRow";
import type { GroupHead, Line } from "./groups";
import { Late } from "./Late";
import { RowActions } from "./RowActions";
import { isSelected, type Selection } from "./selection";
import type { ListResult } from "./useList";
import { useScroll } from "./useScroll";

/** The cell being edited; `draft` and `error` when the server refused what was typed. */
export interface Editing {
  id: string;
  field: string;
  draft?: { value: unknown };
  error?: string;
}

export interface GridProps {
  object: ObjectMeta;
  columns: Column[];
  setColumns: (c: Column[]) => void;
  list: ListResult;
  /** The records with the heads of their groups; none where nothing is grouped. */
  lines?: Line[];
  grouped?: Field;
  /** Absent where the groups cannot be closed. */
  onFold?: (g: GroupHead) => void;
  selection: Selection;
  onTick: (i: number, range: boolean) => void;
  onTickAll: () => void;
  current: { row: number; column: number };
  setCurrent: (c: { row: number; column: number }) => void;
  editing: Editing | null;
  setEditing: (e: Editing | null) => void;
  onSave: (r: RecordData, field: string, value: unknown, leave: Leave) => void;
  gridRef: React.RefObject<HTMLDivElement | null>;
}

const rowHeight = () =>
  Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--row"), 10) || 34;

export function Grid(p: GridProps) {
  const { t } = useTranslation();
  const { object, columns, list, current } = p;
  const { ref, rows, items } = useScroll(
    list,
    (p.lines?.length ?? list.records.length) + (list.hasNextPage ? 1 : 0),
    rowHeight(),
  );
  const lineOf = useMemo(
    () => new Map(p.lines?.map((l, i) => [l.head ? -1 : l.record, i])),
    [p.lines],
  );
  // Rows are drawn anew only when they change; what they do is always that of the latest list.
  const acts = useRef(p);
  acts.current = p;
  const mounted = useRef(false);
  useEffect(() => {
    if (mounted.current)
      rows.scrollToIndex(lineOf.get(current.row) ?? current.row, { align: "auto" });
    mounted.current = true;
  }, [current.row]);
  const active = list.records[current.row];
  return (
    <div
      ref={(el) => {
        ref.current = el;
        p.gridRef.current = el;
      }}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={object.label_plural}
      aria-rowcount={list.count?.relation === "eq" ? list.count.value + 1 : -1}
      aria-colcount={columns.length}
      aria-busy={list.isFetching}
      aria-multiselectable="true"
      aria-activedescendant={active && `cell-${active.id}-${current.column}`}
    >
      <GridHead {...p} />
      <div style={{ height: rows.getTotalSize(), position: "relative" }} role="presentation">
        {items.map((v) => {
          const line = p.lines ? p.lines[v.index] : { record: v.index };
          if (line?.head && p.grouped) {
            return (
              <GroupRow
                key={`group ${line.head.key}`}
                field={p.grouped}
                head={line.head}
                columns={columns}
                start={v.start}
                onFold={p.onFold}
              />
            );
          }
          const index = line && !line.head ? line.record : -1;
          const r = list.records[index];
          if (!r) {
            return (
              <div
                key={v.key}
                role="row"
                tabIndex={-1}
                className="grid-row"
                style={{ transform: `translateY(${v.start}px)` }}
              >
                <div className="cell muted" role="gridcell" tabIndex={-1}>
                  {list.isFetchNextPageError ? (
                    <Button small onClick={() => list.fetchNextPage()}>
                      {t("retry")}
                    </Button>
                  ) : (
                    t("loading")
                  )}
                </div>
              </div>
            );
          }
          return (
            <Row
              key={v.key}
              object={object}
              columns={columns}
              record={r}
              index={index}
              start={v.start}
              selected={isSelected(p.selection, r.id)}
              column={index === current.row ? current.column : -1}
              editing={p.editing?.id === r.id ? p.editing : null}
              acts={acts}
            />
          );
        })}
      </div>
    </div>
  );
}

/** People and companies have a face; a call or a task is read by its words. */
interface RowProps {
  object: ObjectMeta;
  columns: Column[];
  record: RecordData;
  index: number;
  start: number;
  selected: boolean;
  /** Which column of this row is current; -1 when another row is. */
  column: number;
  editing: Editing | null;
  acts: React.RefObject<GridProps>;
}

const Row = memo(
  function Row({
    object,
    columns,
    record,
    index,
    start,
    selected,
    column,
    editing,
    acts,
  }: RowProps) {
    const { t } = useTranslation();
    const title = recordTitle(object, record);
    return (
      <div
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        aria-selected={selected}
        data-id={record.id}
        className={`grid-row ${column >= 0 ? "current" : ""} ${selected ? "selected" : ""}`}
        style={{ transform: `translateY(${start}px)` }}
      >
        {columns.map((c, i) => {
          const type = fieldType(c.field);
          const editable = i > 0 && !!object.access.edit && cellEditable(c.field);
          const edited = editing?.field === c.field.name;
          return (
            <div
              key={c.field.name}
              id={`cell-${record.id}-${i}`}
              role="gridcell"
              tabIndex={-1}
              aria-colindex={i + 1}
              aria-readonly={!editable}
              className={`cell ${i === 0 ? "cell-frozen" : c.set ? "" : "cell-flex"} ${type.right ? "num" : ""} ${i === column ? "cell-current" : ""} ${edited ? "cell-edited" : ""}`}
              style={{ width: c.width, flexGrow: i === 0 || c.set ? 0 : c.width }}
              onPointerDown={(e) => {
                if (e.button !== 0) return;
                const again = column === i && !edited;
                if (!edited) acts.current.setCurrent({ row: index, column: i });
                const onControl = (e.target as HTMLElement).closest("a, button, input, label");
                if (again && editable && !onControl) {
                  e.preventDefault();
                  acts.current.setEditing({ id: record.id, field: c.field.name });
                }
              }}
              onDoubleClick={(e) => {
                if (!editable || edited || (e.target as HTMLElement).closest("a, button")) return;
                acts.current.setEditing({ id: record.id, field: c.field.name });
              }}
            >
              {i === 0 ? (
                <>
                  <label className="cell-check">
                    <input
                      type="checkbox"
                      tabIndex={-1}
                      aria-label={t("select.what", { what: title })}
                      checked={selected}
                      onChange={() => {}}
                      onClick={(e) => acts.current.onTick(index, e.shiftKey)}
                    />
                  </label>
                  {hasFace(object) && <Face object={object} record={record} />}
                  <Link
                    to="/o/$plural/$id"
                    params={{ plural: object.plural, id: record.id }}
                    className="cell-link"
                    title={title}
                  >
                    {title}
                  </Link>
                  <RowActions object={object} record={record} />
                </>
              ) : edited ? (
                <CellEditor
                  id={`edit-${record.id}-${c.field.name}`}
                  field={c.field}
                  value={editing.draft ? editing.draft.value : record[c.field.name]}
                  error={editing.error}
                  onCancel={() => acts.current.setEditing(null)}
                  onSave={(v, leave) => acts.current.onSave(record, c.field.name, v, leave)}
                />
              ) : (
                <Late object={object} record={record} field={c.field}>
                  <type.Display field={c.field} value={record[c.field.name]} short />
                </Late>
              )}
            </div>
          );
        })}
      </div>
    );
  },
  (a, b) =>
    a.record === b.record &&
    a.columns === b.columns &&
    a.start === b.start &&
    a.index === b.index &&
    a.selected === b.selected &&
    a.column === b.column &&
    a.editing === b.editing &&
    a.object.access.edit === b.object.access.edit,
);
