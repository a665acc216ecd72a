import type { Field, ObjectMeta } from "../../api/types";

const named = (o: ObjectMeta, ...names: string[]): Field | undefined =>
  names.map((n) => o.fields.find((f) => f.name === n)).find((f) => !!f);

/** What a card says besides its name: whose it is, how much, by when, what next. */
export function partsOf(o: ObjectMeta) {
  return {
    customer: named(o, "customer", "contact", "company"),
    amount: named(o, "amount") ?? o.fields.find((f) => f.type === "money"),
    close:
      named(o, "expected_close", "due_at", "due_on") ?? o.fields.find((f) => f.type === "date"),
    next: named(o, "next_step"),
    owner: named(o, "owner"),
    since: named(o, "stage_changed_at", "stage_since", "updated_at"),
  };
}

/** The fields a board asks for, as the list's `fields`. */
export const cardFields = (o: ObjectMeta): string =>
  [
    o.title_field,
    o.stage_field,
    named(o, "reason")?.name,
    ...Object.values(partsOf(o)).map((f) => f?.name),
  ]
    .filter(Boolean)
    .join(",");

/** After how many days in one stage a card turns amber. */
export const ROTTING = 14;
/** How full the bar is and whether the card waits too long; of days in the stage. */
export const waited = (days: number) => ({
  part: Math.min(1, Math.max(0, days) / ROTTING),
  rotting: days >= ROTTING,
});
