import i18next from "i18next";

const lang = () => i18next.language || "zh-TW";
let zone: string | undefined;
export function setTimeZone(z?: string) {
  try {
    if (z) new Intl.DateTimeFormat("en", { timeZone: z });
    zone = z || undefined;
  } catch {
    zone = undefined;
  }
}

/** The year, month and day of a moment in the user's time zone. */
export function dayOf(d: Date): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(d);
}

export function today(): string {
  return dayOf(new Date());
}

export function daysBetween(a: string, b: string): number {
  return Math.round((Date.parse(`${b}T00:00:00Z`) - Date.parse(`${a}T00:00:00Z`)) / 86_400_000);
}

export function plusDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();

/** 今天, 昨天, 明天, 11/20, 2025/11/20 */
export function shortDate(day: string, now = today()): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return day;
  const n = daysBetween(now, day);
  if (n === 0) return i18next.t("date.today");
  if (n === -1) return i18next.t("date.yesterday");
  if (n === 1) return i18next.t("date.tomorrow");
  const [y, m, d] = day.split("-") as [string, string, string];
  return y === now.slice(0, 4) ? `${Number(m)}/${Number(d)}` : `${y}/${Number(m)}/${Number(d)}`;
}

export function shortDateTime(at: string): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
  }).format(d);
  return `${shortDate(dayOf(d))} ${time}`;
}

export function fullDateTime(at: string): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  return new Intl.DateTimeFormat(lang(), {
    timeZone: zone,
    dateStyle: "medium",
    timeStyle: "short",
    hourCycle: "h23",
  }).format(d);
}

/** Words one after another: 公司、個人; Company, Person. */
export const listed = (words: (string | undefined)[]): string =>
  words.filter(Boolean).join(comma());

/** What stands between the words of a list. */
export const comma = (): string => (lang().startsWith("zh") ? "、" : ", ");

/** Today, written out: 2026年11月24日 星期二. */
export function longDate(): string {
  return new Intl.DateTimeFormat(lang(), { timeZone: zone, dateStyle: "full" }).format(new Date());
}

/** A month, like 2026-11, written out: 2026年11月. */
export function monthText(month: string): string {
  const d = new Date(`${month}-01T00:00:00Z`);
  if (Number.isNaN(d.getTime())) return month;
  return new Intl.DateTimeFormat(lang(), {
    timeZone: "UTC",
    year: "numeric",
    month: "long",
  }).format(d);
}

/** Digits grouped without going through a float, which would lose the cents of large sums. */
export function grouped(text: string): string {
  const m = /^(-?)(\d+)(\.\d+)?$/.exec(text.trim());
  if (!m) return text;
  return `${m[1]}${(m[2] ?? "").replace(/\B(?=(\d{3})+(?!\d))/g, ",")}${m[3] ?? ""}`;
}

const SYMBOLS: Record<string, string> = { TWD: "NT$", CNY: "¥", USD: "US$" };

export function money(v: { amount: string; currency: string }): string {
  const amount = v.amount.replace(/\.0+$/, "");
  const sign = amount.startsWith("-") ? "-" : "";
  const symbol = SYMBOLS[v.currency] ?? `${v.currency} `;
  return `${sign}${symbol}${grouped(amount.replace(/^-/, ""))}`;
}

/** Whole numbers typed on a Chinese keyboard: full-width digits, commas. */
export function plainNumber(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[,\s，$¥]|NT\$/g, "")
    .trim();
}

export function initials(name: string): string {
  const t = name.trim();
  if (/^[\u3400-\u9fff]/.test(t)) return t.slice(0, 1);
  return t
    .split(/\s+/)
    .slice(0, 2)
    .map((w) => w.charAt(0).toUpperCase())
    .join("");
}

/** datetime-local's text in the user's zone, and back. */
export function toLocalInput(at: string): string {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return "";
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
  }).format(d);
  return `${dayOf(d)}T${time}`;
}

export function fromLocalInput(text: string): string | null {
  const wall = Date.parse(`${text}:00Z`);
  if (Number.isNaN(wall)) return null;
  // The zone's offset at that moment: shift until what the zone shows is what was typed.
  let at = wall;
  for (let i = 0; i < 2; i++) {
    const shown = Date.parse(`${toLocalInput(new Date(at).toISOString())}:00Z`);
    at += wall - shown;
  }
  return new Date(at).toISOString().replace(/\.000Z$/, "Z");
}
