import { call } from "./client";
import type { Action, Reference } from "./types";

export interface OfferedCandidates {
  records: { id: string; label: string; owner?: string; matched?: string[] }[];
  /** How many there are that one may not see. */
  hidden: number;
}

/** What the form of an action on a record begins with. */
export interface ActionOffer {
  action: Action;
  values: Record<string, unknown>;
  candidates: Record<string, OfferedCandidates>;
}

const path = (plural: string, id: string, action: string) =>
  `/${plural}/${encodeURIComponent(id)}/actions/${action}`;

export const actions = {
  offer: (plural: string, id: string, action: string, signal?: AbortSignal) =>
    call<ActionOffer>(path(plural, id, action), { signal }),
  run: (plural: string, id: string, action: string, body: object) =>
    call<{ next: Reference }>(path(plural, id, action), { method: "POST", body }),
};
