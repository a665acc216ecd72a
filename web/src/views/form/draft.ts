/** What was typed into a form and not saved, as this device keeps it. */
export interface Draft {
  values: Record<string, unknown>;
  /** Of the record it changes, as it was when typing began. */
  version?: number | string;
  /** When it was typed last. */
  at: number;
}

const PREFIX = "ecrm.draft.";
/** After so long nobody goes on with it. */
const KEPT = 7 * 24 * 3600 * 1000;

/** Where the draft of a form lies: each person's, each object's, each record's own. */
export const draftKey = (user: string, object: string, record?: string) =>
  `${PREFIX}${user}.${object}${record ? `.${record}` : ""}`;

export function readDraft(key: string, now = Date.now()): Draft | undefined {
  try {
    const d: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (!d || typeof d !== "object" || !("values" in d) || !("at" in d)) return undefined;
    const draft = d as Draft;
    if (!draft.values || typeof draft.values !== "object") return undefined;
    return now - draft.at < KEPT && Object.keys(draft.values).length ? draft : undefined;
  } catch {
    return undefined;
  }
}

export function keepDraft(key: string, draft: Omit<Draft, "at">) {
  try {
    localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() }));
  } catch {
    // No room on this device: what is typed is still in the form.
  }
}

export const dropDraft = (key: string) => localStorage.removeItem(key);

/** Forgets all drafts but those of one person: he was only signed out, others must not see them. */
export function forgetDrafts(except?: string) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    if (except && key.startsWith(`${PREFIX}${except}.`)) continue;
    localStorage.removeItem(key);
  }
}
