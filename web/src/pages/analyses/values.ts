import i18next from "i18next";
import type { Answer, Unit } from "../../api/analyses";
import { grouped, money } from "../../lib/format";

/** A figure as people read it. */
export function shown(value: string | null | undefined, unit: Unit, currency = "TWD"): string {
  if (value === null || value === undefined) return "–";
  switch (unit) {
    case "money":
      return money({ amount: whole(value), currency });
    case "share":
      return `${rounded(Number(value) * 100, Math.abs(Number(value)) < 0.1 ? 1 : 0)}%`;
    case "days":
      return i18next.t("analysis.days", { n: rounded(Number(value), 1) });
    case "times":
      return i18next.t("analysis.times", { n: rounded(Number(value), 1) });
  }
  return grouped(value);
}

/** Amounts are summed to the cent and shown without. */
const whole = (v: string): string => v.replace(/\.\d+$/, "");

export const rounded = (n: number, digits: number): string =>
  n.toFixed(digits).replace(/\.0+$/, "");

/** The short form that stands at an axis: 120萬, 1.2M. */
export function short(n: number, unit: Unit): string {
  if (unit === "share") return `${rounded(n * 100, 0)}%`;
  const size = Math.abs(n);
  const chinese = (i18next.language || "zh-TW").startsWith("zh");
  const simplified = i18next.language === "zh-CN";
  const steps: [number, string][] = chinese
    ? [
        [1e8, simplified ? "亿" : "億"],
        [1e4, simplified ? "万" : "萬"],
      ]
    : [
        [1e9, "B"],
        [1e6, "M"],
        [1e3, "k"],
      ];
  for (const [step, word] of steps) {
    if (size >= step) return `${rounded(n / step, size / step < 10 ? 1 : 0)}${word}`;
  }
  return rounded(n, size < 10 && !Number.isInteger(n) ? 1 : 0);
}

/** By how much a figure differs from the other period's; nothing where there is none. */
export function change(
  now: string | null | undefined,
  before: string | null | undefined,
  unit: Unit,
): { text: string; up: boolean; down: boolean } | undefined {
  if (now === null || now === undefined || before === null || before === undefined)
    return undefined;
  const a = Number(now);
  const b = Number(before);
  if (a === b) return { text: "=", up: false, down: false };
  const up = a > b;
  const sign = up ? "▲" : "▼";
  if (unit === "share") {
    const points = rounded(Math.abs(a - b) * 100, 1);
    return { text: `${sign} ${i18next.t("analysis.points", { n: points })}`, up, down: !up };
  }
  if (b === 0) return { text: sign, up, down: !up };
  const part = Math.abs((a - b) / b) * 100;
  return { text: `${sign} ${rounded(part, part < 10 ? 1 : 0)}%`, up, down: !up };
}

/** What a screen reader is told of a chart, and what stands above it in a file. */
export const headline = (answer: Answer, measure: string): string =>
  [answer.label, measure, answer.period.label, answer.before && `↔ ${answer.before.label}`]
    .filter(Boolean)
    .join(" · ");
