import { call, queryString } from "./client";

/** A person or a record by its title. */
export interface Named {
  object: string;
  id: string;
  label: string;
}

/** One thing in the calendar. */
export interface Entry {
  /** The object's name, or birthday, whosever it is. */
  kind: string;
  object: string;
  id: string;
  title: string;
  /** What sort it is within its kind: call, visit. */
  sort?: string;
  about?: Named | null;
  owner?: Named | null;
  /** The instant, or the day of what has no hour. */
  at?: string;
  day?: string;
  minutes?: number;
  done?: boolean;
  /** A time to come of what repeats: no record is made for it yet. */
  ahead?: boolean;
  /** What moving it writes; nothing where one may not. */
  field?: string;
}

export interface Span {
  entries: Entry[];
  /** There is more than is shown. */
  cut: boolean;
  kinds: string[];
}

/** An address from which a phone reads my calendar. */
export interface CalendarLink {
  id: string;
  name: string;
  created_at: string;
  used_at: string | null;
  /** Told once, when it is made. */
  path?: string;
}

export const calendarApi = {
  span: (q: { from: string; to: string; who: string; kinds?: string }, signal?: AbortSignal) =>
    call<Span>(`/calendar${queryString(q)}`, { signal }),
  links: () => call<{ links: CalendarLink[] }>("/calendar/links"),
  addLink: (name: string) =>
    call<CalendarLink>("/calendar/links", { method: "POST", body: { name } }),
  endLink: (id: string) => call(`/calendar/links/${id}`, { method: "DELETE" }),
};
