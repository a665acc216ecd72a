import i18next from "i18next";
import type { Money } from "../../api/types";
import { isBlank, rowsOf } from "../../fields/lines/rows";
import type { Around, FormPart, Values } from "..";
import { amountText, type Document, itemRows, lineOf, repriced } from "../items";
import { tally } from "../tally";

const documentOf = (v: Values, around: Around): Document => ({
  field: "items",
  currency: (v.amount as Money | null | undefined)?.currency ?? around.currency,
  language: i18next.language,
});

/** What the products come to; null where there are none, or where they cannot be summed. */
function sumOf(values: Values, around: Around): Money | null {
  const d = documentOf(values, around);
  const columns = around.object.fields.find((f) => f.name === d.field)?.lines ?? [];
  const rows = rowsOf(values.items).filter((r) => !isBlank(r, columns));
  if (!rows.length) return null;
  const total = tally(
    { currency: d.currency, mode: "none", byLine: false, discount: 0n, off: 0n },
    rows.map((r) => lineOf(r, d, around)),
  );
  if (typeof total === "string") return null;
  return { amount: amountText(total.total, d.currency), currency: d.currency };
}

async function follow(now: Values, changed: Values, around: Around): Promise<Values | null> {
  const out: Values = {};
  if ("amount" in changed && rowsOf(now.items).length) {
    const items = await repriced(rowsOf(now.items), documentOf(now, around), around);
    if (items) out.items = items;
  }
  const amount = sumOf({ ...now, ...out }, around);
  if (amount) out.amount = amount;
  return Object.keys(out).length ? out : null;
}

export const form: FormPart = {
  follow: (now, changed, around) =>
    "items" in changed || "amount" in changed ? follow(now, changed, around) : null,
  rows: { items: (now, around) => itemRows(documentOf(now, around), around) },
};
