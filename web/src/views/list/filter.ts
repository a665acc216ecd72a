import type { Field, ObjectMeta } from "../../api/types";
import type { Operator } from "../../fields/types";
import { quoteText } from "../../lib/quote";

/**
 * One chip of the filter builder: [path, operator, value]. The path is a field, a field of the
 * record a reference points to (customer.level), or of records that point here (contacts.any.mails).
 */
export type Chip = [path: string, op: Operator, value?: string | string[]];

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

const NUMBERS = ["integer", "decimal", "money", "percent"];
const UNFIT = ["lines", "file", "picture", "json"];

/** A field a filter may name, with how it is reached. */
export interface Reach {
  path: string;
  field: Field;
  label: string;
}

const fits = (f: Field) => f.filterable !== false && !UNFIT.includes(f.type);

/** What a filter may name: own fields, those of records referred to, those of records that refer. */
export function reachable(
  o: ObjectMeta,
  all: ObjectMeta[],
  cityLabel: (field: Field) => string = (f) => `${f.label} › city`,
): Reach[] {
  const out: Reach[] = o.fields.filter(fits).flatMap((f) => {
    const own: Reach = { path: f.name, field: f, label: f.label };
    if (f.type !== "address") return [own];
    const label = cityLabel(f);
    const city: Field = { name: "city", type: "text", label };
    return [own, { path: `${f.name}.city`, field: city, label }];
  });
  for (const f of o.fields) {
    const target = f.type === "reference" && all.find((x) => x.name === f.targets?.[0]);
    if (!target || !fits(f)) continue;
    for (const g of target.fields) {
      if (!fits(g) || g.system) continue;
      out.push({ path: `${f.name}.${g.name}`, field: g, label: `${f.label} › ${g.label}` });
    }
  }
  for (const r of o.related ?? []) {
    const target = all.find((x) => x.name === r.object);
    for (const g of target?.fields ?? []) {
      if (!target || !fits(g) || g.system || g.name === r.field) continue;
      out.push({
        path: `${target.plural}.any.${g.name}`,
        field: g,
        label: `${target.label} › ${g.label}`,
      });
    }
  }
  return out;
}

function literal(field: Field | undefined, v: string): string {
  if (/^[a-z_]+\((-?\d+)?\)$/.test(v)) return v; // me(), today(-30)
  if (field?.type === "boolean") return v === "true" ? "TRUE" : "FALSE";
  if (field && NUMBERS.includes(field.type) && /^-?\d+(\.\d+)?$/.test(v)) return v;
  return quoteText(v);
}

type Find = (path: string) => Field | undefined;
export const finder = (fields: Field[] | Reach[]): Find => {
  const map = new Map(
    fields.map((f) => ("path" in f ? ([f.path, f.field] as const) : ([f.name, f] as const))),
  );
  return (path) => map.get(path);
};

/** A chip as text of the filter language; "" when it says nothing yet. */
export function chipText(chip: Chip, fields: Field[] | Reach[]): string {
  const [path, op, value] = chip;
  const field = finder(fields)(path);
  const any = /^(\w+)\.any\.(\w+)$/.exec(path);
  const name = any ? any[2] : path;
  let text = "";
  if (op === "empty") text = `${name} IS EMPTY`;
  else if (op === "notempty") text = `${name} IS NOT EMPTY`;
  else if (op === "in") {
    const all = (Array.isArray(value) ? value : value ? [value] : []).map((v) => literal(field, v));
    text = all.length ? `${name} IN (${all.join(", ")})` : "";
  } else {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined && one !== "") text = `${name} ${SYMBOL[op]} ${literal(field, one)}`;
  }
  return any && text ? `${any[1]}.any(${text})` : text;
}

/** What is asked of the server: all chips and the expert's text together. */
export function filterText(
  chips: Chip[],
  text: string | undefined,
  fields: Field[] | Reach[],
): string {
  const parts = chips.map((c) => chipText(c, fields)).filter(Boolean);
  const own = text?.trim();
  if (own) {
    if (own.startsWith("{") && parts.length === 0) return own;
    parts.push(parts.length ? `(${own})` : own);
  }
  return parts.join(" AND ");
}

/** How many characters of the whole filter come before the expert's text. */
export function textOffset(chips: Chip[], fields: Field[] | Reach[]): number {
  const before = chips.map((c) => chipText(c, fields)).filter(Boolean);
  return before.length ? [...before.join(" AND ")].length + " AND (".length : 0;
}

const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.]*(?:\(-?\d*\))?|-?\d+(?:\.\d+)?|<=|>=|!=|[=<>~:(),])/y;
const OPS: Record<string, Operator> = Object.fromEntries(
  Object.entries(SYMBOL).map(([op, symbol]) => [symbol, op as Operator]),
);

function tokens(text: string): string[] | undefined {
  const out: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const m = TOKEN.exec(text);
    if (!m) return undefined;
    out.push(m[1] ?? "");
  }
  return out;
}

/** A filter that only joins simple conditions by AND, as chips; undefined when it says more. */
export function chipsOf(text: string | undefined): Chip[] | undefined {
  if (!text?.trim()) return [];
  const all = tokens(text);
  if (!all) return undefined;
  const out: Chip[] = [];
  let at = 0;
  const value = (): string | undefined => {
    const s = all[at++];
    if (s === undefined || /^[=<>~:(),!]/.test(s)) return undefined;
    if (s.startsWith('"')) return s.slice(1, -1).replace(/\\(.)/g, "$1");
    if (/^(true|false)$/i.test(s)) return s.toLowerCase();
    return /^[-\d]/.test(s) || s.endsWith(")") ? s : undefined;
  };
  const upper = (n: number) => all[n]?.toUpperCase();
  while (at < all.length) {
    let path = all[at++] ?? "";
    if (!/^[A-Za-z_][\w.]*$/.test(path) || upper(at - 1) === "NOT") return undefined;
    const any = path.endsWith(".any") && all[at] === "(";
    if (any) {
      at++;
      path = `${path}.${all[at++]}`;
    }
    if (upper(at) === "IS") {
      const not = upper(at + 1) === "NOT";
      at += not ? 2 : 1;
      if (upper(at++) !== "EMPTY") return undefined;
      out.push([path, not ? "notempty" : "empty"]);
    } else if (upper(at) === "IN" && all[at + 1] === "(") {
      at += 2;
      const values: string[] = [];
      for (;;) {
        const v = value();
        if (v === undefined) return undefined;
        values.push(v);
        const next = all[at++];
        if (next === ")") break;
        if (next !== ",") return undefined;
      }
      out.push([path, "in", values]);
    } else {
      const op = OPS[all[at++] ?? ""];
      const v = value();
      if (!op || v === undefined) return undefined;
      out.push([path, op, v]);
    }
    if (any && all[at++] !== ")") return undefined;
    if (at < all.length && upper(at++) !== "AND") return undefined;
    if (at === all.length && upper(at - 1) === "AND") return undefined;
  }
  return out;
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
