import { type Duplicates, merging } from "../../api/merge";
import type { Labelled, ObjectMeta } from "../../api/types";
import { isEmpty, toWrite } from "../../lib/records";

/** Fewer characters of a name or a number tell nothing. */
const TELLS = { text: 2, phones: 5, mails: 5 } as Record<string, number>;

/** What of a record is compared with others by the rules; empty when nothing is. */
export function comparable(
  o: ObjectMeta,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  let tells = false;
  for (const n of o.compares ?? []) {
    const f = o.fields.find((x) => x.name === n);
    let v = values[n];
    if (!f || isEmpty(v)) continue;
    const least = TELLS[f.type] ?? 0;
    if (typeof v === "string") {
      v = v.trim();
      if ((v as string).length < least) continue;
    } else if (f.type === "phones" || f.type === "mails") {
      v = (v as Labelled[]).filter((x) => (x.value?.trim().length ?? 0) >= least);
      if (isEmpty(v)) continue;
    }
    tells ||= least > 0 || f.type === "tags";
    out[n] = toWrite(f, v);
  }
  return tells ? out : {};
}

/** Records like the one being typed, or like one as it stands; those out of sight are only counted. */
export async function duplicatesOf(
  o: ObjectMeta,
  values: Record<string, unknown>,
  id?: string,
  signal?: AbortSignal,
): Promise<Duplicates> {
  if (!Object.keys(values).length) return { candidates: [], hidden: 0 };
  const d = await merging.like(o.plural, { id, values }, signal);
  return { candidates: d.candidates ?? [], hidden: d.hidden ?? 0 };
}
