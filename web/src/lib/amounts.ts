import { scaled } from "./decimal";

/** Amounts are exact texts with at most four decimals. */
const SCALE = 4;

const whole = (amount: string): bigint => scaled(amount, SCALE);

function text(n: bigint): string {
  const sign = n < 0n ? "-" : "";
  const digits = (n < 0n ? -n : n).toString().padStart(SCALE + 1, "0");
  const cents = digits.slice(-SCALE).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -SCALE)}${cents ? `.${cents}` : ""}`;
}

export const minus = (a: string, b: string): string => text(whole(a) - whole(b));

export const lessThanZero = (amount: string): boolean => amount.startsWith("-");

/** What share of another an amount is; undefined where the other is nothing. */
export function ratio(part: string, of: string): number | undefined {
  const all = whole(of);
  return all === 0n ? undefined : Number((whole(part) * 10_000n) / all) / 10_000;
}

/** For drawing alone: an amount as a number. */
export const size = (amount: string): number => Number(amount) || 0;
