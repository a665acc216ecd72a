/**
 * What the lines of a document come to, as internal/tally computes it: the server's result holds, and
 * this one shows it while somebody types. Numbers are whole: quantities, prices and amounts in
 * ten-thousandths, percents in hundredths.
 */
export interface Terms {
  currency: string;
  mode: string;
  byLine: boolean;
  discount: bigint;
  off: bigint;
}

export interface TallyLine {
  quantity: bigint;
  price: bigint;
  discount: bigint;
  rate: bigint;
}

export interface Total {
  lines: bigint[];
  subtotal: bigint;
  discount: bigint;
  net: bigint;
  tax: bigint;
  total: bigint;
}

export type Fault = "large" | "negative" | "discount";

const SCALE = 4;
const HUNDRED = 10_000n;
const MOST = 999_999_999_999_999_999n;

const NONE = ["TWD", "JPY", "KRW", "VND", "IDR", "CLP", "PYG", "UGX", "ISK", "XAF", "XOF", "XPF"];
const THREE = ["KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"];

/** How many decimals amounts of a currency have where it is in use. */
export const digitsOf = (currency: string): number =>
  NONE.includes(currency) ? 0 : THREE.includes(currency) ? 3 : 2;

const abs = (n: bigint) => (n < 0n ? -n : n);

/** Rounds to the nearest whole number, halves away from zero. */
function divided(n: bigint, by: bigint): bigint {
  const q = n / by;
  const rest = abs(n % by);
  return rest * 2n >= by ? q + (n < 0n ? -1n : 1n) : q;
}

/** Computes a document, or says why it cannot be. */
export function tally(terms: Terms, lines: TallyLine[]): Total | Fault {
  const digits = digitsOf(terms.currency);
  const unit = 10n ** BigInt(SCALE - digits);
  const by = 10n ** BigInt(2 * SCALE - digits) * HUNDRED;
  const fits = (n: bigint) => abs(n * unit) <= MOST;
  const amounts = lines.map((l) => divided(l.quantity * l.price * (HUNDRED - l.discount), by));
  if (!amounts.every(fits)) return "large";
  const sum = amounts.reduce((a, b) => a + b, 0n);
  if (sum < 0n) return "negative";
  const off = divided(sum * terms.discount, HUNDRED) + divided(terms.off, unit);
  if (off > sum) return "discount";
  const tax = taxOf(terms, lines, amounts, sum, off);
  const total = sum - off + (terms.mode === "exclusive" ? tax : 0n);
  if (!fits(sum) || !fits(total)) return "large";
  return {
    lines: amounts.map((a) => a * unit),
    subtotal: sum * unit,
    discount: off * unit,
    net: (total - tax) * unit,
    tax: tax * unit,
    total: total * unit,
  };
}

/** The discount of the whole is shared in proportion, so that the shares come to it exactly. */
function taxOf(
  terms: Terms,
  lines: TallyLine[],
  amounts: bigint[],
  sum: bigint,
  off: bigint,
): bigint {
  if (terms.mode === "none") return 0n;
  const parts: { rate: bigint; gross: bigint }[] = [];
  lines.forEach((l, i) => {
    const amount = amounts[i] as bigint;
    const there = terms.byLine ? undefined : parts.find((p) => p.rate === l.rate);
    if (there) there.gross += amount;
    else parts.push({ rate: l.rate, gross: amount });
  });
  if (!terms.byLine) parts.sort((a, b) => (a.rate < b.rate ? -1 : a.rate > b.rate ? 1 : 0));
  let so = 0n;
  let taken = 0n;
  let tax = 0n;
  for (const p of parts) {
    so += p.gross;
    const due = sum === 0n ? 0n : divided(off * so, sum);
    const base = p.gross - due + taken;
    taken = due;
    tax +=
      terms.mode === "inclusive"
        ? base - divided(base * HUNDRED, HUNDRED + p.rate)
        : divided(base * p.rate, HUNDRED);
  }
  return tax;
}
