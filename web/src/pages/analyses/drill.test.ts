import { expect, test } from "vitest";
import type { Answer, Row } from "../../api/analyses";
import { all, drill } from "./drill";
import { change, shown } from "./values";

const answer = {
  measures: [
    { name: "won", label: "", unit: "count", plural: "deals", source: "own", filter: "a = 1" },
    { name: "rate", label: "", unit: "share" },
    { name: "met", label: "", unit: "count", plural: "customers", source: "own", through: "calls" },
  ],
} as unknown as Answer;
const row: Row = {
  key: "=x",
  label: "x",
  values: ["3", "0.5", "2"],
  where: { own: "b = 2 OR c = 3" },
  where_before: { own: "d = 4" },
};

test("the records behind a figure are those of row, column and measure", () => {
  expect(drill(answer, row, 0)).toEqual({ plural: "deals", filter: "(b = 2 OR c = 3) AND a = 1" });
  expect(drill(answer, row, 0, { before: true })?.filter).toBe("d = 4 AND a = 1");
  expect(drill(answer, row, 0, { column: { key: "", label: "", where: "e = 5" } })?.filter).toBe(
    "(b = 2 OR c = 3) AND e = 5 AND a = 1",
  );
  expect(drill(answer, row, 2)?.filter).toBe("calls.any(b = 2 OR c = 3)");
});

test("a ratio, a hidden group and what no list shows lead nowhere", () => {
  expect(drill(answer, row, 1)).toBeUndefined();
  expect(drill(answer, { ...row, where: {} }, 0)).toBeUndefined();
  expect(drill(answer, { ...row, filters: ["-"] }, 0)).toBeUndefined();
  expect(
    drill(answer, row, 0, { column: { key: "", label: "", where: "", open: true } }),
  ).toBeUndefined();
});

test("conditions joined by OR keep together", () => {
  expect(all("a = 1", "", undefined)).toBe("a = 1");
  expect(all("a = 1 OR b = 2", "c = 3")).toBe("(a = 1 OR b = 2) AND c = 3");
});

test("figures read as people write them", () => {
  expect(shown("1234567.89", "money", "TWD")).toBe("NT$1,234,567");
  expect(shown("0.4567", "share")).toBe("46%");
  expect(shown(null, "count")).toBe("–");
  expect(change("150", "100", "count")).toEqual({ text: "▲ 50%", up: true, down: false });
  expect(change("5", null, "count")).toBeUndefined();
});
