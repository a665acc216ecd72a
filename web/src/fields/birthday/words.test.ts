import { expect, test } from "vitest";
import { birthdayText, calendarOf, typedText } from "./words";

test("a birthday is written in the words of the language", () => {
  const lunar = { month: 8, day: 15, calendar: "lunar" as const };
  expect(birthdayText(lunar, "zh-TW")).toBe("農曆八月十五");
  expect(birthdayText({ ...lunar, leap: true, month: 4, day: 3 }, "zh-CN")).toBe("农历闰四月初三");
  expect(birthdayText({ ...lunar, year: 1990, day: 20 }, "en")).toBe("lunar 1990/8/20");
  expect(birthdayText({ month: 12, day: 21, calendar: "lunar" }, "zh-TW")).toBe("農曆十二月廿一");
  expect(birthdayText({ month: 12, day: 30, calendar: "lunar" }, "zh-TW")).toBe("農曆十二月三十");
  expect(birthdayText({ month: 5, day: 1 }, "zh-TW")).toBe("5月1日");
  expect(birthdayText({ month: 5, day: 1, year: 1990, calendar: "solar" }, "en")).toBe(
    "May 1, 1990",
  );
});

test("the editor holds what its switch does not say", () => {
  expect(typedText({ month: 8, day: 15, calendar: "lunar" }, "zh-TW")).toBe("八月十五");
  expect(typedText({ month: 5, day: 1, year: 1990 }, "zh-TW")).toBe("1990-05-01");
  expect(typedText({ month: 5, day: 1 }, "zh-TW")).toBe("5/1");
  expect(calendarOf("農曆八月十五")).toEqual({ lunar: true, text: "八月十五" });
  expect(calendarOf("1990-05-01")).toEqual({ lunar: false, text: "1990-05-01" });
});
