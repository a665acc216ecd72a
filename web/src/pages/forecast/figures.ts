import type { Aggregate } from "../../api/client";
import type { RecordData, Reference } from "../../api/types";
import { scaled } from "../../lib/decimal";

/** Amounts in hundredths of the company's currency. */
export interface Figures {
  target: bigint;
  won: bigint;
  weighted: bigint;
  pipeline: bigint;
  /** Won in the same month of the year before. */
  last: bigint;
}

export type Measure = keyof Figures | "forecast" | "gap";

export const MEASURES: Measure[] = [
  "target",
  "won",
  "weighted",
  "forecast",
  "gap",
  "pipeline",
  "last",
];

export const none = (): Figures => ({
  target: 0n,
  won: 0n,
  weighted: 0n,
  pipeline: 0n,
  last: 0n,
});

const PARTS = ["target", "won", "weighted", "pipeline", "last"] as const;

export function plus(a: Figures, b: Figures): Figures {
  const out = none();
  for (const p of PARTS) out[p] = a[p] + b[p];
  return out;
}

/** What is expected: what was won and what is likely to be. */
export const figureOf = (f: Figures, m: Measure): bigint =>
  m === "forecast" ? f.won + f.weighted : m === "gap" ? f.won + f.weighted - f.target : f[m];

/** Whole percents of what was to be reached; nothing where nothing was. */
export const percentOf = (part: bigint, whole: bigint): number | undefined =>
  whole > 0n ? Number((part * 1000n) / whole) / 10 : undefined;

/** 2026-11 and so many months more or less. */
export function plusMonths(month: string, n: number): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + n;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
}

export const monthsFrom = (first: string, n: number): string[] =>
  Array.from({ length: n }, (_, i) => plusMonths(first, i));

export const lastDay = (month: string): string => {
  const [y, m] = month.split("-").map(Number);
  return new Date(Date.UTC(y ?? 0, m ?? 1, 0)).toISOString().slice(0, 10);
};

/** The first month of the span of 3, 6 or 12 months that a month is in. */
export function spanOf(month: string, length: number): string {
  const m = Number(month.slice(5, 7)) - 1;
  return `${month.slice(0, 4)}-${String(Math.floor(m / length) * length + 1).padStart(2, "0")}`;
}

/** Rows of figures by who it is and by month. */
export type Table = Map<string, Map<string, Figures>>;

export function cell(table: Table, who: string, month: string): Figures {
  let row = table.get(who);
  if (!row) {
    row = new Map();
    table.set(who, row);
  }
  let f = row.get(month);
  if (!f) {
    f = none();
    row.set(month, f);
  }
  return f;
}

const keyOf = (v: unknown): string =>
  v === null || v === undefined
    ? ""
    : typeof v === "object"
      ? ((v as Reference).id ?? "?")
      : String(v);

const cents = (v: unknown): bigint =>
  scaled(
    v && typeof v === "object"
      ? String((v as { amount?: string }).amount ?? "0")
      : String(v ?? "0"),
    2,
  );

/** Adds the sums of an answer grouped by month and by who; parts name its measures in order. */
export function add(
  table: Table,
  answer: Aggregate | undefined,
  parts: (keyof Figures)[],
  shift = 0,
) {
  for (const r of answer?.rows ?? []) {
    const [month, who] = r.group;
    if (typeof month !== "string") continue;
    const f = cell(table, keyOf(who), plusMonths(month.slice(0, 7), shift));
    parts.forEach((p, i) => {
      f[p] += cents(r.measures[i]);
    });
  }
}

/** What one row comes to over some months. */
export const total = (row: Map<string, Figures> | undefined, months: string[]): Figures =>
  months.reduce((n, m) => plus(n, row?.get(m) ?? none()), none());

export interface Who {
  id: string;
  name: string;
  depth: number;
  /** Everybody whose figures it holds: of a department, those below it too. */
  ids: string[];
}

/** Departments in the order of their tree, each with those below it. */
export function treeOf(departments: RecordData[]): Who[] {
  const parentOf = (d: RecordData) => (d.parent as Reference | null | undefined)?.id;
  const known = new Set(departments.map((d) => d.id));
  const below = (id: string | undefined) =>
    departments.filter((d) => {
      const p = parentOf(d);
      return id === undefined ? !p || !known.has(p) : p === id;
    });
  const out: Who[] = [];
  const walk = (d: RecordData, depth: number, seen: string[]): string[] => {
    if (seen.includes(d.id)) return [];
    const own: Who = { id: d.id, name: String(d.name ?? ""), depth, ids: [d.id] };
    out.push(own);
    for (const kid of below(d.id)) own.ids.push(...walk(kid, depth + 1, [...seen, d.id]));
    return own.ids;
  };
  for (const d of below(undefined)) walk(d, 0, []);
  return out;
}

/**
 * Departments hold what those below them come to; a target of the department as a whole stands in
 * place of the sum of its people's.
 */
export function rolledUp(table: Table, tree: Who[], own: Table, months: string[]): Table {
  const out: Table = new Map();
  for (const w of [...tree].reverse()) {
    for (const m of months) {
      let sum = table.get(w.id)?.get(m) ?? none();
      const kids = tree.filter((x) => x.depth === w.depth + 1 && w.ids.includes(x.id));
      for (const kid of kids) sum = plus(sum, out.get(kid.id)?.get(m) ?? none());
      const whole = own.get(w.id)?.get(m)?.target;
      if (whole) sum = { ...sum, target: whole };
      const row = out.get(w.id) ?? new Map<string, Figures>();
      row.set(m, sum);
      out.set(w.id, row);
    }
  }
  return out;
}
