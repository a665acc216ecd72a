import { expect, test } from "vitest";
import type { Entry } from "../../api/calendar";
import { setTimeZone } from "../../lib/format";
import {
  daysOf,
  entryMinute,
  lanes,
  movedTo,
  plusMonths,
  spanOf,
  weekBegins,
  weekOf,
} from "./span";

const at = (hour: string, minutes?: number): Entry => ({
  kind: "task",
  object: "task",
  id: hour,
  title: hour,
  at: `2026-11-27T${hour}:00Z`,
  minutes,
});

test("weeks begin as they are printed where the language is at home", () => {
  expect(weekOf("2026-11-27", weekBegins("zh-TW"))).toBe("2026-11-22");
  expect(weekOf("2026-11-27", weekBegins("zh-CN"))).toBe("2026-11-23");
  expect(weekOf("2026-11-22", weekBegins("zh-CN"))).toBe("2026-11-16");
});

test("a month is shown in whole weeks", () => {
  expect(spanOf("month", "2026-11-27", 0)).toEqual({ from: "2026-11-01", to: "2026-12-06" });
  expect(spanOf("month", "2026-11-27", 1)).toEqual({ from: "2026-10-26", to: "2026-12-07" });
  // February of 2026 begins on a Sunday and has four weeks.
  expect(spanOf("month", "2026-02-10", 0)).toEqual({ from: "2026-02-01", to: "2026-03-01" });
  expect(daysOf("2026-02-27", "2026-03-02")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect(plusMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(plusMonths("2026-01-01", -1)).toBe("2025-12-01");
});

test("what is moved keeps its hour, and a day keeps none", () => {
  setTimeZone("Asia/Taipei");
  const task = at("01:00");
  expect(entryMinute(task)).toBe(9 * 60);
  expect(movedTo(task, "2026-11-30").at).toBe("2026-11-30T01:00:00Z");
  expect(movedTo(task, "2026-11-30", 14 * 60 + 30).at).toBe("2026-11-30T06:30:00Z");
  expect(movedTo(task, "2026-11-30", -20).at).toBe("2026-11-29T16:00:00Z");
  const close: Entry = {
    kind: "opportunity",
    object: "opportunity",
    id: "1",
    title: "x",
    day: "2026-11-27",
  };
  expect(movedTo(close, "2026-12-01")).toEqual({ ...close, day: "2026-12-01" });
});

test("what overlaps stands side by side", () => {
  setTimeZone("UTC");
  const of = lanes([at("09:00", 60), at("09:30", 60), at("10:00", 30), at("12:00")]);
  expect(of.map((x) => [x.entry.id, x.lane, x.of])).toEqual([
    ["09:00", 0, 2],
    ["09:30", 1, 2],
    ["10:00", 0, 2],
    ["12:00", 0, 1],
  ]);
});
