import { expect, test } from "vitest";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { groupable, groupKey, groupSort, linesOf, parseClosed, partsOf, without } from "./groups";

const f = (name: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: name,
  ...more,
});
const level = f("level", "picklist", {
  options: [
    { value: "new", label: "初步" },
    { value: "done", label: "成交" },
  ],
});
const record = (id: string, value: unknown) => ({ id, version: 1, level: value }) as RecordData;
const counts: { key: string | null; count: number; sums: Record<string, string> }[] = [
  { key: "done", count: 1, sums: {} },
  { key: "new", count: 2, sums: { amount: "300" } },
  { key: null, count: 1, sums: {} },
];
const told = (lines: ReturnType<typeof linesOf>) =>
  lines.map((l) => (l.head ? `${l.head.closed ? "+" : "-"}${l.head.key}` : l.record));

test("rows stand below the head of their group, choices in the order they were declared", () => {
  const records = [record("1", "new"), record("2", "new"), record("3", "done"), record("4", null)];
  const lines = linesOf(level, records, [], counts, false, true);
  expect(told(lines)).toEqual(["-new", 0, 1, "-done", 2, "-null", 3]);
  expect(lines[0]?.head?.count).toBe(2);
  expect(lines[0]?.head?.sums.amount).toBe("300");
  expect(partsOf(level, ["new"], false)).toEqual(['level = "done"', "level IS EMPTY"]);
  expect(partsOf(level, [], true)).toEqual(['level = "done"', 'level = "new"', "level IS EMPTY"]);
});

test("a closed group stands where its rows would be, and not before that place is reached", () => {
  const records = [record("1", "new"), record("4", null)];
  expect(told(linesOf(level, records, ["done"], counts, false, true))).toEqual([
    "-new",
    0,
    "+done",
    "-null",
    1,
  ]);
  expect(told(linesOf(level, [record("1", "new")], ["done"], counts, false, false))).toEqual([
    "-new",
    0,
  ]);
  expect(told(linesOf(level, [], ["new", "done", null], counts, false, true))).toEqual([
    "+new",
    "+done",
    "+null",
  ]);
  // Emptied since it was closed.
  expect(told(linesOf(level, [], ["new"], counts.slice(0, 1), false, true))).toEqual([]);
});

test("a group's key and the condition that leaves it out mean the same", () => {
  expect(groupKey(f("close", "date"), "2026-12-31")).toBe("2026-12");
  expect(without(f("close", "date"), "2026-12")).toBe(
    '(close < "2026-12-01" OR close >= "2027-01-01" OR close IS EMPTY)',
  );
  expect(groupKey(f("owner", "user"), { id: "7", object: "user", label: "王" })).toBe("7");
  expect(without(f("owner", "user"), "7")).toBe('owner != "7"');
  expect(groupKey(f("done", "boolean"), false)).toBe("false");
  expect(without(f("done", "boolean"), "true")).toBe("done != TRUE");
  expect(groupKey(level, null)).toBe(null);
  expect(without(level, null)).toBe("level IS NOT EMPTY");
  expect(without(f("region", "text"), 'a"b')).toBe('region != "a\\"b"');
});

test("groups order the list first, what one sorts by orders the rows in them", () => {
  expect(groupSort("-name", level)).toBe("level,-name");
  expect(groupSort("-level,name", level)).toBe("-level,name");
  expect(groupSort(undefined, f("created_at", "datetime"))).toBe("-created_at");
  expect(groupSort(undefined, f("due_at", "datetime"))).toBe("due_at");
});

test("only what many records share makes groups, and a broken address closes none", () => {
  const o = {
    title_field: "name",
    fields: [
      f("name", "text"),
      level,
      f("number", "autonumber", { unique: true }),
      f("phones", "phones"),
    ],
  } as unknown as ObjectMeta;
  expect(groupable(o).map((x) => x.name)).toEqual(["level"]);
  expect(parseClosed('["a",null,3]')).toEqual(["a", null]);
  expect(parseClosed("{")).toEqual([]);
});
