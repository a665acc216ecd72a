import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { keepPlace, placeKey, placeOf } from "./place";
import type { ListResult } from "./useList";

const AHEAD = 200;

/** Rows that exist only while they are seen; the next page is asked for before it is needed. */
export function useScroll(
  list: ListResult,
  count: number,
  size: number | ((line: number) => number),
) {
  const ref = useRef<HTMLDivElement>(null);
  const key = placeKey(window.location);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => ref.current,
    estimateSize: (i) => (typeof size === "number" ? size : size(i)),
    overscan: 24,
    initialOffset: placeOf(key)?.top ?? 0,
  });
  const items = rows.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (last < count - AHEAD || !hasNextPage || isFetchingNextPage || list.isFetchNextPageError) {
      return;
    }
    // Not at once: the list above turns to another question only after this, and the next page of
    // the one before would be asked for.
    const soon = setTimeout(() => void fetchNextPage());
    return () => clearTimeout(soon);
  }, [last, count, hasNextPage, isFetchingNextPage, fetchNextPage, list.isFetchNextPageError]);
  useEffect(() => {
    const el = ref.current;
    const place = placeOf(key);
    if (el) el.scrollTop = place?.top ?? 0;
    const on = () => el && keepPlace(key, { top: el.scrollTop });
    el?.addEventListener("scroll", on, { passive: true });
    return () => el?.removeEventListener("scroll", on);
  }, [key]);
  return { ref, rows, items };
}
