import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "../../hooks/useComposition";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { fieldType } from "..";
import type { EditorProps } from "../types";
import { moved, type Row, rowsOf, shownOf } from "./rows";

const FOCUSABLE = "input, select, textarea, button";

/**
 * A grid of rows. Tab goes from cell to cell, Enter in a cell adds a row below, the arrows go to the
 * same cell of the row above or below, and with Alt they move the row. On a phone each row is a card.
 */
export function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const rows = rowsOf(p.value);
  const columns = shownOf(p.field);
  const grid = useRef<HTMLDivElement>(null);
  const going = useRef<{ row: number; column: number } | null>(null);
  const keys = useRef(new Map<Row, string>());
  const next = useRef(0);
  // A row keeps its place on the screen while it is typed into and moved.
  const keyOf = (r: Row) => {
    const known = keys.current.get(r) ?? r.id ?? `new${next.current++}`;
    keys.current.set(r, known);
    return known;
  };

  const go = (row: number, column: number) => {
    const cell = grid.current?.querySelector(`[data-cell="${row}-${column}"]`);
    cell?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
  };
  useEffect(() => {
    if (!going.current) return;
    go(going.current.row, going.current.column);
    going.current = null;
  });

  const put = (i: number, name: string, value: unknown) => {
    const old = rows[i];
    if (!old) return;
    const row = { ...old, [name]: value };
    keys.current.set(row, keyOf(old));
    p.onChange(rows.map((x, n) => (n === i ? row : x)));
  };
  const add = (at: number) => {
    const fresh: Row = {};
    for (const c of columns) if (c.default != null) fresh[c.name] = c.default;
    going.current = { row: at, column: 0 };
    p.onChange([...rows.slice(0, at), fresh, ...rows.slice(at)]);
  };
  const remove = (i: number) => {
    if (rows.length > 1) going.current = { row: Math.min(i, rows.length - 2), column: 0 };
    p.onChange(rows.filter((_, n) => n !== i));
  };
  const move = (i: number, by: number, column: number) => {
    const to = i + by;
    if (to < 0 || to >= rows.length) return;
    going.current = { row: to, column };
    p.onChange(moved(rows, i, to));
  };

  const onKey = (e: React.KeyboardEvent<HTMLElement>, i: number, column: number) => {
    // A list that is open, or another control, has taken the key already.
    if (p.disabled || e.defaultPrevented || isComposing(e)) return;
    const el = e.target as HTMLElement;
    const by = e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0;
    if (by && e.altKey) {
      e.preventDefault();
      move(i, by, column);
    } else if (by && el instanceof HTMLInputElement && el.type !== "date" && !el.role) {
      e.preventDefault();
      go(i + by, column);
    } else if (e.key === "Enter" && el instanceof HTMLInputElement && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      add(i + 1);
    }
  };

  return (
    <div className="stack tight" id={p.id} role="group" aria-label={p.field.label} ref={grid}>
      {rows.length > 0 && (
        <div className="table-wrap lines">
          <table className="table lines-editor">
            <thead>
              <tr>
                {columns.map((c) => (
                  <th key={c.name} className={fieldType(c).right ? "num" : ""}>
                    {c.label}
                    {c.required && <span aria-hidden="true"> *</span>}
                  </th>
                ))}
                <th>
                  <span className="sr-only">{t("actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((r, i) => (
                <tr key={keyOf(r)}>
                  {columns.map((c, n) => {
                    const type = fieldType(c);
                    const id = `${p.id}-${i}-${c.name}`;
                    return (
                      <td
                        key={c.name}
                        data-cell={`${i}-${n}`}
                        data-label={c.label}
                        onKeyDown={(e) => onKey(e, i, n)}
                      >
                        <label className="sr-only" htmlFor={id}>
                          {c.label} {i + 1}
                        </label>
                        <type.Editor
                          id={id}
                          field={c}
                          value={r[c.name]}
                          disabled={p.disabled || c.access === "read"}
                          onChange={(v) => put(i, c.name, v)}
                        />
                      </td>
                    );
                  })}
                  <td className="lines-actions">
                    {!p.disabled && (
                      <IconButton label={t("lines.remove", { n: i + 1 })} onClick={() => remove(i)}>
                        <Icon name="trash" size={16} />
                      </IconButton>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!p.disabled && (
        <div>
          <Button small onClick={() => add(rows.length)}>
            + {t("lines.add")}
          </Button>
        </div>
      )}
    </div>
  );
}
