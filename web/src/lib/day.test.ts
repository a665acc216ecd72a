import { expect, test } from "vitest";
import { readDays } from "./day";

const today = "2026-11-24";

test("days are read in all the ways they are typed here", () => {
  for (const typed of [
    "2024-05-06",
    "2024/5/6",
    "20240506",
    "2024年5月6日",
    "民國113年5月6日",
    "民国113年5月6日",
    "113/5/6",
    "113.5.6",
    "1130506",
    "１１３／５／６",
  ]) {
    expect(readDays(typed, today), typed).toEqual(["2024-05-06"]);
  }
  expect(readDays("5/6", today)).toEqual(["2026-05-06"]);
  expect(readDays("明天", today)).toEqual(["2026-11-25"]);
});

test("what may mean two days gives both", () => {
  expect(readDays("99/1/5", today)).toEqual(["2010-01-05", "1999-01-05"]);
  expect(readDays("990105", today)).toEqual(["2010-01-05", "1999-01-05"]);
});

test("what is no day gives none", () => {
  for (const typed of ["", "2024-13-01", "2024-02-30", "113/2/30", "abc", "2024-5", "民國113"])
    expect(readDays(typed, today), typed).toEqual([]);
});
