/** A decimal text as a whole number of its last digit: "12.5" with two digits is 1250. */
export function scaled(text: string, digits: number): bigint {
  const m = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!m) return 0n;
  const after = (m[3] ?? "").padEnd(digits, "0").slice(0, digits);
  const n = BigInt((m[2] ?? "0") + after);
  return m[1] ? -n : n;
}
