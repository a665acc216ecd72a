import { useQuery } from "@tanstack/react-query";
import { call, queryString } from "./client";
import { queryClient } from "./queries";

export type ReportKind = "day" | "week" | "month";
export const KINDS: ReportKind[] = ["day", "week", "month"];

export const TEXTS = ["done", "plan", "difficulties", "help"] as const;
export type Texts = Partial<Record<(typeof TEXTS)[number], string>>;

export interface Period {
  kind: ReportKind;
  begins: string;
  ends: string;
}

/** A record in a list of what was logged, as it was then; hidden where one may not see it. */
export interface LoggedItem {
  id: string;
  title?: string;
  hidden?: boolean;
  fields?: Record<string, unknown>;
}

export interface LoggedList {
  key: string;
  label: string;
  object: string;
  /** It is of what comes after the period. */
  ahead?: boolean;
  count: number;
  /** The pick-list by which they are counted. */
  by?: string;
  parts?: { value: string; count: number }[];
  sum?: string;
  unconverted?: number;
  items: LoggedItem[];
}

export interface Logged {
  currency: string;
  lists: LoggedList[];
}

export interface Report {
  id: string;
  owner: string;
  period: Period;
  texts: Texts;
  handed_at: string;
  late?: boolean;
  open?: boolean;
}

export interface MyReport {
  period: Period;
  report: Report | null;
  draft: { texts: Texts; version: number };
  logged: Logged | null;
  before: Report | null;
  comments: ReportComment[];
  latest: { begins: string; wanted: boolean; report: string | null }[];
  team: boolean;
}

export interface ReportComment {
  id: string;
  by: { id: string; name: string };
  at: string;
  text: string;
}

export interface TeamMember {
  user: { id: string; name: string };
  department: { id: string; name: string } | null;
  state: "handed_in" | "missing" | "away";
  report: Report | null;
  logged: Logged | null;
  comments: ReportComment[];
}

export interface TeamReports {
  period: Period;
  members: TeamMember[];
  /** My own, where I write reports. */
  mine: { begins: string; wanted: boolean; report: string | null } | null;
  handed: number;
  missing: number;
  away: number;
}

interface Written {
  kind: ReportKind;
  day: string;
  texts: Texts;
  version?: number;
}

const KEY = "reporting";

export const reports = {
  keep: (body: Written) =>
    call<{ texts: Texts; version: number }>("/reporting/draft", { method: "PUT", body }),
  handIn: (body: Written) => call<{ id: string }>("/reporting/hand-in", { method: "POST", body }),
  remind: (kind: ReportKind, day: string, people: string[]) =>
    call<{ reminded: number }>("/reporting/remind", {
      method: "POST",
      body: { kind, day, people },
    }),
  mine: (kind: ReportKind, day?: string, signal?: AbortSignal) =>
    call<MyReport>(`/reporting/mine${queryString({ kind, day })}`, { signal }),
  logged: (id: string, signal?: AbortSignal) =>
    call<{ logged: Logged | null }>(`/reporting/logged${queryString({ id })}`, { signal }),
};

export const mineKey = (kind: ReportKind, day?: string) => [KEY, "mine", kind, day ?? ""];

export const useMyReport = (kind: ReportKind, day: string | undefined, enabled: boolean) =>
  useQuery({
    queryKey: mineKey(kind, day),
    queryFn: ({ signal }) => reports.mine(kind, day, signal),
    enabled,
    retry: false,
  });

export const useTeamReports = (
  kind: ReportKind,
  day: string | undefined,
  brief: boolean,
  enabled = true,
) =>
  useQuery({
    queryKey: [KEY, "team", kind, day ?? "", brief],
    queryFn: ({ signal }) =>
      call<TeamReports>(`/reporting/team${queryString({ kind, day, brief })}`, { signal }),
    enabled,
    retry: false,
  });

/** A report was handed in, changed or spoken of. */
export const reportsChanged = () => queryClient.invalidateQueries({ queryKey: [KEY] });
