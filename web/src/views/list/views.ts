import { useQuery } from "@tanstack/react-query";
import { SETTINGS, type Settings } from "../../api/analyses";
import { call } from "../../api/client";
import { favoriteChanged } from "../../api/favorites";
import { queryClient } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { type Days, silentFilter } from "../../lib/silence";
import type { Search } from "../../router";
import { type Column, columnsText } from "./columns";
import { type Chip, chipsOf } from "./filter";

/** A saved view: a list's filter, columns and order under a name. */
export interface View {
  id: string;
  object: string;
  name: string;
  filter?: unknown;
  q?: string;
  columns?: { field: string; width?: number }[];
  sort?: string;
  /** The field by which its rows are grouped. */
  group?: string;
  /** The analysis that it is in place of a list, with its settings. */
  analysis?: string;
  settings?: Settings;
  shared_with: "none" | "all" | string[];
  owner?: { id: string; name: string };
  mine?: boolean;
}

export const viewsApi = {
  list: (object: string) => call<{ views: View[] }>(`/views?object=${encodeURIComponent(object)}`),
  get: (id: string) => call<View>(`/views/${encodeURIComponent(id)}`),
  create: (body: Partial<View>) => call<View>("/views", { method: "POST", body }),
  change: (id: string, body: Partial<View>) =>
    call<View>(`/views/${id}`, { method: "PATCH", body }),
  remove: (id: string) => call(`/views/${id}`, { method: "DELETE" }),
};

const lists = (d: { views: View[] }) => (d.views ?? []).filter((v) => !v.analysis);
const analyses = (d: { views: View[] }) => (d.views ?? []).filter((v) => v.analysis);

const useSaved = (object: string, select: (d: { views: View[] }) => View[]) =>
  useQuery({
    queryKey: ["views", object],
    queryFn: () => viewsApi.list(object),
    select,
    staleTime: 60_000,
  });

/** The saved views of an object's list. */
export const useViews = (object: string) => useSaved(object, lists);

/** The saved analyses of an object. */
export const useSavedAnalyses = (object: string) => useSaved(object, analyses);

export const viewsChanged = (object: string) => {
  favoriteChanged();
  return queryClient.invalidateQueries({ queryKey: ["views", object] });
};

/** The fields that say when something is due, the likeliest first. */
export const DUE = ["next_contact_at", "next_at", "due_at", "expected_close"];

/** What the week's view is called where the date is no appointment. */
const WEEK: Record<string, string> = { due_at: "week_due", expected_close: "week_close" };

/** The views every list has: all, mine, and what is due this week where that means something. */
export function builtIn(
  o: ObjectMeta,
  patience?: Days,
): { key: string; chips: Chip[]; filter?: string; sort?: string }[] {
  const has = (n: string) => o.fields.some((f) => f.name === n);
  const out: ReturnType<typeof builtIn> = [{ key: "all", chips: [] }];
  if (has("owner")) out.push({ key: "mine", chips: [["owner", "eq", "me()"]] });
  const due = DUE.find(has);
  if (due) {
    const chips: Chip[] = [[due, "lte", "this_week()"]];
    if (o.fields.some((f) => f.name === "done" && f.type === "boolean")) {
      chips.push(["done", "eq", "false"]);
    }
    const stage = o.fields.find((f) => f.name === o.stage_field);
    const open = stage?.options?.filter((x) => x.kind === "open").map((x) => x.value);
    if (stage && open?.length) chips.push([stage.name, "in", open]);
    out.push({ key: WEEK[due] ?? "week", chips });
  }
  if (o.name === "customer" && has("last_contact_at")) {
    out.push({
      key: "silent",
      chips: [],
      filter: silentFilter(o, patience),
      sort: "last_contact_at",
    });
  }
  if (o.name === "task" && has("due_at")) {
    const late: Chip[] = [
      ["due_at", "lt", "today()"],
      ["done", "eq", "false"],
    ];
    out.push({ key: "overdue", chips: late, sort: "due_at" });
  }
  return out;
}

function filterOf(v: View): Search {
  const text =
    typeof v.filter === "string" ? v.filter : v.filter ? JSON.stringify(v.filter) : undefined;
  const chips = text?.startsWith("{") ? undefined : chipsOf(text);
  return {
    f: text ? JSON.stringify(chips ?? []) : undefined,
    filter: chips ? undefined : text || undefined,
  };
}

/** What the address says while a saved view is open as it was saved. */
export function searchOf(v: View): Search {
  return {
    view: v.id,
    ...filterOf(v),
    q: v.q || undefined,
    sort: v.sort || undefined,
    group: v.group || undefined,
    cols: v.columns?.length
      ? v.columns.map((c) => (c.width ? `${c.field}:${c.width}` : c.field)).join(",")
      : undefined,
  };
}

/** What the address says while a saved analysis is open as it was saved. */
export function analysisSearch(v: View): Search {
  const search: Search = { ...filterOf(v), view: v.id };
  for (const k of SETTINGS) search[k] = v.settings?.[k] || undefined;
  return search;
}

/** What a view is to keep of the list as it is now. */
export const definition = (
  filter: string | undefined,
  q: string | undefined,
  sort: string | undefined,
  columns: Column[],
  group: string | undefined,
): Partial<View> => ({
  filter: filter?.startsWith("{") ? JSON.parse(filter) : (filter ?? ""),
  q: q ?? "",
  sort: sort ?? "",
  group: group ?? "",
  columns: columnsText(columns)
    .split(",")
    .map((c) => {
      const [field = "", width] = c.split(":");
      return width ? { field, width: Number(width) } : { field };
    }),
});

const KEYS = ["f", "filter", "q", "sort", "cols", "group"] as const;
/** Does the address say what the view says? Columns count only where the view keeps some. */
export const sameSearch = (url: Search, view: Search): boolean =>
  KEYS.every((k) => (url[k] || "") === (view[k] || "") || (k === "cols" && !url.cols));
