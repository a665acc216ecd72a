import { api } from "../../api/client";
import type { Field, ObjectMeta, Reference } from "../../api/types";
import { quoteText } from "../../lib/quote";
import { recordTitle } from "../../lib/records";
import { same } from "./paste";
import type { Row } from "./rows";

const TARGET: Record<string, string> = { user: "user", department: "department" };
/** How many titles one question names, so that its address stays short. */
const AT_ONCE = 40;

/** The references that texts in columns stand for, by column and text. */
export type Found = Map<string, Map<string, Reference>>;

/**
 * Finds what the names pasted into columns of references mean. A name that nothing has, or more
 * than one record, stays as it is: the server says what is wrong with it.
 */
export async function lookUp(rows: Row[], columns: Field[], objects: ObjectMeta[]): Promise<Found> {
  const found: Found = new Map();
  for (const c of columns) {
    const target = objects.find((o) => o.name === (TARGET[c.type] ?? c.targets?.[0]));
    if (!target || !(c.type === "reference" || c.type in TARGET)) continue;
    const texts = [...new Set(rows.flatMap((r) => (isText(r[c.name]) ? [r[c.name]] : [])))];
    const names = new Map<string, Reference>();
    for (let at = 0; at < texts.length; at += AT_ONCE) {
      const some = texts.slice(at, at + AT_ONCE) as string[];
      const filter = `${target.title_field} IN (${some.map(quoteText).join(", ")})`;
      const { records } = await api.list(target.plural, { filter, limit: 500, count: "none" });
      for (const text of some) {
        const [one, ...others] = records.filter((r) => same(recordTitle(target, r), text));
        if (one && !others.length) {
          names.set(text, { id: one.id, object: target.name, label: recordTitle(target, one) });
        }
      }
    }
    if (names.size) found.set(c.name, names);
  }
  return found;
}

const isText = (v: unknown): v is string => typeof v === "string" && v !== "";

/** A row with references in place of their names; the same row where it has none. */
export function withFound(row: Row, found: Found): Row {
  let out = row;
  for (const [column, names] of found) {
    const ref = isText(row[column]) && names.get(row[column]);
    if (ref) out = { ...out, [column]: ref };
  }
  return out;
}
