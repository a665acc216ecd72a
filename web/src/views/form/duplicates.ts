import { call, queryString } from "../../api/client";
import type { Labelled, ObjectMeta } from "../../api/types";

export interface Duplicate {
  id: string;
  label: string;
  owner?: { id: string; label?: string; name?: string } | string | null;
  matched?: string[];
}

export interface Duplicates {
  candidates: Duplicate[];
  hidden: number;
}

const COMPARED = ["name", "short_name", "english_name", "tax_number", "phones", "mails"];
const LIKE = ["customer", "contact", "lead", "supplier"];

/** What of a record is compared with others, as text; empty when nothing is. */
export function comparable(o: ObjectMeta, values: Record<string, unknown>): Record<string, string> {
  const out: Record<string, string> = {};
  if (!LIKE.includes(o.name)) return out;
  for (const n of COMPARED) {
    const v = values[n];
    if (!o.fields.some((f) => f.name === n)) continue;
    if (typeof v === "string" && v.trim().length > 1) out[n] = v.trim();
    else if (Array.isArray(v)) {
      const all = (v as Labelled[]).map((x) => x.value?.trim()).filter((x) => (x?.length ?? 0) > 4);
      if (all.length) out[n] = all.join("、");
    }
  }
  return out;
}

/** Records like the one being typed; those out of sight are only counted. */
export async function duplicatesOf(
  o: ObjectMeta,
  values: Record<string, unknown>,
  except?: string,
): Promise<Duplicates> {
  const asked = comparable(o, values);
  if (!Object.keys(asked).length) return { candidates: [], hidden: 0 };
  const d = await call<Duplicates>(`/${o.plural}/duplicates${queryString({ ...asked, except })}`);
  return { candidates: d.candidates ?? [], hidden: d.hidden ?? 0 };
}
