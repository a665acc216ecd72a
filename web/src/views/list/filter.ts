import type { Field } from "../../api/types";
import type { Operator } from "../../fields/types";

/** One chip of the filter builder: [field, operator, value]. */
export type Chip = [field: string, op: Operator, value?: string | string[]];

const SYMBOL: Partial<Record<Operator, string>> = {
  contains: "~",
  eq: "=",
  ne: "!=",
  lt: "<",
  gt: ">",
  lte: "<=",
  gte: ">=",
  has: ":",
};

export function quoteText(s: string): string {
  return `"${s.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
}

const NUMBERS = ["integer", "decimal", "money", "percent"];

function literal(field: Field | undefined, v: string): string {
  if (/^[a-z_]+\((-?\d+)?\)$/.test(v)) return v; // me(), today(-30)
  if (field?.type === "boolean") return v === "true" ? "TRUE" : "FALSE";
  if (field && NUMBERS.includes(field.type) && /^-?\d+(\.\d+)?$/.test(v)) return v;
  return quoteText(v);
}

/** A chip as text of the filter language; "" when it says nothing yet. */
export function chipText(chip: Chip, fields: Field[]): string {
  const [name, op, value] = chip;
  const field = fields.find((f) => f.name === name);
  if (op === "empty") return `${name} IS EMPTY`;
  if (op === "notempty") return `${name} IS NOT EMPTY`;
  if (op === "in") {
    const all = (Array.isArray(value) ? value : value ? [value] : []).map((v) => literal(field, v));
    return all.length ? `${name} IN (${all.join(", ")})` : "";
  }
  const one = Array.isArray(value) ? value[0] : value;
  if (one === undefined || one === "") return "";
  return `${name} ${SYMBOL[op]} ${literal(field, one)}`;
}

/** What is asked of the server: all chips and the expert's text together. */
export function filterText(chips: Chip[], text: string | undefined, fields: Field[]): string {
  const parts = chips.map((c) => chipText(c, fields)).filter(Boolean);
  const own = text?.trim();
  if (own) {
    if (own.startsWith("{") && parts.length === 0) return own;
    parts.push(parts.length ? `(${own})` : own);
  }
  return parts.join(" AND ");
}

export function parseChips(s: string | undefined): Chip[] {
  if (!s) return [];
  try {
    const v: unknown = JSON.parse(s);
    if (!Array.isArray(v)) return [];
    return v.filter(
      (c): c is Chip => Array.isArray(c) && typeof c[0] === "string" && typeof c[1] === "string",
    );
  } catch {
    return [];
  }
}

export interface SortKey {
  field: string;
  desc: boolean;
}

export function parseSort(s: string | undefined): SortKey[] {
  return (s ?? "")
    .split(",")
    .filter(Boolean)
    .map((k) =>
      k.startsWith("-") ? { field: k.slice(1), desc: true } : { field: k, desc: false },
    );
}

/** A click sorts by this column, up, down, not at all; with shift it joins the others. */
export function toggleSort(s: string | undefined, field: string, multi: boolean): string {
  const keys = parseSort(s);
  const now = keys.find((k) => k.field === field);
  const next: SortKey | undefined = !now
    ? { field, desc: false }
    : now.desc
      ? undefined
      : { field, desc: true };
  const others = multi ? keys.filter((k) => k.field !== field) : [];
  const at = multi ? keys.findIndex((k) => k.field === field) : -1;
  if (next) others.splice(at < 0 ? others.length : at, 0, next);
  return others.map((k) => (k.desc ? "-" : "") + k.field).join(",");
}
