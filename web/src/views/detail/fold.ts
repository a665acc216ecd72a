import type { TimelineEntry } from "../../api/types";

export type Folded =
  | { kind: "one"; entry: TimelineEntry }
  | { kind: "changes"; entries: TimelineEntry[] };

/** Changes that follow one another are told in one line; everything else stands by itself. */
export function folded(entries: TimelineEntry[]): Folded[] {
  const out: Folded[] = [];
  for (const entry of entries) {
    const last = out.at(-1);
    if (entry.kind !== "change" || entry.files?.length) out.push({ kind: "one", entry });
    else if (last?.kind === "changes") last.entries.push(entry);
    else out.push({ kind: "changes", entries: [entry] });
  }
  return out;
}
