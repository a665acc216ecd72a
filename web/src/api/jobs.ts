import { useQuery } from "@tanstack/react-query";
import { BASE, call, queryString } from "./client";

/** What a person would call a job: an import, an export, a change of many records. */
export interface Job {
  id: string;
  kind: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  object?: string;
  title?: string;
  done?: number;
  total?: number;
  rate?: number;
  seconds_left?: number;
  result?: Record<string, unknown> | null;
  error?: unknown;
  /** Can what it did be taken back? */
  undoable?: boolean;
  /** The job this one takes back. */
  undo_of?: string;
  created_by?: string | number | { id: string; label?: string } | null;
  created_at?: string;
  started_at?: string | null;
  finished_at?: string | null;
}

/** What became of one record in a job over many. */
export interface JobRow {
  id: string;
  label?: string;
  state: "waiting" | "done" | "unchanged" | "failed" | "changed_since";
  code?: string;
  message?: string;
  fields?: { field?: string; message?: string }[] | string[] | null;
}

export const underWay = (j: Job) => j.state === "queued" || j.state === "running";

const all = (answer: unknown): Job[] => {
  if (Array.isArray(answer)) return answer;
  const o = (answer ?? {}) as { jobs?: Job[]; records?: Job[] };
  return o.jobs ?? o.records ?? [];
};

const one = (answer: unknown): Job => {
  const o = answer as { job?: Job } & Job;
  return o.job ?? o;
};

export const jobs = {
  list: async () => all(await call("/jobs")),
  get: async (id: string) => one(await call(`/jobs/${id}`)),
  cancel: (id: string) => call(`/jobs/${id}/actions/cancel`, { method: "POST" }),
  undo: async (id: string) => one(await call(`/jobs/${id}/actions/undo`, { method: "POST" })),
  rows: (id: string, state: JobRow["state"], cursor?: string) =>
    call<{ rows: JobRow[]; next?: string | null }>(
      `/jobs/${id}/rows${queryString({ state, limit: 20, cursor })}`,
    ),
  resultUrl: (id: string) => `${BASE}/jobs/${id}/result`,
};

/** The jobs I may see, newest first; kept fresh by the event stream, and asked for while one runs. */
export const useJobs = (on = true) =>
  useQuery({
    queryKey: ["jobs"],
    queryFn: jobs.list,
    enabled: on,
    refetchInterval: (q) => (q.state.data?.some(underWay) ? 3000 : false),
  });

/** How many of my jobs run now, as the event stream told. */
export const useRunning = (): number =>
  useQuery({
    queryKey: ["running"],
    queryFn: () => [] as string[],
    enabled: false,
    initialData: [] as string[],
  }).data.length;
