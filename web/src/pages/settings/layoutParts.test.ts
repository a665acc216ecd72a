import { expect, test } from "vitest";
import type { ObjectMeta } from "../../api/types";
import { layoutBody, layoutOf, moveRow, placed, type SectionDraft } from "./layoutParts";

const sections: SectionDraft[] = [
  { key: 0, labels: { en: "One" }, fields: ["a", "b"] },
  { key: 1, labels: { en: "Two" }, fields: ["c"] },
];
const shown = (s: SectionDraft[]) => s.map((x) => x.fields.join("")).join("|");

test("a field moves within its section and across its head into another", () => {
  expect(shown(moveRow(sections, 1, 2))).toBe("ba|c");
  expect(shown(moveRow(sections, 2, 3))).toBe("a|bc");
  expect(shown(moveRow(sections, 4, 3))).toBe("abc|");
  expect(shown(moveRow(sections, 1, 0))).toBe("ab|c");
  expect(shown(sections)).toBe("ab|c");
});

test("a field stands in the section it is put into last", () => {
  expect(shown(placed(sections, 1, "a"))).toBe("b|ca");
});

test("the title stands first in the list and sections without fields are none", () => {
  const o = {
    title_field: "name",
    list: ["name", "a"],
    sections: [{ label: "一", labels: { "zh-TW": "一", en: "One" }, fields: ["a"] }],
  } as unknown as ObjectMeta;
  const l = layoutOf(o, "zh-TW");
  expect(l.list).toEqual(["a"]);
  l.sections.push({ key: 9, labels: { "zh-TW": "空" }, fields: [] });
  expect(layoutBody(o, l)).toEqual({
    list: ["name", "a"],
    quick_filters: [],
    highlights: [],
    sections: [{ labels: { "zh-TW": "一", en: "One" }, fields: ["a"] }],
  });
});
