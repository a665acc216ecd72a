import { expect, test } from "vitest";
import { Problem } from "../api/problem";
import type { Field } from "../api/types";
import { isComposing } from "../hooks/useComposition";
import { fromLocalInput, grouped, money, plainNumber, setTimeZone, toLocalInput } from "./format";
import { addressLine, applies, changesOf } from "./records";

test("large sums keep every digit", () => {
  expect(grouped("12345678901234567890.50")).toBe("12,345,678,901,234,567,890.50");
  expect(money({ amount: "-1200.50", currency: "TWD" })).toBe("-NT$1,200.50");
});

test("full-width digits are digits", () => {
  expect(plainNumber("１，２００．５")).toBe("1200.5");
});

test("wall-clock times go to UTC and back in the user's zone", () => {
  setTimeZone("Asia/Taipei");
  expect(fromLocalInput("2026-11-23T14:30")).toBe("2026-11-23T06:30:00Z");
  expect(toLocalInput("2026-11-23T06:30:00Z")).toBe("2026-11-23T14:30");
});

test("only what changed is sent, references as ids", () => {
  const fields: Field[] = [
    { name: "name", type: "text", label: "" },
    { name: "owner", type: "user", label: "" },
    { name: "phones", type: "phones", label: "" },
  ];
  const before = { name: "a", owner: { id: "1", object: "user" }, phones: null };
  const after = {
    name: "a",
    owner: { id: "2", object: "user", label: "x" },
    phones: [{ value: " ", label: "" }],
  };
  expect(changesOf(fields, before, after)).toEqual({ owner: "2" });
});

test("an address reads large to small in Chinese", () => {
  expect(addressLine({ zip: "100", city: "台北市", district: "中正區", street: "忠孝路1號" })).toBe(
    "100 台北市中正區忠孝路1號",
  );
});

test("Safari's late Enter still belongs to the input method", () => {
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ nativeEvent: { isComposing: true, keyCode: 13 } })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
});

test("errors land at their fields, those of rows at their table", () => {
  const p = new Problem(422, {
    code: "invalid",
    fields: [
      { field: "items.0.price", code: "x", message: "p" },
      { field: "name", code: "y", message: "n" },
    ],
  });
  expect(p.byField()).toEqual({ items: "p", name: "n" });
});

test("a field of persons stands with persons, and wherever it holds a value", () => {
  const birthday: Field = {
    name: "birthday",
    type: "birthday",
    label: "",
    only: { field: "kind", values: ["person"] },
  };
  expect(applies(birthday, { kind: "person" })).toBe(true);
  expect(applies(birthday, { kind: "company", birthday: null })).toBe(false);
  expect(applies(birthday, { kind: "company", birthday: { month: 5, day: 1 } })).toBe(true);
  expect(applies(birthday, { kind: null })).toBe(true);
});
