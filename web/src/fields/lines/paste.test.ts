import { describe, expect, it } from "vitest";
import type { Field } from "../../api/types";
import { pasted, readBlock, readCell, unpasted } from "./paste";
import { cellErrors, isBlank, placeOf, type Row, withoutBlankEnd } from "./rows";

const columns = [
  { name: "item", type: "text", label: "品名" },
  { name: "qty", type: "decimal", label: "數量" },
  { name: "price", type: "money", label: "單價" },
  { name: "due", type: "date", label: "交期" },
  {
    name: "state",
    type: "picklist",
    label: "狀態",
    options: [
      { value: "open", label: "未出貨" },
      { value: "sent", label: "已出貨" },
    ],
  },
  { name: "no", type: "autonumber", label: "編號" },
] as Field[];
const context = { today: "2026-11-26", currency: "TWD" };

describe("a block of cells", () => {
  it("is read with its rows, empty cells and quoted line breaks", () => {
    expect(readBlock("a\tb\r\nc\t\r\n")).toEqual([
      ["a", "b"],
      ["c", ""],
    ]);
    expect(readBlock('"two\nlines"\t5" pipe\n"say ""hi"""\tx')).toEqual([
      ["two\nlines", '5" pipe'],
      ['say "hi"', "x"],
    ]);
    expect(readBlock("x\t")).toEqual([["x", ""]]);
  });
  it("is no block when it is one cell", () => {
    expect(readBlock("just words")).toBeNull();
    expect(readBlock("one cell\n")).toBeNull();
  });
  it("becomes values of the columns, and what cannot be read stays as it is", () => {
    const [item, qty, price, due, state] = columns as [Field, Field, Field, Field, Field];
    expect(readCell(item, "螺絲", context)).toBe("螺絲");
    expect(readCell(qty, "1,200.5", context)).toBe("1200.5");
    expect(readCell(price, "NT$1,200", context)).toEqual({ amount: "1200", currency: "TWD" });
    expect(readCell(price, "USD 30", context)).toEqual({ amount: "30", currency: "USD" });
    expect(readCell(due, "2026/12/5", context)).toBe("2026-12-05");
    expect(readCell(due, "下個月", context)).toBe("下個月");
    expect(readCell(state, "已出貨", context)).toBe("sent");
    expect(readCell(state, "不知道", context)).toBe("不知道");
    expect(readCell(qty, "", context)).toBeNull();
  });
  it("is laid over the rows from a cell on, adds rows, and can be taken back", () => {
    const rows: Row[] = [{ item: "a", qty: "1" }, { item: "b" }];
    const block = [["2"], ["3", "50"], ["4", "60"]];
    const made = pasted(rows, columns, { row: 0, column: 1 }, block, context);
    expect(made.rows.map((r) => r.qty)).toEqual(["2", "3", "4"]);
    expect(made.rows.map((r) => r.item)).toEqual(["a", "b", undefined]);
    expect(unpasted(made.rows, made.before)).toEqual(rows);
    const typed = made.rows.map((r, n) => (n === 2 ? { ...r, item: "typed since" } : r));
    expect(unpasted(typed, made.before).map((r) => r.item)).toEqual(["a", "b", "typed since"]);
  });
  it("may bring its heading, writes no number the server gives, and stops at the last column", () => {
    const block = [
      ["狀態", "編號"],
      ["已出貨", "9", "beyond"],
    ];
    const made = pasted([], columns, { row: 0, column: 4 }, block, context);
    expect(made.rows).toEqual([{ state: "sent" }]);
  });
});

describe("rows in a form", () => {
  it("are blank until something but a default is in them", () => {
    const c = [{ name: "n", type: "text", label: "n", default: "x" }] as Field[];
    expect(isBlank({ n: "x" }, c)).toBe(true);
    expect(isBlank({ n: "y" }, c)).toBe(false);
    expect(isBlank({ id: "7" }, c)).toBe(false);
  });
  it("go without the blank ones at the end, never with one between others left out", () => {
    const rows: Row[] = [{ item: "a" }, {}, { item: "b" }, {}, { item: "" }];
    expect(withoutBlankEnd(rows, columns)).toEqual([{ item: "a" }, {}, { item: "b" }]);
  });
  it("tell where an error is", () => {
    const f = { name: "items", type: "lines", label: "明細", lines: columns } as Field;
    const at = placeOf([f], "items[56].qty");
    expect([at.field?.label, at.row, at.column?.label]).toEqual(["明細", 56, "數量"]);
    expect(placeOf([f], "items").row).toBeUndefined();
    const errors = [{ field: "items[56].qty", code: "number", message: "不是數字" }];
    expect(cellErrors(f, errors)).toEqual({ 56: { qty: "不是數字" } });
  });
});
