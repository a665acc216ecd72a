import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { type Column, columnsOf, columnsText, keepColumns, keptColumns } from "./columns";
import { type Chip, chipsOf, filterText, parseChips, reachable } from "./filter";

/** What a list or a board shows, all of it in the address. */
export function useListState(object: ObjectMeta) {
  const [url, setUrl] = useUrl();
  const objects = useObjects().data?.objects;
  const { t } = useTranslation();
  const reach = useMemo(
    () => reachable(object, objects ?? [], (f) => `${f.label} › ${t("filter.city")}`),
    [object, objects, t],
  );
  // A filter someone linked to is shown as chips where it says no more than chips can.
  const { chips, text } = useMemo(() => {
    const own = parseChips(url.f);
    const more = url.filter?.trim().startsWith("{") ? undefined : chipsOf(url.filter);
    return url.f === undefined && more
      ? { chips: more, text: undefined }
      : { chips: own, text: url.filter };
  }, [url.f, url.filter]);
  const columns = useMemo(
    () => columnsOf(object, url.cols ?? keptColumns(object)),
    [object, url.cols],
  );
  const setColumns = useCallback(
    (next: Column[] | undefined) => {
      const cols = next && columnsText(next);
      keepColumns(object, cols);
      setUrl({ cols });
    },
    [object, setUrl],
  );
  const setFilter = useCallback(
    (next: Chip[], own: string | undefined) =>
      setUrl({ f: next.length || own ? JSON.stringify(next) : undefined, filter: own }),
    [setUrl],
  );
  return {
    url,
    setUrl,
    reach,
    chips,
    text,
    setChips: (c: Chip[]) => setFilter(c, text),
    setText: (s: string | undefined) => setFilter(chips, s),
    clear: () => setUrl({ f: undefined, filter: undefined, q: undefined, view: undefined }),
    filter: filterText(chips, text, reach) || undefined,
    columns,
    setColumns,
    deleted: url.deleted === "1",
  };
}

export type ListState = ReturnType<typeof useListState>;
