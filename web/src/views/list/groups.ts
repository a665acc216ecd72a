import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type AggregateRow, api } from "../../api/client";
import type { Count, Field, ObjectMeta, RecordData, Reference } from "../../api/types";
import type { Converted } from "../../fields/money/SumMark";
import { dayOf } from "../../lib/format";
import { quoteText } from "../../lib/quote";
import type { Column } from "./columns";
import { parseSort } from "./filter";
import { DUE } from "./views";

/** A group's value as the address and the server's counts spell it; null for no value. */
export type GroupKey = string | null;

/** What stands above the rows of a group. */
export interface GroupHead {
  key: GroupKey;
  /** The value of one of its records, to be shown as its field shows it. */
  value?: unknown;
  count?: number;
  sums: Record<string, string>;
  /** Whether its sums of amounts hold other currencies. */
  converted?: Converted;
  closed: boolean;
}

/** One line of the list: a record, or the head of a group. */
export type Line = { record: number; head?: undefined } | { head: GroupHead };

const KINDS = [
  "picklist",
  "user",
  "department",
  "reference",
  "boolean",
  "date",
  "datetime",
  "text",
  "integer",
];
const SUMMED = ["money", "decimal"];

/** The fields a list can be grouped by: those whose values many records share. */
export const groupable = (o: ObjectMeta): Field[] =>
  o.fields.filter(
    (f) =>
      KINDS.includes(f.type) &&
      f.sortable !== false &&
      f.filterable !== false &&
      !f.unique &&
      f.name !== o.title_field &&
      f.name !== "deleted_at",
  );

/** Days of a date are too many to be groups, those of an appointment are what one plans by. */
export const groupBy = (f: Field): "day" | "month" | undefined =>
  f.type === "datetime" ? "day" : f.type === "date" ? "month" : undefined;

export function groupKey(f: Field, value: unknown): GroupKey {
  if (value === null || value === undefined || value === "") return null;
  if (f.type === "date") return String(value).slice(0, 7);
  if (f.type === "datetime") return dayOf(new Date(String(value)));
  if (typeof value === "object") return (value as Reference).id ?? null;
  return String(value);
}

/** The order in which groups stand together; what one sorts by orders the rows in them. */
export function groupSort(sort: string | undefined, f: Field): string {
  const keys = parseSort(sort);
  const own = keys.find((k) => k.field === f.name);
  const newest = !!groupBy(f) && !DUE.includes(f.name);
  const first = `${(own ? own.desc : newest) ? "-" : ""}${f.name}`;
  const rest = keys.filter((k) => k.field !== f.name).map((k) => `${k.desc ? "-" : ""}${k.field}`);
  return [first, ...rest].join(",");
}

/** What leaves a closed group's rows out of the list. */
export function without(f: Field, key: GroupKey): string {
  if (key === null) return `${f.name} IS NOT EMPTY`;
  if (f.type === "boolean") return `${f.name} != ${key.toUpperCase()}`;
  if (f.type === "integer") return `${f.name} != ${key}`;
  if (f.type === "date") {
    const [year = 0, month = 0] = key.split("-").map(Number);
    const next = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
    return `(${f.name} < "${key}-01" OR ${f.name} >= "${next}" OR ${f.name} IS EMPTY)`;
  }
  return `${f.name} != ${quoteText(key)}`;
}

export function parseClosed(text: string | undefined): GroupKey[] {
  try {
    const v: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(v) ? v.filter((x) => x === null || typeof x === "string") : [];
  } catch {
    return [];
  }
}

// What the reader may not see has no key: it stands with what is empty, as its rows do.
const keyOf = (row: AggregateRow): GroupKey => {
  const v = row.group[0];
  return v === null || v === undefined || v === "" || typeof v === "object" ? null : String(v);
};

/** Groups of one key as one; the sums of two are left out. */
function joined<G extends { key: GroupKey; count: number; sums: Record<string, string> }>(
  groups: G[],
): G[] {
  const by = new Map<GroupKey, G>();
  for (const g of groups) {
    const known = by.get(g.key);
    by.set(g.key, known ? { ...known, count: known.count + g.count, sums: {} } : g);
  }
  return [...by.values()];
}

/**
 * The conditions whose rows follow one another, for groups that have an order of their own: the
 * choices of a pick-list stand as they were declared, not by their keys.
 */
export function partsOf(f: Field, closed: GroupKey[], desc: boolean): string[] | undefined {
  if (f.type !== "picklist") return undefined;
  const keys = orderOf(f, [], desc).filter((k) => !closed.includes(k));
  return keys.map((k) => (k === null ? `${f.name} IS EMPTY` : `${f.name} = ${quoteText(k)}`));
}

/** The groups in the order of the list; those without a value come last. */
export function orderOf(f: Field, counts: { key: GroupKey }[], desc: boolean): GroupKey[] {
  const filled: GroupKey[] =
    f.type === "picklist"
      ? (f.options ?? []).map((o) => o.value)
      : counts.map((c) => c.key).filter((k) => k !== null);
  if (desc) filled.reverse();
  return [...filled, null];
}

/** The loaded records with their heads; closed groups stand where their rows would begin. */
export function linesOf(
  f: Field,
  records: RecordData[],
  closed: GroupKey[],
  counts: Pick<GroupHead, "key" | "count" | "sums" | "converted">[],
  desc: boolean,
  complete: boolean,
): Line[] {
  const order = orderOf(f, counts, desc);
  const known = new Map(counts.map((c) => [c.key, c]));
  const rank = (key: GroupKey) => {
    const at = order.indexOf(key);
    return at < 0 ? order.length : at;
  };
  const waiting = closed.slice().sort((a, b) => rank(a) - rank(b));
  const head = (key: GroupKey, value: unknown, isClosed: boolean): Line => ({
    head: {
      key,
      value,
      count: known.get(key)?.count,
      sums: known.get(key)?.sums ?? {},
      converted: known.get(key)?.converted,
      closed: isClosed,
    },
  });
  const out: Line[] = [];
  const put = (before: number) => {
    while (waiting.length && rank(waiting[0] as GroupKey) < before) {
      const key = waiting.shift() as GroupKey;
      // A group that has become empty since it was closed is no longer there.
      if (!counts.length || known.has(key)) out.push(head(key, undefined, true));
    }
  };
  let last: GroupKey | undefined;
  records.forEach((r, record) => {
    const key = groupKey(f, r[f.name]);
    if (last === undefined || key !== last) {
      put(rank(key));
      out.push(head(key, r[f.name], false));
      last = key;
    }
    out.push({ record });
  });
  if (complete) put(Number.POSITIVE_INFINITY);
  return out;
}

const MOST = 5000;

/** The groups of a list with their counts and sums, as the server counts them. */
export function useGroups(
  object: ObjectMeta,
  field: Field | undefined,
  columns: Column[],
  filter: string | undefined,
  q: string | undefined,
) {
  const summed = columns.map((c) => c.field).filter((f) => SUMMED.includes(f.type));
  const names = summed.map((f) => f.name);
  const counts = useQuery({
    queryKey: ["aggregate", object.plural, "groups", field?.name, filter, q, names.join()],
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        {
          filter,
          q,
          group: [{ field: field?.name, by: field && groupBy(field) }],
          measures: [{ fn: "count" }, ...names.map((n) => ({ fn: "sum", field: n }))],
        },
        signal,
      ),
    enabled: !!field,
    placeholderData: (before) => before,
    retry: false,
  });
  const rows = field ? counts.data?.rows : undefined;
  return useMemo(() => {
    const groups = joined(
      (rows ?? []).map((r) => ({
        key: keyOf(r),
        count: Number(r.measures[0] ?? 0),
        converted: { converted: r.converted, unconverted: r.unconverted },
        sums: Object.fromEntries(names.map((n, i) => [n, String(r.measures[i + 1] ?? "0")])),
      })),
    );
    const total: Count | undefined =
      rows && rows.length < MOST
        ? { value: groups.reduce((n, g) => n + g.count, 0), relation: "eq" }
        : undefined;
    return { groups, total };
  }, [rows, names.join()]);
}
