import { useQuery } from "@tanstack/react-query";
import { BASE, call } from "./client";
import { Problem } from "./problem";

/** What can be chosen of an analysis. */
export interface Choice {
  name: string;
  label: string;
  time?: boolean;
}

export type Unit = "count" | "money" | "days" | "share" | "times";

export interface Figure {
  name: string;
  label: string;
  unit: Unit;
  /** Less of it is better. */
  less?: boolean;
  /** Whose list shows its records, and what is added to the filter of the row. */
  plural?: string;
  filter?: string;
  source?: string;
  /** What is counted are the records that those refer to. */
  through?: string;
}

/** An analysis as it is offered: what may not be read is left out. */
export interface AnalysisMeta {
  name: string;
  label: string;
  help: string;
  shape: "" | "funnel" | "traits";
  object: string;
  plural: string;
  on: Choice[];
  dimensions: Choice[];
  measures: Figure[];
  period: string;
  export: boolean;
}

/** What is asked of it; what is left out is as the analysis has it. */
export interface Settings {
  by?: string;
  split?: string;
  measure?: string;
  period?: string;
  compare?: string;
  on?: string;
  pipeline?: string;
  filter?: string;
}

export const SETTINGS = [
  "by",
  "split",
  "measure",
  "period",
  "compare",
  "on",
  "pipeline",
] as const satisfies (keyof Settings)[];

export interface Span {
  from: string;
  to: string;
  label: string;
}

export interface Column {
  key: string;
  label: string;
  where: string;
  open?: boolean;
}

export interface Row {
  key: string;
  label: string;
  group?: string;
  values: (string | null)[];
  before?: (string | null)[];
  cells?: (string | null)[];
  where?: Record<string, string>;
  where_before?: Record<string, string>;
  filters?: string[];
  before_label?: string;
  sure?: boolean;
  small?: boolean;
  text?: string;
}

export interface Answer {
  name: string;
  label: string;
  shape: AnalysisMeta["shape"];
  object: string;
  settings: Settings;
  period: Span;
  before?: Span;
  running?: boolean;
  dimension: Choice;
  columns?: Column[];
  measures: Figure[];
  rows: Row[];
  total: Row;
  left?: number;
  currency?: string;
  converted?: boolean;
  unconverted?: number;
  unfiltered?: string[];
  note?: string;
}

const path = (name: string, action: string) =>
  `/analyses/${encodeURIComponent(name)}/actions/${action}`;

export const useAnalyses = (enabled = true) =>
  useQuery({
    queryKey: ["analyses"],
    queryFn: async () => (await call<{ analyses: AnalysisMeta[] }>("/analyses")).analyses ?? [],
    staleTime: 300_000,
    enabled,
  });

/** The answer of an analysis; the one before stays on the screen while another is on its way. */
export const useAnalysis = (name: string | undefined, settings: Settings) =>
  useQuery({
    queryKey: ["aggregate", "analysis", name, settings],
    enabled: !!name,
    queryFn: ({ signal }) =>
      call<Answer>(path(name ?? "", "run"), { method: "POST", body: settings, signal }),
    placeholderData: (before, query) => (query?.queryKey[2] === name ? before : undefined),
    retry: false,
  });

/** The analysis as a workbook: the file and what it is called. */
export async function workbook(name: string, settings: Settings): Promise<[Blob, string]> {
  const res = await fetch(BASE + path(name, "export"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(settings),
    credentials: "same-origin",
  });
  if (!res.ok) {
    throw new Problem(res.status, await res.json().catch(() => undefined));
  }
  const said = /filename\*=UTF-8''([^;]+)/.exec(res.headers.get("Content-Disposition") ?? "");
  return [await res.blob(), said?.[1] ? decodeURIComponent(said[1]) : `${name}.xlsx`];
}
