/** How something repeats, as far as the form offers it. */
export interface Rule {
  every: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  interval: number;
  /** Days of the week, as MO, TU. */
  days: string[];
  /** Of a month: its day (31: its last where it has fewer), or a weekday of it, as -1FR. */
  month: string;
  until: string;
  count: number;
}

export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

/** Reads a rule; undefined where it says more than the form can. */
export function readRule(text: string): Rule | undefined {
  const rule: Rule = { every: "DAILY", interval: 1, days: [], month: "", until: "", count: 0 };
  const parts = new Map(text.split(";").map((p) => p.split("=") as [string, string]));
  for (const [name, value = ""] of parts) {
    if (name === "FREQ" && ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(value)) {
      rule.every = value as Rule["every"];
    } else if (name === "INTERVAL") rule.interval = Number(value);
    else if (name === "COUNT") rule.count = Number(value);
    else if (name === "UNTIL") {
      rule.until = `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`;
    } else if (name === "BYDAY" && parts.get("FREQ") === "WEEKLY") rule.days = value.split(",");
    else if (name === "BYDAY" && /^[+-]?\d[A-Z]{2}$/.test(value))
      rule.month = value.replace("+", "");
    else if (name === "BYMONTHDAY") {
      const days = value.split(",").map(Number);
      // 28,29,30,31 and the last of them: the 31st, or the month's last day.
      if (days.length > 1 && parts.get("BYSETPOS") !== "-1") return undefined;
      rule.month = String(Math.max(...days));
    } else if (name !== "BYSETPOS" && name !== "WKST") return undefined;
  }
  return parts.has("FREQ") ? rule : undefined;
}

export function writeRule(r: Rule): string {
  const out = [`FREQ=${r.every}`];
  if (r.interval > 1) out.push(`INTERVAL=${r.interval}`);
  if (r.every === "WEEKLY" && r.days.length) {
    out.push(`BYDAY=${DAYS.filter((d) => r.days.includes(d)).join(",")}`);
  }
  if (r.every === "MONTHLY" && r.month) {
    const day = Number(r.month);
    if (Number.isNaN(day)) out.push(`BYDAY=${r.month}`);
    else if (day <= 28) out.push(`BYMONTHDAY=${day}`);
    else {
      const days = [28, 29, 30, 31].filter((d) => d <= day);
      out.push(`BYMONTHDAY=${days.join(",")}`, "BYSETPOS=-1");
    }
  }
  if (r.count > 0) out.push(`COUNT=${r.count}`);
  else if (r.until) out.push(`UNTIL=${r.until.replaceAll("-", "")}`);
  return out.join(";");
}

/** What a rule begins with: it comes on the day of the week or month on which the first is due. */
export const plainRule = (every: Rule["every"]): Rule => ({
  every,
  interval: 1,
  days: [],
  month: "",
  until: "",
  count: 0,
});

/** Days of a month that may be chosen: by date, then by weekday. */
export const monthDays = (): string[] => [
  ...Array.from({ length: 31 }, (_, i) => String(i + 1)),
  ...DAYS.flatMap((d) => ["1", "2", "3", "4", "-1"].map((n) => n + d)),
];

type Say = (key: string, o?: Record<string, unknown>) => string;

const weekdayText = (d: string, t: Say) => t(`weekday.${d}`);

/** The rule in words: 每週一、五, every 2 weeks on Monday. */
export function ruleText(text: string, t: Say, listed: (words: string[]) => string): string {
  const r = readRule(text);
  if (!r) return text;
  const many = r.interval > 1 ? "_n" : "";
  const n = r.interval;
  let said = t(`repeat.${r.every.toLowerCase()}${many}`, { n });
  if (r.every === "WEEKLY" && r.days.length) {
    const days = listed(r.days.map((d) => weekdayText(d, t)));
    said = t(`repeat.weekly_on${many}`, { n, days });
  }
  if (r.every === "MONTHLY" && r.month) {
    said = t(`repeat.monthly_on${many}`, { n, day: monthDayText(r.month, t) });
  }
  if (r.count) said += t("repeat.times", { n: r.count });
  else if (r.until) said += t("repeat.until", { day: r.until.replaceAll("-", "/") });
  return said;
}

export function monthDayText(month: string, t: Say): string {
  const m = /^(-?\d)([A-Z]{2})$/.exec(month);
  if (m) {
    return t(`repeat.nth.${m[1] === "-1" ? "last" : m[1]}`, { day: weekdayText(m[2] ?? "", t) });
  }
  return month === "31" ? t("repeat.last_day") : t("repeat.day_of_month", { n: month });
}
