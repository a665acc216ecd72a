import type { Check, Field, ObjectMeta, Option, RecordData } from "../api/types";

/** A way that records go, stage by stage; without a key where there is but one. */
export interface Pipeline {
  value: string;
  label: string;
  stages: Option[];
}

export const stageField = (o: ObjectMeta): Field | undefined =>
  o.fields.find((f) => f.name === o.stage_field);

export const isOpen = (s: Option | undefined): boolean => !s?.kind || s.kind === "open";

/** The pipelines in use, with the stages in use. */
export function pipelinesOf(o: ObjectMeta): Pipeline[] {
  const stages = (stageField(o)?.options ?? []).filter((s) => !s.inactive);
  const several = o.fields.find((f) => f.name === o.pipeline_field)?.options;
  if (!several) return [{ value: "", label: "", stages }];
  return several
    .filter((p) => !p.inactive)
    .map((p) => ({
      value: p.value,
      label: p.label,
      stages: stages.filter((s) => s.pipeline === p.value),
    }))
    .filter((p) => p.stages.length);
}

export const stageOf = (o: ObjectMeta, r: RecordData): Option | undefined =>
  stageField(o)?.options?.find((s) => s.value === r[o.stage_field ?? ""]);

/** The stages a record goes through, its own among them even if it is no longer in use. */
export function stagesOf(o: ObjectMeta, r: RecordData): Option[] {
  const now = stageOf(o, r);
  const all = (stageField(o)?.options ?? []).filter(
    (s) => (!s.inactive || s === now) && (!o.pipeline_field || !now || s.pipeline === now.pipeline),
  );
  return all;
}

/** Required items of the stage a record leaves that are not done, where it goes on from there. */
export function openChecks(o: ObjectMeta, r: RecordData, to: Option): Check[] {
  const from = stageOf(o, r);
  const all = stageField(o)?.options ?? [];
  if (!from || !o.checks_field || to.kind === "lost" || from.pipeline !== to.pipeline) return [];
  if (all.indexOf(to) <= all.indexOf(from)) return [];
  const done = r[o.checks_field];
  return (from.checklist ?? []).filter(
    (c) => c.required && !(Array.isArray(done) && done.includes(c.value)),
  );
}

/** What a board must know of a record to ask for what is missing as it is moved. */
export const askedFields = (o: ObjectMeta): string[] => [
  ...new Set([
    ...(stageField(o)?.options ?? []).flatMap((s) => [...(s.needs ?? []), ...(s.asks ?? [])]),
    ...(o.checks_field ? [o.checks_field] : []),
  ]),
];
