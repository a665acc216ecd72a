import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { expect, test } from "vitest";
import { forms, lower } from "../i18n";
import en from "./en.json";
import cn from "./zh-CN.json";
import tw from "./zh-TW.json";

const sources = (dir: string): string[] =>
  readdirSync(dir).flatMap((n) => {
    const p = join(dir, n);
    return statSync(p).isDirectory() ? sources(p) : /\.tsx?$/.test(n) ? [p] : [];
  });

test("every language has every string, none empty", () => {
  const keys = Object.keys(en).sort();
  for (const l of [tw, cn]) expect(Object.keys(l).sort()).toEqual(keys);
  for (const l of [en, tw, cn]) for (const v of Object.values(l)) expect(v).not.toBe("");
});

test("parameters are the same in every language", () => {
  const found = (s: string) => (s.match(/\{\{\w+\}\}/g) ?? []).sort().join();
  for (const k of Object.keys(tw) as (keyof typeof tw)[]) {
    expect(found(cn[k]), k).toBe(found(tw[k]));
  }
});

test("every key the code names is there", () => {
  const missing: string[] = [];
  for (const file of sources(join(__dirname, ".."))) {
    for (const m of readFileSync(file, "utf8").matchAll(/\bt\(\s*"([^"]+)"/g)) {
      if (!(m[1]! in en)) missing.push(`${file}: ${m[1]}`);
    }
  }
  expect(missing).toEqual([]);
});

test("English counts one row, two rows and 1,000 rows", async () => {
  const english = i18next.createInstance();
  await english.init({
    lng: "en",
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { en: { translation: en } },
  });
  english.services.formatter?.add("forms", forms);
  expect(english.t("import.rows", { n: 1 })).toBe("1 row");
  expect(english.t("import.rows", { n: "1" })).toBe("1 row");
  expect(english.t("import.rows", { n: "1,000" })).toBe("1,000 rows");
  expect(english.t("lines.count", { count: 1 })).toBe("1 row");
  expect(english.t("follow.since", { n: 1 })).toBe("1 day");
  expect(english.t("import.mapped", { n: 1, all: 1 })).toBe("1 of 1 column");
});

test("no English string follows a number with a word that fits only many", () => {
  // "1 updated" and "1 per second" fit any number.
  const bad = Object.entries(en).filter(([, v]) => /\{\{(n|all|count)\}\} [a-z]+s\b/.test(v));
  // The demo never makes a single customer.
  expect(bad.map(([k]) => k)).toEqual(["setup.demo_text"]);
});

test("a label in the middle of an English sentence begins small, an abbreviation does not", () => {
  expect(lower("Sales order")).toBe("sales order");
  expect(lower("LINE")).toBe("LINE");
  expect(lower("客戶")).toBe("客戶");
});
