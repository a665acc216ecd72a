import { useQuery } from "@tanstack/react-query";
import { call, queryString } from "./client";
import { known, queryClient } from "./queries";

/** One part of a start page: what it shows and how much room it takes. */
export interface Widget {
  id: string;
  kind: string;
  /** Of twelve columns, and of rows. */
  w: number;
  h: number;
  options?: Record<string, string>;
}

export interface Layout {
  /** Null where neither I nor my role has put one together. */
  widgets: Widget[] | null;
  from: "user" | "role" | "";
  /** Roles with one of their own, told to administrators. */
  roles?: string[];
}

const KEY = ["workbench"];

const layout = {
  queryKey: KEY,
  queryFn: () => call<Layout>("/workbench"),
  staleTime: 300_000,
};

export const useLayout = () => useQuery({ ...layout, retry: false });

/** Asks for the start page while the rest of the program is still on its way. */
export const askLayout = () => {
  if (known()) queryClient.prefetchQuery(layout);
};

const shown = (l: Layout) => {
  queryClient.setQueryData(KEY, l);
  return l;
};

export const workbench = {
  keep: async (widgets: Widget[]) =>
    shown(await call<Layout>("/workbench", { method: "PUT", body: { widgets } })),
  back: async () => shown(await call<Layout>("/workbench", { method: "DELETE" })),
  keepFor: async (role: string, widgets: Widget[]) =>
    shown(await call<Layout>(`/workbench/roles/${role}`, { method: "PUT", body: { widgets } })),
  backFor: async (role: string) =>
    shown(await call<Layout>(`/workbench/roles/${role}`, { method: "DELETE" })),
};

/** How sales stand in a month, in the company's currency. */
export interface MonthFigures {
  month: string;
  target: string | null;
  won: string;
  open: string;
  weighted: string;
}

export const useAttainment = (from: string, months: number, who: string | undefined) =>
  useQuery({
    queryKey: ["home", "attainment", from, months, who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      call<{ currency: string; months: MonthFigures[]; unconverted: number }>(
        `/attainment${queryString({ from, months, who })}`,
        { signal },
      ),
    retry: false,
  });

export interface Place {
  rank: number;
  id: string;
  name: string;
  won: string;
  count: number;
  me?: boolean;
}

export const useLeaders = (month: string) =>
  useQuery({
    queryKey: ["home", "leaders", month],
    queryFn: ({ signal }) =>
      call<{ currency: string; month: string; places: Place[] }>(
        `/leaders${queryString({ month })}`,
        { signal },
      ),
    retry: false,
  });
