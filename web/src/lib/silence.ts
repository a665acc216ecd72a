import type { ObjectMeta } from "../api/types";
import { quoteText } from "./quote";

/** After how many days without contact customers of a level are to be spoken to; "" for those without. */
export type Days = Record<string, number>;

const USUAL = 60;

export const daysFor = (days: Days | undefined, level: unknown): number =>
  days?.[String(level ?? "")] ?? days?.[""] ?? USUAL;

/** Customers nobody has spoken to for as long as their level allows, as text of the filter language. */
export function silentFilter(object: ObjectMeta, days: Days | undefined): string {
  const level = object.fields.find((f) => f.name === "level");
  const all = (level?.options ?? []).map((o) => o.value);
  const last = (n: number) => `last_contact_at < today(-${n})`;
  if (!level || !all.length) return last(daysFor(days, ""));
  const by = new Map<number, string[]>();
  for (const v of all) by.set(daysFor(days, v), [...(by.get(daysFor(days, v)) ?? []), v]);
  const parts = [...by].map(
    ([n, values]) => `level IN (${values.map(quoteText).join(", ")}) AND ${last(n)}`,
  );
  parts.push(`level IS EMPTY AND ${last(daysFor(days, ""))}`);
  // What no level allows is asked first: the index leads to few.
  const least = Math.min(...by.keys(), daysFor(days, ""));
  return `${last(least)} AND (${parts.join(" OR ")})`;
}
