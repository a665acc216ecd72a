import { api } from "../api/client";
import type { Field, RecordData, Reference } from "../api/types";
import { type Row, rowsOf } from "../fields/lines/rows";
import { scaled } from "../lib/decimal";
import type { Around, RowPart, Values } from ".";
import { digitsOf, type TallyLine, tally } from "./tally";

/** What every document with lines of goods has alike, as internal/lineitem does it on the server. */

export const textOf = (v: unknown): string => (v === undefined || v === null ? "" : String(v));
export const number = (v: unknown, digits: number): bigint => scaled(textOf(v), digits);
export const idOf = (v: unknown): string =>
  typeof v === "string" ? v : ((v as Reference | null | undefined)?.id ?? "");

/** A whole number of ten-thousandths as a decimal text, with the digits a currency has. */
export function amountText(n: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const sign = n < 0n ? "-" : "";
  const plain = (n < 0n ? -n : n).toString().padStart(5, "0");
  const after = plain.slice(-4).slice(0, digits);
  return `${sign}${plain.slice(0, -4)}${after ? `.${after}` : ""}`;
}

/** In which currency and language a document is, and in which field its lines are. */
export interface Document {
  field: string;
  currency: string;
  language: string;
}

const columnOf = (d: Document, around: Around, name: string): Field | undefined =>
  around.object.fields.find((f) => f.name === d.field)?.lines?.find((f) => f.name === name);

/** What a line without a tax bears, as the server fills it in. */
function usualTax(currency: string, around: Around): string {
  if (currency !== around.currency) return "zero";
  return currency === "TWD" ? "vat_5" : currency === "CNY" ? "vat_13" : "zero";
}

/** A row as it is computed with; where there are no taxes it bears none. */
export function lineOf(row: Row, d: Document, around: Around): TallyLine {
  const tax = textOf(row.tax) || usualTax(d.currency, around);
  return {
    quantity: number(row.quantity, 4),
    price: number(row.price, 4),
    discount: number(row.discount, 2),
    rate: BigInt(columnOf(d, around, "tax")?.options?.find((o) => o.value === tax)?.rate ?? 0),
  };
}

const productOf = (id: string) => api.get("products", id);

/** What a line takes from its product. */
function fromProduct(p: RecordData, d: Document, around: Around): Values {
  const price = (p.prices as { currency: string; price: string }[] | undefined)?.find(
    (x) => x.currency === d.currency,
  )?.price;
  const english = d.language === "en" && p.english_name;
  const about = english && /[\u3400-\u9fff]/.test(textOf(p.description)) ? "" : p.description;
  const taken: Values = {
    description: [english || p.name, about].filter(Boolean).join("\n"),
    unit: p.unit ?? null,
    price: price ?? null,
  };
  if (columnOf(d, around, "tax")) {
    taken.tax = (d.currency === around.currency && p.tax) || usualTax(d.currency, around);
  }
  return taken;
}

/** The rows with the prices of their products in another currency; null where there are none. */
export async function repriced(rows: Row[], d: Document, around: Around): Promise<Row[] | null> {
  const ids = [...new Set(rows.map((r) => idOf(r.product)).filter(Boolean))];
  if (!ids.length) return null;
  const found = new Map(
    await Promise.all(ids.map(async (id) => [id, await productOf(id)] as const)),
  );
  return rows.map((r) => {
    const p = found.get(idOf(r.product));
    if (!p) return r;
    const { description: _, unit: __, ...more } = fromProduct(p, d, around);
    return { ...r, ...more };
  });
}

/** What the rows of another document's field come to in this one: the columns both have. */
export function takenOver(value: unknown, d: Document, around: Around): Row[] {
  const names = around.object.fields
    .find((f) => f.name === d.field)
    ?.lines?.filter((c) => c.access !== "read")
    .map((c) => c.name);
  return rowsOf(value).map((r) =>
    Object.fromEntries(Object.entries(r).filter(([n]) => names?.includes(n))),
  );
}

/** How the rows follow from one another: what each comes to, and what a product fills in. */
export function itemRows(d: Document, around: Around): RowPart {
  const money = columnOf(d, around, "amount")?.type === "money";
  return {
    computed: (rows) =>
      rows.map((r) => {
        const one = tally(
          { currency: d.currency, mode: "none", byLine: false, discount: 0n, off: 0n },
          [lineOf({ ...r, price: textOf(r.price).replace(/^-/, "") }, d, around)],
        );
        if (typeof one === "string") return { amount: null };
        const sign = textOf(r.price).startsWith("-") && one.subtotal ? "-" : "";
        const amount = sign + amountText(one.subtotal, d.currency);
        return { amount: money ? { amount, currency: d.currency } : amount };
      }),
    complete: (row, column) => {
      const id = column === "product" && idOf(row.product);
      return id ? productOf(id).then((p) => fromProduct(p, d, around)) : null;
    },
  };
}
