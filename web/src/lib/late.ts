import type { ObjectMeta, RecordData } from "../api/types";
import { dayOf, daysBetween, today } from "./format";

/** The fields that say by when something should have happened. */
export const DUE = ["next_contact_at", "due_at", "expected_close"];

/** How many days ago something should have happened; undefined when nothing is late. */
export function lateBy(
  object: ObjectMeta,
  r: RecordData,
  now = today(),
): { field: string; days: number } | undefined {
  if (r.done === true) return undefined;
  const stage = object.fields.find((f) => f.name === object.stage_field);
  const kind = stage?.options?.find((o) => o.value === r[stage.name])?.kind;
  if (kind && kind !== "open") return undefined;
  for (const field of DUE) {
    const v = r[field];
    if (typeof v !== "string") continue;
    const days = daysBetween(v.length > 10 ? dayOf(new Date(v)) : v, now);
    if (days > 0) return { field, days };
  }
  return undefined;
}
