import { useTranslation } from "react-i18next";
import { fieldType } from "../../fields";
import { useUrl } from "../../hooks/useUrl";
import { moved } from "./columns";
import { parseSort, toggleSort } from "./filter";
import type { GridProps } from "./Grid";

/** The names of the columns: a click sorts, the edge widens, dragging moves. */
export function GridHead(p: GridProps) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const { columns, list, selection } = p;
  const sort = parseSort(url.sort);
  const some = selection.all || selection.ids.size > 0;
  const every =
    selection.all ||
    (list.records.length > 0 && list.records.every((r) => selection.ids.has(r.id)));

  function widen(e: React.PointerEvent, i: number) {
    e.preventDefault();
    e.stopPropagation();
    const column = columns[i];
    if (!column) return;
    const cell = (e.currentTarget as HTMLElement).parentElement;
    const from = cell?.offsetWidth ?? column.width;
    const width = (x: PointerEvent) => Math.max(60, from + x.clientX - e.clientX);
    const move = (x: PointerEvent) => {
      if (!cell) return;
      cell.style.width = `${width(x)}px`;
      cell.style.flexGrow = "0";
    };
    const up = (x: PointerEvent) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      p.setColumns(columns.map((c, n) => (n === i ? { ...c, width: width(x), set: true } : c)));
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  }

  return (
    <div className="grid-head" role="row" aria-rowindex={1} tabIndex={-1}>
      {columns.map((c, i) => {
        const { field } = c;
        const key = sort.findIndex((k) => k.field === field.name);
        const dir = sort[key];
        return (
          <div
            key={field.name}
            role="columnheader"
            aria-colindex={i + 1}
            aria-sort={dir ? (dir.desc ? "descending" : "ascending") : undefined}
            tabIndex={-1}
            draggable={i > 0}
            onDragStart={(e) => e.dataTransfer.setData("text/ecrm-column", String(i))}
            onDragOver={(e) => i > 0 && e.preventDefault()}
            onDrop={(e) => {
              const from = Number(e.dataTransfer.getData("text/ecrm-column"));
              if (from > 0) p.setColumns(moved(columns, from, i));
            }}
            className={`cell ${fieldType(field).right ? "num" : ""} ${i === 0 ? "cell-frozen" : c.set ? "" : "cell-flex"}`}
            style={{ width: c.width, flexGrow: i === 0 || c.set ? 0 : c.width }}
          >
            {i === 0 && (
              <label className="cell-check">
                <input
                  type="checkbox"
                  aria-label={t("select.loaded")}
                  checked={every}
                  ref={(el) => {
                    if (el) el.indeterminate = some && !every;
                  }}
                  onChange={p.onTickAll}
                />
              </label>
            )}
            {field.sortable === false ? (
              <span className="muted" title={field.unsorted}>
                {field.label}
              </span>
            ) : (
              <button
                type="button"
                className="sort-btn"
                title={t("sort.hint")}
                onClick={(e) =>
                  setUrl({ sort: toggleSort(url.sort, field.name, e.shiftKey) || undefined })
                }
              >
                <span>{field.label}</span>
                {dir && (
                  <span aria-hidden="true">
                    {dir.desc ? "↓" : "↑"}
                    {sort.length > 1 ? key + 1 : ""}
                  </span>
                )}
              </button>
            )}
            <span aria-hidden="true" className="col-edge" onPointerDown={(e) => widen(e, i)} />
          </div>
        );
      })}
    </div>
  );
}
