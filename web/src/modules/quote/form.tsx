import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Money } from "../../api/types";
import { isBlank, rowsOf } from "../../fields/lines/rows";
import { money, plusDays, today } from "../../lib/format";
import type { Around, FormPart, Values } from "..";
import {
  amountText,
  type Document,
  idOf,
  itemRows,
  lineOf,
  number,
  repriced,
  takenOver,
  textOf,
} from "../items";
import { type Fault, type Total, tally } from "../tally";

/** A quote is good for so many days where nobody says. */
const VALID_DAYS = 30;

const currencyOf = (v: Values, around: Around): string => textOf(v.currency) || around.currency;
const documentOf = (v: Values, around: Around): Document => ({
  field: "items",
  currency: currencyOf(v, around),
  language: textOf(v.language),
});

function totalOf(values: Values, around: Around): Total | Fault {
  const currency = currencyOf(values, around);
  return tally(
    {
      currency,
      mode: textOf(values.tax_mode) || "exclusive",
      byLine: values.rounding === "line",
      discount: number(values.discount, 2),
      off: number(values.discount_off, 4),
    },
    rowsOf(values.items).map((r) => lineOf(r, documentOf(values, around), around)),
  );
}

async function follow(now: Values, changed: Values, around: Around): Promise<Values | null> {
  const out: Values = {};
  const deal = "opportunity" in changed && idOf(changed.opportunity);
  if (deal) {
    const r = await api.get("opportunities", deal);
    if (r.customer && !idOf(now.customer)) out.customer = r.customer;
    const columns = around.object.fields.find((f) => f.name === "items")?.lines ?? [];
    const currency = (r.amount as Money | null)?.currency;
    if (currency && rowsOf(now.items).every((row) => isBlank(row, columns))) {
      out.currency = currency;
      // Its products go along, as they do where the server is asked for none.
      const items = takenOver(r.items, documentOf({ ...now, currency }, around), around);
      if (items.length) out.items = items;
    }
  }
  const customer = idOf(out.customer ?? changed.customer);
  if (customer && !now.payment_terms) {
    const r = await api.get("customers", customer);
    if (r.payment_terms) out.payment_terms = r.payment_terms;
  }
  if ("currency" in changed) {
    const items = await repriced(rowsOf(now.items), documentOf(now, around), around);
    if (items) out.items = items;
  }
  return Object.keys(out).length ? out : null;
}

/** What the quote comes to so far. */
function Totals({ values, around }: { values: Values; around: Around }) {
  const { t } = useTranslation();
  const currency = currencyOf(values, around);
  const total = totalOf(values, around);
  if (typeof total === "string") {
    return (
      <p className="error-text" role="status">
        {t(`quote.fault.${total}`)}
      </p>
    );
  }
  const label = (name: string) => around.object.fields.find((f) => f.name === name)?.label;
  const rows: [string, bigint][] = [["subtotal", total.subtotal]];
  if (total.discount) rows.push(["discount_total", -total.discount]);
  if (values.tax_mode !== "none") rows.push(["net", total.net], ["tax_total", total.tax]);
  rows.push(["total", total.total]);
  return (
    <div role="status">
      <dl className="totals">
        {rows.map(([name, n]) => (
          <div key={name} className={name === "total" ? "strong" : undefined}>
            <dt>{label(name)}</dt>
            <dd>{money({ amount: amountText(n, currency), currency })}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export const form: FormPart = {
  begin: (around) => ({
    currency: around.currency,
    date: today(),
    valid_until: plusDays(today(), VALID_DAYS),
    items: [{ quantity: "1" }],
  }),
  follow: (now, changed, around) =>
    ["opportunity", "customer", "currency"].some((n) => n in changed)
      ? follow(now, changed, around)
      : null,
  rows: { items: (now, around) => itemRows(documentOf(now, around), around) },
  after: { discount_off: Totals },
};
