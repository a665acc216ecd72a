import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Search } from "../router";

/** The address's search parameters and how to change some of them. */
export function useUrl(): [Search, (change: Search, o?: { push?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const set = useCallback(
    (change: Search, o: { push?: boolean } = {}) => {
      navigate({
        to: ".",
        search: (before: Search) => ({ ...before, ...change }),
        replace: !o.push,
      } as never);
    },
    [navigate],
  );
  return [search, set];
}
