import type { ObjectMeta, RecordData, Reference } from "../../api/types";
import { recordTitle } from "../../lib/records";

/**
 * What a record made beside another begins with: what it refers to and the other is or refers to
 * by the same name. A contact made on the page of a deal belongs to the deal's customer.
 */
export function presetFor(
  object: ObjectMeta,
  parent: ObjectMeta,
  record: RecordData,
): Record<string, Reference> {
  const preset: Record<string, Reference> = {};
  for (const f of object.fields) {
    if (f.type !== "reference" || f.system || f.access === "read") continue;
    if (f.targets?.includes(parent.name)) {
      preset[f.name] = { id: record.id, object: parent.name, label: recordTitle(parent, record) };
      continue;
    }
    const same = parent.fields.find(
      (p) => p.name === f.name && p.type === "reference" && p.targets?.[0] === f.targets?.[0],
    );
    const value = same && (record[same.name] as Reference | null | undefined);
    if (value?.id) preset[f.name] = value;
  }
  return preset;
}
