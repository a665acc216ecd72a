import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tally } from "./tally";

interface Case {
  currency: string;
  mode: string;
  by_line: boolean;
  discount: string;
  off: string;
  lines: [string, string, string, string][];
  error?: string;
  amounts?: string[];
  sums?: string[];
}

// What the server answers to documents made up at random: `go test ./internal/tally` keeps the file.
const cases: Case[] = JSON.parse(
  readFileSync(new URL("../../../internal/tally/testdata/cases.json", import.meta.url), "utf8"),
);

test("what is shown while typing is what the server computes", () => {
  expect(cases.length).toBeGreaterThan(500);
  for (const c of cases) {
    const got = tally(
      {
        currency: c.currency,
        mode: c.mode,
        byLine: c.by_line,
        discount: BigInt(c.discount),
        off: BigInt(c.off),
      },
      c.lines.map(([quantity, price, discount, rate]) => ({
        quantity: BigInt(quantity),
        price: BigInt(price),
        discount: BigInt(discount),
        rate: BigInt(rate),
      })),
    );
    if (typeof got === "string") expect(got).toBe(c.error);
    else {
      expect(got.lines.map(String)).toEqual(c.amounts ?? []);
      expect([got.subtotal, got.discount, got.net, got.tax, got.total].map(String)).toEqual(c.sums);
    }
  }
});
