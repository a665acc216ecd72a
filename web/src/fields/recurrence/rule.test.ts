import { expect, test } from "vitest";
import { monthDays, plainRule, readRule, writeRule } from "./rule";

test("rules are read and written back as they were", () => {
  for (const rule of [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=5",
    "FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20270101",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
    "FREQ=YEARLY",
  ]) {
    const read = readRule(rule);
    expect(read && writeRule(read), rule).toBe(rule);
  }
  expect(readRule("FREQ=MONTHLY;BYSETPOS=-1;BYMONTHDAY=28,29,30")?.month).toBe("30");
  expect(readRule("FREQ=HOURLY;BYMINUTE=3")).toBeUndefined();
  expect(readRule("FREQ=MONTHLY;BYMONTHDAY=1,15")).toBeUndefined();
});

test("a rule begins plainly: the server takes the day on which the first is due", () => {
  expect(writeRule(plainRule("WEEKLY"))).toBe("FREQ=WEEKLY");
  expect(writeRule({ ...plainRule("MONTHLY"), month: "30", interval: 2 })).toBe(
    "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29,30;BYSETPOS=-1",
  );
  expect(monthDays()).toContain("-1FR");
});
