import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type ListQuery } from "../../api/client";

const PAGE = 100;

/** Pages by key as one scrolls: each page names where the next begins. */
export function useList(plural: string, query: ListQuery & { column?: string }) {
  const result = useInfiniteQuery({
    queryKey: ["list", plural, query],
    queryFn: ({ pageParam, signal }) =>
      api.list(
        plural,
        {
          ...query,
          column: undefined,
          limit: PAGE,
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
