import { expect, test } from "vitest";
import type { Import } from "../api/types";
import { nice } from "./charts/Columns";
import { steps } from "./charts/Funnel";
import { guessType } from "./import/guess";
import { groupsOf } from "./import/Problems";
import { toOptions } from "./settings/Choices";
import { fieldName } from "./settings/fieldParts";
import { deviceName } from "./settings/Sessions";

test("who went further has passed the stages before; lost deals stand outside the funnel", () => {
  const options = [
    { value: "new", label: "New", kind: "open" },
    { value: "proposal", label: "Proposal", kind: "open" },
    { value: "won", label: "Won", kind: "won" },
    { value: "lost", label: "Lost", kind: "lost" },
  ];
  const path = steps(options, [
    { group: ["new"], measures: ["6", "600"] },
    { group: ["won"], measures: ["2", "900"] },
    { group: ["lost"], measures: ["5", "50"] },
  ]);
  expect(path.map((s) => [s.option.value, s.count, s.reached])).toEqual([
    ["new", 6, 8],
    ["proposal", 0, 2],
    ["won", 2, 2],
  ]);
  expect(path.map((s) => s.conversion)).toEqual([undefined, 0.25, 1]);
});

test("a new field gets the type its values look like; codes stay text", () => {
  expect(guessType(["3", "12"])).toBe("integer");
  expect(guessType(["1,200", "3.5"])).toBe("decimal");
  expect(guessType(["0912345678", "22345678"])).toBe("text");
  expect(guessType(["2026-11-24", "2025/1/3"])).toBe("date");
  expect(guessType(["a@b.tw"])).toBe("mails");
  expect(guessType(["", " "])).toBe("text");
});

test("the column of a new field has a name nobody has", () => {
  expect(fieldName("Floor No.", [])).toBe("x_floor_no");
  expect(fieldName("Floor", ["x_floor"])).toBe("x_floor_2");
  expect(fieldName("樓層", ["x_field_1"])).toBe("x_field_2");
  expect(fieldName("3F", [])).toBe("x_f");
});

test("an old choice keeps its key and its words of other languages; a new one gets its own key", () => {
  const options = toOptions(
    [
      { value: "gold", label: "金卡" },
      { label: "銀" },
      { label: "Gold" },
      { label: "  " },
      { label: "銅" },
    ],
    "zh-TW",
  );
  expect(options.map((o) => o.value)).toEqual(["gold", "o1", "gold_2", "o2"]);
  expect(options[0]?.label).toEqual({ "zh-TW": "金卡" });
  expect(options[1]?.label).toBe("銀");
});

test("problems of one kind in one column stand together, the most frequent first", () => {
  const p = (row: number, column: string, message: string) => ({ row, column, code: "x", message });
  const groups = groupsOf({
    problems: [p(2, "電話", "格式不對"), p(3, "等級", "沒有"), p(4, "等級", "沒有")],
  } as unknown as Import);
  expect(groups.map((g) => [g.column, g.count, g.rows])).toEqual([
    ["等級", 2, [3, 4]],
    ["電話", 1, [2]],
  ]);
});

test("axes end at round numbers", () => {
  expect([1, 3, 11, 20, 21, 99].map(nice)).toEqual([2, 4, 15, 20, 30, 100]);
});

test("a device is named by browser and system", () => {
  const agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/120 Safari/537 Edg/120";
  expect(deviceName(agent)).toBe("Edge · Windows");
  expect(deviceName("curl/8")).toBe("curl/8");
});
