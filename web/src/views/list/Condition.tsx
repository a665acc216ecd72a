import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { Filters } from "./Filters";
import { type Chip, chipsOf, filterText, reachable } from "./filter";
import type { ListState } from "./useListState";

/** A filter that is kept, put together like that of a list. */
export function Condition({
  object,
  value,
  error,
  onChange,
}: {
  object: ObjectMeta;
  value: string;
  error?: string;
  onChange: (filter: string) => void;
}) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects;
  const reach = useMemo(
    () => reachable(object, objects ?? [], (f) => `${f.label} › ${t("filter.city")}`),
    [object, objects, t],
  );
  // What says more than chips can stays text.
  const chips = chipsOf(value) ?? [];
  const text = chipsOf(value) ? undefined : value || undefined;
  const put = (c: Chip[], own: string | undefined) => onChange(filterText(c, own, reach) ?? "");
  const state: ListState = {
    url: {},
    setUrl: () => {},
    reach,
    chips,
    text,
    setChips: (c) => put(c, text),
    setText: (s) => put(chips, s),
    clear: () => onChange(""),
    filter: value || undefined,
    columns: [],
    setColumns: () => {},
    deleted: false,
  };
  return <Filters object={object} state={state} error={error ? { text: error } : undefined} />;
}
