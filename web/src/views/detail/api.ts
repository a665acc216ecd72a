import { call } from "../../api/client";
import type { Change } from "../../api/types";

export interface Share {
  id: string;
  user?: { id: string; name: string };
  department?: { id: string; name: string };
  write: boolean;
  /** What somebody does in the team of the record. */
  role?: string;
  until?: string | null;
  created_by?: { id: string; name: string };
  created_at?: string;
}

export interface Access {
  may: Record<string, boolean>;
  why: { verb: string; rule: string; role?: string; scope?: string; text: string }[];
}

export interface HistoryEntry {
  /** Why it was saved though a rule took it for a duplicate. */
  reason?: string;
  /** What became part of this record, and which of that it was that changed. */
  merged?: { merge: string; records: { id: string; label: string }[] };
  of?: string;
  at: string;
  actor?: { id: string; name?: string } | null;
  action: string;
  origin?: string;
  /** Where it came from on the network; told to administrators. */
  address?: string;
  changes?: Change[];
  share?: { user?: { name: string }; department?: { name: string } };
}

/** How long a record was in a stage; without an end where it is now. */
export interface Stay {
  stage: string;
  label: string;
  entered_at: string;
  left_at?: string | null;
  seconds: number;
  by?: { id: string; name?: string } | null;
}

const at = (plural: string, id: string) => `/${plural}/${encodeURIComponent(id)}`;

export const detail = {
  shares: (plural: string, id: string) => call<{ shares: Share[] }>(`${at(plural, id)}/shares`),
  share: (plural: string, id: string, body: object) =>
    call<Share>(`${at(plural, id)}/shares`, { method: "POST", body }),
  unshare: (plural: string, id: string, share: string) =>
    call(`${at(plural, id)}/shares/${share}`, { method: "DELETE" }),
  access: (plural: string, id: string) => call<Access>(`${at(plural, id)}/access`),
  stays: (plural: string, id: string) => call<{ stays: Stay[] }>(`${at(plural, id)}/stages`),
  history: (plural: string, id: string) =>
    call<{ entries: HistoryEntry[] }>(`${at(plural, id)}/history`),
};
