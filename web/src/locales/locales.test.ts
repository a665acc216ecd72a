import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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
