import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Field, Money, RecordData, Reference } from "../../api/types";
import { type Row, rowsOf } from "../../fields/lines/rows";
import { scaled } from "../../lib/decimal";
import { money, plusDays, today } from "../../lib/format";
import type { Around, FormPart, Values } from "..";
import { digitsOf, type Fault, type TallyLine, type Total, tally } from "./tally";

/** A quote is good for so many days where nobody says. */
const VALID_DAYS = 30;

const textOf = (v: unknown): string => (v === undefined || v === null ? "" : String(v));
const number = (v: unknown, digits: number): bigint => scaled(textOf(v), digits);
const currencyOf = (v: Values, around: Around): string => textOf(v.currency) || around.currency;
const idOf = (v: unknown): string =>
  typeof v === "string" ? v : ((v as Reference | null | undefined)?.id ?? "");

/** A whole number of ten-thousandths as a decimal text, with the digits a currency has. */
function amountText(n: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const sign = n < 0n ? "-" : "";
  const plain = (n < 0n ? -n : n).toString().padStart(5, "0");
  const after = plain.slice(-4).slice(0, digits);
  return `${sign}${plain.slice(0, -4)}${after ? `.${after}` : ""}`;
}

const taxes = (around: Around): Field | undefined =>
  around.object.fields.find((f) => f.name === "items")?.lines?.find((f) => f.name === "tax");

/** What a line without a tax bears, as the server fills it in. */
function usualTax(currency: string, around: Around): string {
  if (currency !== around.currency) return "zero";
  return currency === "TWD" ? "vat_5" : currency === "CNY" ? "vat_13" : "zero";
}

function lineOf(row: Row, currency: string, around: Around): TallyLine {
  const tax = textOf(row.tax) || usualTax(currency, around);
  return {
    quantity: number(row.quantity, 4),
    price: number(row.price, 4),
    discount: number(row.discount, 2),
    rate: BigInt(taxes(around)?.options?.find((o) => o.value === tax)?.rate ?? 0),
  };
}

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
    rowsOf(values.items).map((r) => lineOf(r, currency, around)),
  );
}

/** What a line takes from its product. */
function fromProduct(p: RecordData, values: Values, around: Around): Values {
  const currency = currencyOf(values, around);
  const price = (p.prices as { currency: string; price: string }[] | undefined)?.find(
    (x) => x.currency === currency,
  )?.price;
  const english = values.language === "en" && p.english_name;
  const about = english && /[\u3400-\u9fff]/.test(textOf(p.description)) ? "" : p.description;
  return {
    description: [english || p.name, about].filter(Boolean).join("\n"),
    unit: p.unit ?? null,
    price: price ?? null,
    tax: (currency === around.currency && p.tax) || usualTax(currency, around),
  };
}

const productOf = (id: string) => api.get("products", id);

async function follow(now: Values, changed: Values, around: Around): Promise<Values | null> {
  const out: Values = {};
  const deal = "opportunity" in changed && idOf(changed.opportunity);
  if (deal) {
    const r = await api.get("opportunities", deal);
    if (r.customer && !idOf(now.customer)) out.customer = r.customer;
    if ((r.amount as Money | null)?.currency && !rowsOf(now.items).length) {
      out.currency = (r.amount as Money).currency;
    }
  }
  const customer = idOf(out.customer ?? changed.customer);
  if (customer && !now.payment_terms) {
    const r = await api.get("customers", customer);
    if (r.payment_terms) out.payment_terms = r.payment_terms;
  }
  if ("currency" in changed) {
    const rows = rowsOf(now.items);
    const ids = [...new Set(rows.map((r) => idOf(r.product)).filter(Boolean))];
    const found = new Map(
      await Promise.all(ids.map(async (id) => [id, await productOf(id)] as const)),
    );
    if (found.size) {
      out.items = rows.map((r) => {
        const p = found.get(idOf(r.product));
        if (!p) return r;
        const { price, tax } = fromProduct(p, now, around);
        return { ...r, price, tax };
      });
    }
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
  rows: {
    items: (now, around) => ({
      computed: (rows) => {
        const currency = currencyOf(now, around);
        return rows.map((r) => {
          const one = tally({ currency, mode: "none", byLine: false, discount: 0n, off: 0n }, [
            lineOf({ ...r, price: textOf(r.price).replace(/^-/, "") }, currency, around),
          ]);
          if (typeof one === "string") return { amount: null };
          const sign = textOf(r.price).startsWith("-") && one.subtotal ? "-" : "";
          return { amount: sign + amountText(one.subtotal, currency) };
        });
      },
      complete: (row, column) => {
        const id = column === "product" && idOf(row.product);
        return id ? productOf(id).then((p) => fromProduct(p, now, around)) : null;
      },
    }),
  },
  after: { discount_off: Totals },
};
