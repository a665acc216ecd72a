import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type ListQuery } from "../../api/client";

const FIRST = 100;
const NEXT = 500;

/** Pages by key as one scrolls: each page names where the next begins. */
export function useList(plural: string, query: ListQuery & { column?: string }, first = FIRST) {
  const result = useInfiniteQuery({
    queryKey: ["list", plural, query],
    queryFn: ({ pageParam, signal }) =>
      api.list(
        plural,
        {
          ...query,
          column: undefined,
          limit: pageParam ? Math.max(first, Math.min(NEXT, first * 5)) : first,
          cursor: pageParam || undefined,
          count: pageParam ? "none" : (query.count ?? "capped"),
        } as ListQuery,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before, q) => (q?.queryKey[1] === plural ? before : undefined),
  });
  const records = useMemo(
    () => result.data?.pages.flatMap((p) => p.records ?? []) ?? [],
    [result.data],
  );
  return { ...result, records, count: result.data?.pages[0]?.count };
}

export type ListResult = ReturnType<typeof useList>;
