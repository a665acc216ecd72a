import { expect, test } from "vitest";
import type { Field } from "../../api/types";
import { filterText, parseChips, toggleSort } from "./filter";

const f = (name: string, type: Field["type"]): Field => ({ name, type, label: name });
const fields = [f("name", "text"), f("level", "picklist"), f("amount", "money"), f("at", "date")];

test("chips become one text with the expert's own in brackets", () => {
  const text = filterText(
    [
      ["name", "contains", '王"五'],
      ["level", "in", ["A", "B"]],
      ["amount", "gte", "1000"],
      ["at", "lt", "today(-30)"],
      ["name", "notempty"],
    ],
    'level = "A" OR level = "C"',
    fields,
  );
  expect(text).toBe(
    'name ~ "王\\"五" AND level IN ("A", "B") AND amount >= 1000 AND at < today(-30) AND name IS NOT EMPTY AND (level = "A" OR level = "C")',
  );
});

test("an address someone broke filters nothing", () => {
  expect(parseChips("{oops")).toEqual([]);
  expect(parseChips('[1,["a"]]')).toEqual([]);
});

test("a header sorts up, down, not at all; with shift it joins", () => {
  expect(toggleSort(undefined, "a", false)).toBe("a");
  expect(toggleSort("a", "a", false)).toBe("-a");
  expect(toggleSort("-a", "a", false)).toBe("");
  expect(toggleSort("a", "b", true)).toBe("a,b");
  expect(toggleSort("a,b", "a", true)).toBe("-a,b");
});
