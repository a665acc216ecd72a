import i18next from "i18next";
import type { Period, ReportKind } from "../../api/reports";
import { monthText, plusDays, shortDate, weekday } from "../../lib/format";

const short = (day: string) => `${Number(day.slice(5, 7))}/${Number(day.slice(8, 10))}`;

/** The weekday of a day in the reader's words: 週五. */
const weekdayText = (day: string) =>
  new Intl.DateTimeFormat(i18next.language || "zh-TW", {
    weekday: "short",
    timeZone: "UTC",
  }).format(new Date(`${day}T00:00:00Z`));

/** 今天 11/27 週五; 11/23 – 11/29; 2026年11月. */
export function periodText(p: Period): string {
  if (p.kind === "month") return monthText(p.begins.slice(0, 7));
  if (p.kind === "week") return `${short(p.begins)} – ${short(p.ends)}`;
  const near = shortDate(p.begins);
  return `${/\d/.test(near) ? near : `${near} ${short(p.begins)}`} ${weekdayText(p.begins)}`;
}

/** A day within the period so many steps away. */
export function stepped(kind: ReportKind, begins: string, n: number): string {
  if (kind === "day") return plusDays(begins, n);
  if (kind === "week") return plusDays(begins, 7 * n);
  const [y, m] = begins.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(y, m - 1 + n, 1)).toISOString().slice(0, 10);
}

/** The first day of the period of a kind in which a day lies. */
export function beginOf(kind: ReportKind, day: string): string {
  if (kind === "week") return plusDays(day, -((weekday(day) + 6) % 7));
  return kind === "month" ? `${day.slice(0, 7)}-01` : day;
}

/** Shortest name of a period, for a strip of many. */
export function stripText(kind: ReportKind, begins: string): string {
  if (kind !== "month") return short(begins);
  return new Intl.DateTimeFormat(i18next.language || "zh-TW", {
    month: "short",
    timeZone: "UTC",
  }).format(new Date(`${begins}T00:00:00Z`));
}
