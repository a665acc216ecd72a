import { expect, test } from "vitest";
import {
  add,
  cell,
  figureOf,
  lastDay,
  monthsFrom,
  percentOf,
  plusMonths,
  rolledUp,
  spanOf,
  type Table,
  total,
  treeOf,
} from "./figures";

test("months go on over the year's end, and a span begins with its quarter, half or year", () => {
  expect(monthsFrom("2026-11", 3)).toEqual(["2026-11", "2026-12", "2027-01"]);
  expect(plusMonths("2026-01", -12)).toBe("2025-01");
  expect([3, 6, 12].map((n) => spanOf("2026-11", n))).toEqual(["2026-10", "2026-07", "2026-01"]);
  expect(lastDay("2024-02")).toBe("2024-02-29");
});

const row = (month: string, who: unknown, ...measures: string[]) => ({
  group: [month, who],
  measures,
  converted: false,
});

test("sums are exact, last year's stand a year later, and what nobody owns has a row", () => {
  const table: Table = new Map();
  add(
    table,
    { rows: [row("2026-11", "1", "100.55", "33.18"), row("2026-11", null, "7", "1")] } as never,
    ["pipeline", "weighted"],
  );
  add(table, { rows: [row("2025-11", "1", "50")] } as never, ["last"], 12);
  const f = cell(table, "1", "2026-11");
  expect([f.pipeline, f.weighted, f.last]).toEqual([10055n, 3318n, 5000n]);
  expect(figureOf({ ...f, won: 1000n, target: 9000n }, "gap")).toBe(-4682n);
  expect(total(table.get(""), ["2026-10", "2026-11"]).pipeline).toBe(700n);
  expect(percentOf(1n, 0n)).toBeUndefined();
});

test("a department holds those below it; its own target stands in place of its people's", () => {
  const departments = [
    { id: "1", name: "top" },
    { id: "2", name: "north", parent: { id: "1", object: "department" } },
    { id: "3", name: "south", parent: { id: "1", object: "department" } },
  ];
  const tree = treeOf(departments);
  expect(tree.map((w) => [w.name, w.depth, w.ids.length])).toEqual([
    ["top", 0, 3],
    ["north", 1, 1],
    ["south", 1, 1],
  ]);
  const table: Table = new Map();
  cell(table, "2", "2026-11").won = 5n;
  cell(table, "2", "2026-11").target = 4n;
  cell(table, "3", "2026-11").won = 6n;
  const own: Table = new Map();
  cell(own, "2", "2026-11").target = 10n;
  const out = rolledUp(table, tree, own, ["2026-11"]);
  expect(out.get("1")?.get("2026-11")?.won).toBe(11n);
  expect(out.get("1")?.get("2026-11")?.target).toBe(10n);
});
