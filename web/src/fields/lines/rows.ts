import type { Field } from "../../api/types";

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
