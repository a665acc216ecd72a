import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type ListQuery } from "../../api/client";

const FIRST = 100;
const NEXT = 500;

/**
 * Pages by key as one scrolls: each page names where the next begins. With `parts` the rows of one
 * condition follow those of the condition before.
 */
export function useList(
  plural: string,
  query: ListQuery & { column?: string; parts?: string[]; group?: string },
  first = FIRST,
) {
  const { parts } = query;
  const result = useInfiniteQuery({
    queryKey: ["list", plural, query],
    queryFn: async ({ pageParam: at, signal }) => {
      if (parts?.length === 0) return { records: [], next: null, part: 0, last: true };
      for (let part = at.part; ; part++) {
        const cursor = part === at.part ? at.cursor : "";
        const page = await api.list(
          plural,
          {
            ...query,
            column: undefined,
            parts: undefined,
            group: undefined,
            filter: parts
              ? [query.filter && `(${query.filter})`, parts[part]].filter(Boolean).join(" AND ")
              : query.filter,
            limit: cursor ? Math.max(first, Math.min(NEXT, first * 5)) : first,
            cursor: cursor || undefined,
            count: cursor || parts ? "none" : (query.count ?? "capped"),
          } as ListQuery,
          signal,
        );
        const last = !parts || part >= parts.length - 1;
        if (page.records.length || last) return { ...page, part, last };
      }
    },
    initialPageParam: { part: 0, cursor: "" },
    getNextPageParam: (page) =>
      page.next
        ? { part: page.part, cursor: page.next }
        : page.last
          ? undefined
          : { part: page.part + 1, cursor: "" },
    // What was there stays until what was asked for is here, but not below the heads of other
    // groups, nor of the same in another order.
    placeholderData: (before, q) => {
      const was = q?.queryKey[2] as typeof query | undefined;
      const same = !query.group || (was?.group === query.group && was?.sort === query.sort);
      return q?.queryKey[1] === plural && same ? before : undefined;
    },
  });
  const records = useMemo(
    () => result.data?.pages.flatMap((p) => p.records ?? []) ?? [],
    [result.data],
  );
  return { ...result, records, count: result.data?.pages[0]?.count };
}

export type ListResult = ReturnType<typeof useList>;
