import type { Entry } from "../../api/calendar";
import { dayOf, fromLocalInput, plusDays, toLocalInput, weekday } from "../../lib/format";

export type View = "month" | "week" | "day" | "agenda";
export const VIEWS: View[] = ["month", "week", "day", "agenda"];

/** How many days the agenda shows. */
const AGENDA = 30;
/** What something takes of which nobody said how long, in minutes. */
const USUAL = 30;

/** 0 is Sunday: how weeks are printed where the language is at home. */
export const weekBegins = (language: string): number => (language === "zh-CN" ? 1 : 0);

export const weekOf = (day: string, begins: number): string =>
  plusDays(day, -((weekday(day) - begins + 7) % 7));

export const monthOf = (day: string): string => `${day.slice(0, 7)}-01`;

/** The day some months from one: the 31st becomes the last of a shorter month. */
export function plusMonths(day: string, n: number): string {
  const [y = 0, m = 1, d = 1] = day.split("-").map(Number);
  const first = new Date(Date.UTC(y, m - 1 + n, 1));
  const last = new Date(Date.UTC(y, m + n, 0)).getUTCDate();
  return new Date(first.getTime() + (Math.min(d, last) - 1) * 86_400_000)
    .toISOString()
    .slice(0, 10);
}

/** The days a view shows, the last one not meant. */
export function spanOf(view: View, day: string, begins: number): { from: string; to: string } {
  switch (view) {
    case "month": {
      const from = weekOf(monthOf(day), begins);
      const next = plusMonths(monthOf(day), 1);
      const end = weekOf(plusDays(next, 6), begins);
      return { from, to: end < next ? plusDays(end, 7) : end };
    }
    case "week": {
      const from = weekOf(day, begins);
      return { from, to: plusDays(from, 7) };
    }
    case "agenda":
      return { from: day, to: plusDays(day, AGENDA) };
  }
  return { from: day, to: plusDays(day, 1) };
}

/** Where a step back or forth leads. */
export function stepped(view: View, day: string, by: 1 | -1): string {
  if (view === "month") return plusMonths(monthOf(day), by);
  return plusDays(day, by * (view === "week" ? 7 : view === "agenda" ? AGENDA : 1));
}

export function daysOf(from: string, to: string): string[] {
  const out: string[] = [];
  for (let d = from; d < to; d = plusDays(d, 1)) out.push(d);
  return out;
}

/** The day an entry stands on, in the reader's zone. */
export const entryDay = (e: Entry): string => e.day ?? dayOf(new Date(e.at ?? ""));

/** The minute of its day at which it begins. */
export function entryMinute(e: Entry): number {
  const [, h = "0", m = "0"] = /T(\d\d):(\d\d)/.exec(toLocalInput(e.at ?? "")) ?? [];
  return Number(h) * 60 + Number(m);
}

export const entryLength = (e: Entry): number => e.minutes || USUAL;

export const keyOf = (e: Entry): string => `${e.object}/${e.id}/${e.at ?? e.day}`;

export function byDay(entries: Entry[]): Map<string, Entry[]> {
  const out = new Map<string, Entry[]>();
  for (const e of entries) {
    const day = entryDay(e);
    out.set(day, [...(out.get(day) ?? []), e]);
  }
  return out;
}

/** The entry on another day, at another minute of it; what has no hour keeps none. */
export function movedTo(e: Entry, day: string, minute = entryMinute(e)): Entry {
  if (e.day) return { ...e, day };
  const within = Math.max(0, Math.min(24 * 60 - 15, minute));
  const two = (n: number) => String(n).padStart(2, "0");
  const at = fromLocalInput(`${day}T${two(Math.floor(within / 60))}:${two(within % 60)}`);
  return { ...e, at: at ?? e.at };
}

/** Entries side by side where they overlap: which lane of how many each has. */
export function lanes(entries: Entry[]): { entry: Entry; lane: number; of: number }[] {
  const sorted = [...entries].sort(
    (a, b) => entryMinute(a) - entryMinute(b) || entryLength(b) - entryLength(a),
  );
  const out: { entry: Entry; lane: number; of: number }[] = [];
  let group: typeof out = [];
  let ends: number[] = [];
  let until = -1;
  const close = () => {
    for (const g of group) g.of = ends.length;
    out.push(...group);
    group = [];
    ends = [];
  };
  for (const entry of sorted) {
    const start = entryMinute(entry);
    if (start >= until) close();
    const free = ends.findIndex((end) => end <= start);
    const lane = free < 0 ? ends.length : free;
    const end = start + entryLength(entry);
    ends[lane] = end;
    until = Math.max(group.length ? until : -1, end);
    group.push({ entry, lane, of: 1 });
  }
  close();
  return out;
}
