import { describe, expect, it } from "vitest";
import { isPartial, moved, rowsOf } from "./rows";

describe("rows of a record", () => {
  it("move to another place and push the others along", () => {
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  });
  it("are read from a value and from one side of a change", () => {
    expect(rowsOf([{ id: "1" }])).toHaveLength(1);
    expect(rowsOf({ rows: [{ id: "1" }, { id: "2" }] })).toHaveLength(2);
    expect(rowsOf(null)).toEqual([]);
    expect(isPartial({ rows: [] })).toBe(true);
    expect(isPartial([])).toBe(false);
  });
});
