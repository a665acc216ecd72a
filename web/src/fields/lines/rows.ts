import type { TFunction } from "i18next";
import type { Field, FieldError } from "../../api/types";

export type Row = Record<string, unknown> & { id?: string };

/** The rows of a value; in a history, those of one side of a change. */
export function rowsOf(v: unknown): Row[] {
  if (Array.isArray(v)) return v as Row[];
  const rows = v && typeof v === "object" ? (v as { rows?: unknown }).rows : null;
  return Array.isArray(rows) ? (rows as Row[]) : [];
}

/** Is it one side of a change, which tells of the rows only what differs? */
export const isPartial = (v: unknown): boolean => !!v && !Array.isArray(v);

export const shownOf = (f: Field): Field[] => (f.lines ?? []).filter((c) => !c.system);

/** The rows with one of them at another place. */
export function moved<T>(rows: T[], from: number, to: number): T[] {
  const rest = rows.filter((_, n) => n !== from);
  return [...rest.slice(0, to), rows[from] as T, ...rest.slice(to)];
}

export function freshRow(columns: Field[]): Row {
  const row: Row = {};
  for (const c of columns) if (c.default != null) row[c.name] = c.default;
  return row;
}

/** Has nobody put anything in a row yet? */
export const isBlank = (row: Row, columns: Field[]): boolean =>
  !row.id &&
  columns.every((c) => {
    const v = row[c.name];
    return v === undefined || v === null || v === "" || v === c.default;
  });

/** The rows without the blank ones at their end, which wait for the next entry. */
export function withoutBlankEnd(rows: Row[], columns: Field[]): Row[] {
  let end = rows.length;
  while (end > 0 && isBlank(rows[end - 1] as Row, columns)) end--;
  return rows.slice(0, end);
}

/** Where in a record an error is: a field, perhaps a column of one of its rows. */
export interface Place {
  field?: Field;
  row?: number;
  column?: Field;
}

/** Reads the path an error names, like `items[56].price`. */
export function placeOf(fields: Field[], path: string): Place {
  const [, name, row, column] = path.match(/^([^.[]+)(?:\[(\d+)\])?(?:\.([^.[]+))?/) ?? [];
  const field = fields.find((f) => f.name === name);
  if (!field || row === undefined) return { field };
  return { field, row: Number(row), column: field.lines?.find((c) => c.name === column) };
}

/** What a place is called: the field, the number of the row, the column. */
export function placeText(at: Place, t: TFunction): string {
  const row = at.row === undefined ? undefined : t("lines.row", { n: at.row + 1 });
  return [at.field?.label, row, at.column?.label].filter(Boolean).join(" ");
}

/** The message of each cell of a lines field that has one, by row and column. */
export function cellErrors(
  field: Field,
  errors: FieldError[],
): Record<number, Record<string, string>> {
  const out: Record<number, Record<string, string>> = {};
  for (const e of errors) {
    const at = placeOf([field], e.field);
    if (at.row === undefined || !at.column) continue;
    const row = out[at.row] ?? {};
    row[at.column.name] ??= e.message;
    out[at.row] = row;
  }
  return out;
}
