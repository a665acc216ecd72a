import type { Field, ObjectMeta } from "../../api/types";

/** The columns shown: those of the address, else the object's own; the title first. */
export function columnsOf(o: ObjectMeta, cols: string | undefined): Field[] {
  const byName = new Map(o.fields.map((f) => [f.name, f]));
  const names = cols
    ? cols.split(",")
    : o.list?.length
      ? o.list
      : o.fields.slice(0, 7).map((f) => f.name);
  const all = [o.title_field, ...names.filter((n) => n !== o.title_field)];
  return all.map((n) => byName.get(n)).filter((f): f is Field => !!f);
}
