import type { Labels, ObjectMeta, Option } from "../../api/types";
import { labelsOf, said } from "./labels";

/** One item of a checklist while it is edited; without a value it is new. */
export interface CheckDraft {
  key: number;
  value?: string;
  labels: Labels;
  required: boolean;
}

export interface StageDraft {
  key: number;
  value?: string;
  labels: Labels;
  color?: string;
  kind: string;
  probability: number;
  rotten: number;
  needs: string[];
  asks: string[];
  checklist: CheckDraft[];
}

export interface PipelineDraft {
  key: number;
  value?: string;
  labels: Labels;
  stages: StageDraft[];
}

let keys = 0;
export const nextKey = () => ++keys;

const stageDraft = (o: Option, here: string): StageDraft => ({
  key: nextKey(),
  value: o.value,
  labels: labelsOf(o, here),
  color: o.color,
  kind: o.kind || "open",
  probability: o.probability ?? 0,
  rotten: o.rotten_days ?? 0,
  needs: o.needs ?? [],
  asks: o.asks ?? [],
  checklist: (o.checklist ?? []).map((c) => ({
    key: nextKey(),
    value: c.value,
    labels: labelsOf(c, here),
    required: !!c.required,
  })),
});

/** What there is, to be edited: what is out of use is left out. */
export function draftOf(o: ObjectMeta, here: string): PipelineDraft[] {
  const options = (o.fields.find((f) => f.name === o.stage_field)?.options ?? []).filter(
    (s) => !s.inactive,
  );
  const several = o.fields.find((f) => f.name === o.pipeline_field)?.options;
  if (!several) {
    return [{ key: nextKey(), labels: {}, stages: options.map((s) => stageDraft(s, here)) }];
  }
  return several
    .filter((p) => !p.inactive)
    .map((p) => ({
      key: nextKey(),
      value: p.value,
      labels: labelsOf(p, here),
      stages: options.filter((s) => s.pipeline === p.value).map((s) => stageDraft(s, here)),
    }));
}

export const newStage = (kind = "open", labels: Labels = {}): StageDraft => ({
  key: nextKey(),
  labels,
  color: kind === "won" ? "green" : kind === "lost" ? "red" : undefined,
  kind,
  probability: kind === "won" ? 100 : kind === "lost" ? 0 : 50,
  rotten: 0,
  needs: [],
  asks: [],
  checklist: [],
});

/** A pipeline like another, with stages of its own; what they are called and ask stays. */
export const copyOf = (p: PipelineDraft, labels: Labels): PipelineDraft => ({
  key: nextKey(),
  labels,
  stages: p.stages.map((s) => ({
    ...s,
    key: nextKey(),
    value: undefined,
    checklist: s.checklist.map((c) => ({ ...c, key: nextKey(), value: undefined })),
  })),
});

/** Where a new stage goes: behind the last that is open. */
export function withStage(stages: StageDraft[]): StageDraft[] {
  const at = stages.findLastIndex((s) => s.kind === "open") + 1;
  return [...stages.slice(0, at), newStage(), ...stages.slice(at)];
}

/** What is sent. */
export const pipelineBody = (drafts: PipelineDraft[]) =>
  drafts.map((p) => ({
    value: p.value,
    label: said(p.labels),
    stages: p.stages.map((s) => ({
      value: s.value,
      label: said(s.labels),
      color: s.color || undefined,
      kind: s.kind,
      probability: s.kind === "open" ? s.probability : undefined,
      rotten_days: s.kind === "open" ? s.rotten : undefined,
      needs: s.needs,
      asks: s.asks,
      checklist: s.checklist
        .filter((c) => Object.keys(said(c.labels)).length)
        .map((c) => ({ value: c.value, label: said(c.labels), required: c.required })),
    })),
  }));
