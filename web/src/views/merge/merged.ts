import type { Query } from "@tanstack/react-query";
import i18n from "i18next";
import { type MergePreview, merging, type Unmerged } from "../../api/merge";
import { isProblem } from "../../api/problem";
import { queryClient, refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { recordTitle } from "../../lib/records";
import { toast } from "../../ui/Toast";

/**
 * Everything may look different after records became one, or are several again. What hangs on one
 * that is gone is asked for by the page that is about to be left, and would not be found.
 */
export function refreshAll(object: ObjectMeta, gone: string[] = []) {
  refresh(object.plural);
  const lost = (q: Query) => q.queryKey.some((part) => gone.includes(part as string));
  for (const key of ["list", "timeline", "duplicates", "queue", "merges", "record"]) {
    const queryKey = [key];
    queryClient.invalidateQueries({ queryKey, predicate: (q) => !lost(q) });
    queryClient.invalidateQueries({ queryKey, predicate: lost, refetchType: "none" });
  }
}

/** Tells that records became one, and offers to take it back. */
export function merged(object: ObjectMeta, merge: string, preview: MergePreview) {
  refreshAll(
    object,
    preview.records.map((r) => r.id).filter((id) => id !== preview.winner),
  );
  const what = recordTitle(object, preview.outcome);
  toast(i18n.t("merge.done", { n: preview.records.length, what }), {
    action: { label: i18n.t("undo"), run: () => void unmerge(object, merge) },
  });
}

/** Takes a merge back and tells what could not be put back exactly. */
export async function unmerge(object: ObjectMeta, merge: string): Promise<Unmerged | undefined> {
  try {
    const out = await merging.undo(merge);
    refreshAll(object);
    const stays = out.stays.map((s) => s.message).join(i18n.t("list.stop"));
    toast([i18n.t("merge.undone"), stays].filter(Boolean).join(i18n.t("list.stop")));
    return out;
  } catch (e) {
    toast(isProblem(e) && e.detail ? e.detail : i18n.t("error.failed"), { bad: true });
    return undefined;
  }
}
