import { useTranslation } from "react-i18next";
import type { Entry, Span } from "../../api/calendar";
import { api } from "../../api/client";
import { queryClient, refresh, useObjects } from "../../api/queries";
import { shortDate, shortDateTime } from "../../lib/format";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { keyOf } from "./span";

/** Moves an entry to another time: shown at once, taken back from a toast, put back when refused. */
export function useMove() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const objects = useObjects().data?.objects ?? [];

  const show = (from: Entry, to: Entry) =>
    queryClient.setQueriesData<Span>({ queryKey: ["calendar"] }, (span) =>
      span?.entries
        ? { ...span, entries: span.entries.map((e) => (keyOf(e) === keyOf(from) ? to : e)) }
        : span,
    );

  return async function move(from: Entry, to: Entry, back = false): Promise<void> {
    const object = objects.find((o) => o.name === from.object);
    if (!object || !from.field || from.ahead || keyOf(from) === keyOf(to)) return;
    show(from, to);
    try {
      await api.patch(object.plural, from.id, { [from.field]: to.day ?? to.at });
      if (!back) {
        const when = to.day ? shortDate(to.day) : shortDateTime(to.at ?? "");
        toast(t("calendar.moved", { what: from.title, when }), {
          key: "calendar-move",
          action: { label: t("undo"), run: () => void move(to, from, true) },
        });
      }
    } catch (e) {
      show(to, from);
      toast(errorText(e), { bad: true });
    }
    refresh(object.plural, from.id);
    queryClient.invalidateQueries({ queryKey: ["calendar"] });
  };
}
