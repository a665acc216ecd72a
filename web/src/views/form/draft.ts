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

/** What a form begins with, in few letters: of references only where they lead counts. */
function startOf(preset: Record<string, unknown> | undefined): string {
  const plain = Object.entries(preset ?? {})
    .map(([name, v]) => [name, (v as { id?: string } | null)?.id ?? v])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));
  if (!plain.length) return "";
  let hash = 0;
  for (const c of JSON.stringify(plain)) hash = (hash * 31 + c.charCodeAt(0)) | 0;
  return `~${(hash >>> 0).toString(36)}`;
}

/**
 * Where the draft of a form lies: each person's, each object's, each record's own; and one begun
 * for a customer is not that begun for another.
 */
export const draftKey = (
  user: string,
  object: string,
  record?: string,
  preset?: Record<string, unknown>,
) => {
  const of = record ?? startOf(preset);
  return `${PREFIX}${user}.${object}${of ? `.${of}` : ""}`;
};

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

/** Forgets drafts nobody goes on with, and all but one person's: others must not see them. */
export function forgetDrafts(except?: string) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    if (except && key.startsWith(`${PREFIX}${except}.`) && readDraft(key)) continue;
    localStorage.removeItem(key);
  }
}
