import type { Field, ObjectMeta } from "../../api/types";
import { askedFields } from "../../lib/stages";

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
    nextOn: named(o, "next_step_on"),
    owner: named(o, "owner"),
    since: named(o, o.stage_since ?? "", "stage_changed_at", "updated_at"),
  };
}

/** The fields a board asks for, as the list's `fields`. */
export const cardFields = (o: ObjectMeta): string =>
  [
    o.title_field,
    o.stage_field,
    ...askedFields(o),
    ...Object.values(partsOf(o)).map((f) => f?.name),
  ]
    .filter(Boolean)
    .join(",");

/** After how many days in one stage a card turns amber where stages say nothing. */
const USUAL = 14;
/** How full the bar is and whether the card waits too long; of days in the stage and its limit, 0: none. */
export const waited = (days: number, limit = USUAL) => ({
  part: Math.min(1, Math.max(0, days) / (limit || USUAL)),
  rotting: limit > 0 && days >= limit,
});
