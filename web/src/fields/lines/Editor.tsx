import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useObjects } from "../../api/queries";
import type { Field } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { today } from "../../lib/format";
import { Button } from "../../ui/Button";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { fieldType } from "..";
import type { EditorProps } from "../types";
import { Line, type LineActions } from "./Line";
import { lookUp, withFound } from "./lookUp";
import { pasted, readBlock, unpasted } from "./paste";
import { cellErrors, freshRow, isBlank, moved, type Row, rowsOf, shownOf } from "./rows";

const FOCUSABLE = "input:not([tabindex='-1']), select, textarea, button:not([tabindex='-1'])";

/** Of the column with the numbers. */
const HEAD = 44;

/** Editors need more room than values: a money has its currency, a day its calendar. */
const widthOf = (c: Field) =>
  c.type === "decimal" || c.type === "percent" || (c.max_length ?? 99) <= 20
    ? Math.min(110, fieldType(c).width)
    : Math.max(130, fieldType(c).width + (c.type === "money" ? 80 : 40));

const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);

/**
 * A grid of rows. Tab goes from cell to cell and Enter to the row below; at the end both add a row.
 * The arrows go to the same cell of the row above or below, and with Alt they move the row. Cells
 * copied from a spreadsheet are laid over the rows. On a phone each row is a card.
 */
export function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const currency = useMe().data?.company.currency ?? "TWD";
  const objects = useObjects().data?.objects ?? [];
  const rows = rowsOf(p.value);
  const columns = useMemo(() => shownOf(p.field), [p.field]);
  const widths = columns.map(widthOf);
  const errors = cellErrors(p.field, p.errors ?? []);
  const computed = p.rows?.computed(rows);
  const grid = useRef<HTMLDivElement>(null);
  const going = useRef<{ row: number; column: number } | null>(null);
  const keys = useRef(new WeakMap<Row, string>());
  const next = useRef(0);
  // A row keeps its place on the screen while it is typed into and moved.
  const keyOf = (r: Row) => {
    const known = keys.current.get(r) ?? r.id ?? `new${next.current++}`;
    keys.current.set(r, known);
    return known;
  };
  // What the actions work on, so that they can stay the same for rows that did not change.
  const now = useRef({ ...p, p, rows, columns, currency, objects, t, errorText });
  now.current = { ...p, p, rows, columns, currency, objects, t, errorText };

  const go = (row: number, column: number) => {
    const cell = grid.current?.querySelector(`[data-cell="${row}-${column}"]`);
    cell?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
  };
  // With the drawing that has the rows in their new places: an effect that comes later may be one of
  // the drawing before, and go to the row that is about to leave that place.
  useLayoutEffect(() => {
    if (!going.current) return;
    go(going.current.row, going.current.column);
    going.current = null;
  });

  const [on] = useState<LineActions>(() => {
    const set = (to: Row[]) => {
      // Two changes may come before the next drawing: a value that settles as Enter adds a row.
      now.current.rows = to;
      now.current.onChange(to);
    };
    const add = (at: number, like?: Row) => {
      const { rows, columns } = now.current;
      const { id: _, ...copy } = like ?? freshRow(columns);
      going.current = { row: at, column: 0 };
      set([...rows.slice(0, at), copy, ...rows.slice(at)]);
    };
    const remove = (i: number) => {
      const { rows, t } = now.current;
      const gone = rows[i];
      if (!gone) return;
      if (rows.length > 1) going.current = { row: Math.min(i, rows.length - 2), column: 0 };
      set(rows.filter((_, n) => n !== i));
      toast(t("lines.removed", { n: i + 1 }), {
        key: "lines",
        action: {
          label: t("undo"),
          run: () => {
            const { rows } = now.current;
            going.current = { row: Math.min(i, rows.length), column: 0 };
            set([...rows.slice(0, i), gone, ...rows.slice(i)]);
          },
        },
      });
    };
    const move = (i: number, by: number, column: number) => {
      const { rows } = now.current;
      const to = i + by;
      if (to < 0 || to >= rows.length) return;
      going.current = { row: to, column };
      set(moved(rows, i, to));
    };
    /** Puts references in the place of their names once they are found. */
    const named = async (before: Map<Row, Row | undefined>) => {
      const { columns, objects } = now.current;
      // Without an answer the names stay, and the server is asked again by saving.
      const found = await lookUp([...before.keys()], columns, objects).catch(() => null);
      if (!found?.size) return;
      set(
        now.current.rows.map((old) => {
          const row = withFound(old, found);
          if (row === old) return old;
          keys.current.set(row, keyOf(old));
          if (before.has(old)) before.set(row, before.get(old));
          return row;
        }),
      );
    };
    return {
      add,
      remove,
      move,
      put: (i, name, value) => {
        const old = now.current.rows[i];
        if (!old) return;
        const row = { ...old, [name]: value };
        keys.current.set(row, keyOf(old));
        set(now.current.rows.map((x, n) => (n === i ? row : x)));
        // What follows from the value is put into the row wherever it stands by then.
        void now.current.p.rows
          ?.complete(row, name)
          ?.then((more) => {
            if (!more) return;
            set(
              now.current.rows.map((x) => {
                if (keys.current.get(x) !== keys.current.get(row) || x[name] !== value) return x;
                const filled = { ...x, ...more };
                keys.current.set(filled, keyOf(x));
                return filled;
              }),
            );
          })
          .catch((e) => toast(now.current.errorText(e), { bad: true }));
      },
      key: (e, i, column) => {
        const { rows, columns, disabled } = now.current;
        // A list that is open, or another control, has taken the key already.
        if (disabled || e.defaultPrevented || isComposing(e)) return;
        const el = e.target as HTMLElement;
        const by = e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0;
        const last = i === rows.length - 1;
        if (by && e.altKey) {
          e.preventDefault();
          move(i, by, column);
        } else if (e.key === "Delete" && e.altKey) {
          e.preventDefault();
          remove(i);
        } else if (by && el instanceof HTMLInputElement && el.type !== "date" && !el.role) {
          e.preventDefault();
          go(i + by, column);
        } else if (
          e.key === "Enter" &&
          el instanceof HTMLInputElement &&
          !e.ctrlKey &&
          !e.metaKey
        ) {
          e.preventDefault();
          if (last) add(i + 1);
          else go(i + 1, column);
        } else if (e.key === "Tab" && !e.shiftKey && last && column === columns.length - 1) {
          // A blank row lets go, so that Tab always leads on in the end.
          const cell = e.currentTarget.querySelectorAll(FOCUSABLE);
          if (el !== cell[cell.length - 1] || isBlank(rows[i] as Row, columns)) return;
          e.preventDefault();
          add(i + 1);
        }
      },
      paste: (e, i, column) => {
        const { rows, columns, currency, disabled, t } = now.current;
        const text = e.clipboardData.getData("text/plain");
        const block = readBlock(text);
        const many = e.target instanceof HTMLTextAreaElement ? text.includes("\t") : !!block;
        if (disabled || !block || !many) return;
        e.preventDefault();
        const made = pasted(rows, columns, { row: i, column }, block, { today: today(), currency });
        for (const [row, old] of made.before) if (old) keys.current.set(row, keyOf(old));
        set(made.rows);
        void named(made.before);
        toast(t("lines.pasted", { n: made.before.size }), {
          key: "lines",
          action: {
            label: t("undo"),
            run: () => set(unpasted(now.current.rows, made.before)),
          },
        });
      },
    };
  });

  return (
    <div
      className="stack tight"
      id={p.id}
      role="group"
      tabIndex={-1}
      aria-label={p.field.label}
      ref={grid}
    >
      {rows.length > 0 && (
        <div className="table-wrap lines">
          <table
            className="table lines-editor"
            style={{ "--lines-width": `${HEAD + sum(widths)}px` } as React.CSSProperties}
          >
            <colgroup>
              <col style={{ width: HEAD }} />
              {columns.map((c, n) => (
                <col key={c.name} style={{ width: widths[n] }} />
              ))}
            </colgroup>
            <thead>
              <tr>
                <th className="line-head">
                  <span className="sr-only">{t("actions")}</span>
                </th>
                {columns.map((c) => (
                  <th key={c.name} className={fieldType(c).right ? "num" : ""}>
                    {c.label}
                    {c.required && <span aria-hidden="true"> *</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((r, i) => (
                <Line
                  key={keyOf(r)}
                  row={r}
                  i={i}
                  last={i === rows.length - 1}
                  id={p.id}
                  columns={columns}
                  disabled={p.disabled}
                  errors={errors[i]}
                  computed={computed?.[i]}
                  on={on}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!p.disabled && (
        <div className="row">
          <Button small onClick={() => on.add(rows.length)}>
            + {t("lines.add")}
          </Button>
          {rows.length > 0 && (
            <span className="muted">
              {t("lines.count", { count: rows.length })}
              <span className="only-desktop"> · {t("lines.keys")}</span>
            </span>
          )}
        </div>
      )}
    </div>
  );
}
