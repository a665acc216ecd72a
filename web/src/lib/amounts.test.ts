import { expect, test } from "vitest";
import { lessThanZero, minus, ratio } from "./amounts";

test("amounts are taken from one another to the cent", () => {
  expect(minus("9007199254740993.01", "0.02")).toBe("9007199254740992.99");
  expect(minus("100", "100.00")).toBe("0");
  expect(minus("0.5", "2")).toBe("-1.5");
  expect(lessThanZero(minus("0.5", "2"))).toBe(true);
});

test("a share of nothing is none", () => {
  expect(ratio("30", "120")).toBe(0.25);
  expect(ratio("30", "0")).toBeUndefined();
});
