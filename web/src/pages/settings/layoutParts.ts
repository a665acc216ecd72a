import type { Field, Labels, ObjectMeta } from "../../api/types";
import { reordered } from "../../ui/useReorder";
import { labelsOf, said } from "./labels";

/** One section of a form while it is laid out. */
export interface SectionDraft {
  key: number;
  labels: Labels;
  fields: string[];
}

/** What an object shows where, while it is laid out. */
export interface Layout {
  list: string[];
  quick: string[];
  highlights: string[];
  sections: SectionDraft[];
}

export const layoutOf = (o: ObjectMeta, here: string): Layout => ({
  // The title stands first in every list, whatever is said.
  list: (o.list ?? []).filter((name) => name !== o.title_field),
  quick: o.quick_filters ?? [],
  highlights: o.highlights ?? [],
  sections: (o.sections ?? []).map((s, key) => ({
    key,
    labels: labelsOf(s, here),
    fields: s.fields,
  })),
});

/** What is sent; a section without fields is none. */
export const layoutBody = (o: ObjectMeta, l: Layout) => ({
  list: o.links ? l.list : [o.title_field, ...l.list],
  quick_filters: l.quick,
  highlights: l.highlights,
  sections: l.sections
    .filter((s) => s.fields.length)
    .map((s) => ({ labels: said(s.labels), fields: s.fields })),
});

/** What can be a column, or stand at the top of a record: what is short. */
export const short = (f: Field): boolean => f.type !== "lines" && f.type !== "longtext";

/** What the list can be narrowed by with a tap. */
export const quick = (f: Field): boolean =>
  f.filterable !== false &&
  [
    "picklist",
    "multipicklist",
    "tags",
    "user",
    "department",
    "boolean",
    "date",
    "datetime",
    "birthday",
    "address",
    "reference",
  ].includes(f.type);

/** Heads of sections and their fields as one list, in which a field moves from section to section. */
export const rowsOf = (sections: SectionDraft[]): (SectionDraft | string)[] =>
  sections.flatMap((s) => [s, ...s.fields]);

/** Another order of the rows; no field stands before the first head. */
export function moveRow(sections: SectionDraft[], from: number, to: number): SectionDraft[] {
  const rows = reordered(rowsOf(sections), from, Math.max(1, to));
  const next: SectionDraft[] = [];
  for (const row of rows) {
    if (typeof row !== "string") next.push({ ...row, fields: [] });
    else next[next.length - 1]?.fields.push(row);
  }
  return next;
}

/** A field stands in one section: the one it is put into last. */
export const placed = (sections: SectionDraft[], key: number, name: string): SectionDraft[] =>
  sections.map((s) => {
    const others = s.fields.filter((x) => x !== name);
    return { ...s, fields: s.key === key ? [...others, name] : others };
  });
