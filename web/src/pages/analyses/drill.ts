import type { Answer, Column, Row } from "../../api/analyses";

/** Where the records behind a figure are listed. */
export interface Place {
  plural: string;
  filter: string;
}

const NO_LIST = "-";

/** Filters in text that must all hold. */
export function all(...parts: (string | undefined)[]): string {
  const kept = parts.filter((p): p is string => !!p?.trim());
  return kept.map((p) => (kept.length > 1 && /\bOR\b/.test(p) ? `(${p})` : p)).join(" AND ");
}

/** The records that a figure of a row is of; nothing where no list shows them. */
export function drill(
  answer: Answer,
  row: Row,
  measure: number,
  o: { before?: boolean; column?: Column } = {},
): Place | undefined {
  const m = answer.measures[measure];
  if (!m?.plural || !m.source || o.column?.open) return undefined;
  const where = (o.before ? row.where_before : row.where)?.[m.source];
  if (where === undefined) return undefined;
  const own = row.filters ? row.filters[measure] : m.filter;
  if (own === NO_LIST) return undefined;
  const filter = all(where, o.column?.where, own);
  return { plural: m.plural, filter: m.through ? `${m.through}.any(${filter})` : filter };
}
