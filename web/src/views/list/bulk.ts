import { call } from "../../api/client";
import type { Job } from "../../api/jobs";
import type { Selection } from "./selection";
import type { ListState } from "./useListState";

/** Which records are meant: those ticked, or everything the list finds. */
export function meant(selection: Selection, state: ListState): object {
  return selection.all
    ? { filter: state.filter ?? "", q: state.url.q, deleted: state.deleted || undefined }
    : { ids: [...selection.ids] };
}

const jobOf = (answer: unknown): Job => (answer as { job?: Job }).job ?? (answer as Job);

export const startBulk = async (plural: string, action: string, body: object) =>
  jobOf(await call(`/${plural}/actions/${action}`, { method: "POST", body }));

export const startExport = async (plural: string, body: object) =>
  jobOf(await call(`/${plural}/actions/export`, { method: "POST", body }));
