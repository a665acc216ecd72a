import { useSyncExternalStore } from "react";
import { patchCached } from "../../api/cache";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { toWrite } from "../../lib/records";

/** Fields somebody else changed while they were being changed here. */
export interface Conflict {
  object: ObjectMeta;
  fields: Field[];
  mine: Record<string, unknown>;
  theirs: RecordData;
  /** The names of the fields whose own value is kept; nothing: back to editing. */
  answer: (mine: string[] | undefined) => void;
}

let open: Conflict | undefined;
const watchers = new Set<() => void>();
const tell = (c: Conflict | undefined) => {
  open = c;
  for (const w of watchers) w();
};

export const useConflict = (): Conflict | undefined =>
  useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => open,
  );

const ask = (c: Omit<Conflict, "answer">) =>
  new Promise<string[] | undefined>((resolve) =>
    tell({
      ...c,
      answer: (mine) => {
        tell(undefined);
        resolve(mine);
      },
    }),
  );

/** What is written, with why it is meant though a rule takes it for a duplicate. */
export const withReason = (
  body: Record<string, unknown>,
  reason?: string,
): Record<string, unknown> =>
  reason?.trim() ? { ...body, _duplicate_reason: reason.trim() } : body;

/**
 * Saves changes of a record. What somebody else changed meanwhile is asked field by field; giving
 * up the question throws the conflict, and the editor keeps what was typed.
 */
export async function saveRecord(
  object: ObjectMeta,
  id: string,
  values: Record<string, unknown>,
  version: unknown,
  reason?: string,
): Promise<RecordData> {
  const fieldOf = (n: string) => object.fields.find((f) => f.name === n);
  let wanted = values;
  let since = version;
  for (;;) {
    const body: Record<string, unknown> = {};
    for (const [n, v] of Object.entries(wanted)) {
      const f = fieldOf(n);
      body[n] = f ? toWrite(f, v) : v;
    }
    try {
      const saved = await api.patch(object.plural, id, withReason(body, reason), since);
      const { _warnings, ...record } = saved;
      patchCached(object.plural, id, record);
      return saved;
    } catch (e) {
      if (!isProblem(e) || e.status !== 412) throw e;
      const theirs = await api.get(object.plural, id);
      const names = e.fields.map((f) => f.field).filter((n) => n in wanted);
      const fields = names.map(fieldOf).filter((f): f is Field => !!f);
      if (!fields.length) throw e;
      const mine = await ask({ object, fields, mine: wanted, theirs });
      if (!mine) throw e;
      wanted = Object.fromEntries(
        Object.entries(wanted).filter(([n]) => !names.includes(n) || mine.includes(n)),
      );
      since = theirs.version;
      if (Object.keys(wanted).length === 0) {
        patchCached(object.plural, id, theirs);
        return theirs;
      }
    }
  }
}
