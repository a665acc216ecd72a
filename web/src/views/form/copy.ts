import type { ObjectMeta, RecordData } from "../../api/types";
import { isEmpty, writable } from "../../lib/records";
import { isOpen, pipelinesOf, stageField, stageOf } from "../../lib/stages";

/**
 * What a new record takes from another: all that can be written but what is its own (numbers,
 * files, where it stands and how it ended). It begins at the start of the same pipeline.
 */
export function copyOf(o: ObjectMeta, r: RecordData, title: (name: string) => string) {
  const own = new Set([
    o.stage_field,
    o.pipeline_field,
    o.checks_field,
    o.likely_field,
    "external_ids",
    ...(stageField(o)?.options ?? [])
      .filter((s) => !isOpen(s))
      .flatMap((s) => [...(s.needs ?? []), ...(s.asks ?? [])]),
  ]);
  const out: Record<string, unknown> = {};
  for (const f of o.fields) {
    const v = r[f.name];
    if (!writable(f) || f.unique || f.own || own.has(f.name) || isEmpty(v)) continue;
    if (f.type === "file" || f.type === "picture") continue;
    if (f.type === "lines") {
      out[f.name] = (v as Record<string, unknown>[]).map(({ id: _, ...row }) => row);
    } else out[f.name] = v;
  }
  const name = r[o.title_field];
  if (o.title_field in out && typeof name === "string") out[o.title_field] = title(name);
  const line = pipelinesOf(o).find((p) => p.value === (stageOf(o, r)?.pipeline ?? ""));
  const first = line?.stages.find(isOpen);
  if (o.stage_field && first) out[o.stage_field] = first.value;
  return out;
}
