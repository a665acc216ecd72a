import { type InfiniteData, useQuery } from "@tanstack/react-query";
import { forgetVisit } from "../lib/recent";
import { api } from "./client";
import { queryClient } from "./queries";
import type { RecordData, RecordPage } from "./types";

/** Changes a record wherever it is shown, without asking the server. */
export function patchCached(plural: string, id: string, change: Partial<RecordData>) {
  const lists = queryClient.getQueriesData<InfiniteData<RecordPage> | RecordPage>({
    queryKey: ["list", plural],
  });
  for (const [key, data] of lists) {
    if (!data) continue;
    const inPage = (p: RecordPage): RecordPage =>
      p.records?.some((r) => r.id === id)
        ? { ...p, records: p.records.map((r) => (r.id === id ? { ...r, ...change } : r)) }
        : p;
    if ("pages" in data) {
      queryClient.setQueryData<InfiniteData<RecordPage>>(key, {
        ...data,
        pages: data.pages.map(inPage),
      });
    } else if ("records" in data) queryClient.setQueryData<RecordPage>(key, inPage(data));
  }
  queryClient.setQueryData<RecordData>(["record", plural, id], (r) =>
    r ? { ...r, ...change } : r,
  );
}

/** A record left the reader's sight: its row goes from the lists, an open page of it says so. */
export function recordGone(plural: string, id: string) {
  const lists = queryClient.getQueriesData<InfiniteData<RecordPage> | RecordPage>({
    queryKey: ["list", plural],
  });
  const without = (p: RecordPage): RecordPage =>
    p.records?.some((r) => r.id === id)
      ? { ...p, records: p.records.filter((r) => r.id !== id) }
      : p;
  for (const [key, data] of lists) {
    if (!data) continue;
    if ("pages" in data) {
      queryClient.setQueryData<InfiniteData<RecordPage>>(key, {
        ...data,
        pages: data.pages.map(without),
      });
    } else if ("records" in data) queryClient.setQueryData<RecordPage>(key, without(data));
  }
  queryClient.setQueryData(["gone", plural, id], true);
  forgetVisit(id);
}

/** Whether a record left the reader's sight while its page was open. */
export const useGone = (plural: string, id: string): boolean =>
  useQuery({
    queryKey: ["gone", plural, id],
    queryFn: () => false,
    enabled: false,
    initialData: false,
  }).data;

const MANY = 3;
const pagesOf = (data: unknown): number =>
  (data as { pages?: unknown[] } | undefined)?.pages?.length ?? 1;

/**
 * Somebody changed records of this kind: what shows them is asked for again. A list scrolled far
 * is not read anew from its top; the rows in it are changed one by one instead.
 */
export function listsChanged(plural: string) {
  queryClient.invalidateQueries({
    queryKey: ["list", plural],
    predicate: (q) => pagesOf(q.state.data) <= MANY,
  });
  queryClient.invalidateQueries({
    queryKey: ["list", plural],
    refetchType: "none",
    predicate: (q) => pagesOf(q.state.data) > MANY,
  });
  queryClient.invalidateQueries({ queryKey: ["aggregate", plural] });
  queryClient.invalidateQueries({ queryKey: ["home"] });
  queryClient.invalidateQueries({ queryKey: ["calendar"] });
  if (plural === "users") queryClient.invalidateQueries({ queryKey: ["faces"] });
}

/** One record changed: it is read again where it is shown. */
export async function recordChanged(plural: string, id: string) {
  queryClient.setQueryData(["gone", plural, id], false); // whoever is told of it sees it
  queryClient.invalidateQueries({ queryKey: ["record", plural, id] });
  queryClient.invalidateQueries({ queryKey: ["timeline", plural, id] });
  const shown = queryClient
    .getQueriesData<InfiniteData<RecordPage>>({ queryKey: ["list", plural], type: "active" })
    .some(
      ([, data]) =>
        pagesOf(data) > MANY && data?.pages.some((p) => p.records?.some((r) => r.id === id)),
    );
  if (!shown) return;
  try {
    patchCached(plural, id, await api.get(plural, id));
  } catch {
    // Deleted, or out of sight from now on: the next reading of the list leaves it out.
  }
}
