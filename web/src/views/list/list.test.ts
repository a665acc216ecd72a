import { expect, test } from "vitest";
import type { Field, ObjectMeta } from "../../api/types";
import { columnsOf, columnsText, moved } from "./columns";
import { complete } from "./complete";
import { chipsOf, chipText, filterText, reachable, textOffset } from "./filter";
import { keepPlace, placeKey, placeOf } from "./place";
import { isSelected, NONE, tick, tickAll } from "./selection";
import { builtIn, sameSearch, searchOf } from "./views";

const f = (name: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: `L ${name}`,
  ...more,
});
const contact: ObjectMeta = {
  name: "contact",
  plural: "contacts",
  label: "C",
  label_plural: "C",
  title_field: "name",
  fields: [f("name", "text"), f("mails", "mails"), f("customer", "reference")],
  access: {},
};
const customer: ObjectMeta = {
  name: "customer",
  plural: "customers",
  label: "K",
  label_plural: "K",
  title_field: "name",
  fields: [
    f("name", "text"),
    f("level", "picklist", { options: [{ value: "A", label: "甲" }] }),
    f("owner", "user"),
    f("parent", "reference", { targets: ["customer"] }),
    f("next_contact_at", "datetime"),
    f("photo", "picture"),
  ],
  list: ["name", "level", "owner"],
  related: [{ object: "contact", field: "customer", label: "C" }],
  access: {},
};
const reach = reachable(customer, [customer, contact]);

test("a filter reaches own fields, those referred to and those of related lists", () => {
  const paths = reach.map((r) => r.path);
  expect(paths).toContain("level");
  expect(paths).toContain("parent.level");
  expect(paths).toContain("contacts.any.mails");
  expect(paths).not.toContain("contacts.any.customer");
  expect(paths).not.toContain("photo");
  expect(chipText(["contacts.any.mails", "contains", "@acme"], reach)).toBe(
    'contacts.any(mails ~ "@acme")',
  );
});

test("a filter of simple conditions reads back as the chips that wrote it", () => {
  const chips = [
    ["level", "in", ["A", 'B"x']],
    ["owner", "eq", "me()"],
    ["next_contact_at", "lt", "today(-30)"],
    ["contacts.any.mails", "notempty"],
    ["parent.level", "empty"],
  ] as const;
  const text = filterText(chips as never, undefined, reach);
  expect(chipsOf(text)).toEqual(chips);
});

test("a filter that says more than chips can stays text", () => {
  for (const text of [
    'level = "A" OR level = "B"',
    'NOT level = "A"',
    '(level = "A")',
    "level =",
    'level = "A" AND',
    'level "A"',
    "level IN (",
    "§",
  ]) {
    expect(chipsOf(text), text).toBeUndefined();
  }
  expect(chipsOf("  ")).toEqual([]);
});

test("the place of an error is found in the text behind the chips", () => {
  const whole = filterText([["level", "eq", "A"]], "name ~", reach);
  expect([...whole].slice(textOffset([["level", "eq", "A"]], reach)).join("")).toBe("name ~)");
  expect(textOffset([], reach)).toBe(0);
});

const ops = () => ["eq", "in"] as never;
const words = { me: "me", today: "today" };
const offered = (text: string) =>
  complete(text, text.length, reach, ops, words).items.map((i) => i.text);

test("completion offers fields, operators, values and what joins them", () => {
  expect(offered("lev")[0]).toBe("level");
  expect(offered("level ")).toEqual(["=", "IN ("]);
  expect(offered("level = ")).toEqual(['"A"']);
  expect(offered("level IN (")).toEqual(['"A"']);
  expect(offered('level = "A" ')).toEqual(["AND", "OR"]);
  expect(offered('level = "A" AND own')[0]).toBe("owner");
  expect(offered("owner = ")).toEqual(["me()"]);
  expect(offered("level = 甲")).toEqual(['"A"']);
});

test("columns keep their order and the widths somebody chose; the title is always first", () => {
  const c = columnsOf(customer, "level:90,owner,nonsense,level");
  expect(columnsText(c)).toBe("name,level:90,owner");
  expect(columnsText(moved(c, 2, 1))).toBe("name,owner,level:90");
  expect(moved(c, 0, 2)).toBe(c);
  expect(columnsOf(customer, "level:5")[1]?.width).toBe(60);
});

test("shift ticks everything between; the header ticks what is loaded, then nothing", () => {
  const ids = ["a", "b", "c", "d"];
  const one = tick(NONE, ids, 0, -1);
  const many = tick(one, ids, 2, 0);
  expect([...many.ids]).toEqual(["a", "b", "c"]);
  expect([...tick(many, ids, 1, -1).ids]).toEqual(["a", "c"]);
  const all = tickAll(NONE, ids);
  expect(all.ids.size).toBe(4);
  expect(tickAll(all, ids)).toBe(NONE);
  expect(isSelected({ all: true, ids: new Set() }, "z")).toBe(true);
});

test("what opens on top of a list does not lose its place", () => {
  const key = placeKey({ pathname: "/o/customers", search: "?q=a&create=customer" });
  expect(key).toBe(placeKey({ pathname: "/o/customers", search: "?q=a" }));
  keepPlace(key, { top: 300 });
  keepPlace(key, { row: 7 });
  expect(placeOf(key)).toEqual({ top: 300, row: 7, column: 0 });
});

test("a saved view opens as it was saved, and shows when it was changed", () => {
  const search = searchOf({
    id: "1",
    object: "customer",
    name: "v",
    filter: 'level = "A"',
    sort: "-name",
    columns: [{ field: "name" }, { field: "level", width: 90 }],
    shared_with: "none",
  });
  expect(search).toMatchObject({ view: "1", f: '[["level","eq","A"]]', cols: "name,level:90" });
  expect(sameSearch({ ...search }, search)).toBe(true);
  expect(sameSearch({ ...search, sort: "name" }, search)).toBe(false);
});

test("every list begins with all, mine and what is due this week", () => {
  expect(builtIn(customer).map((v) => v.key)).toEqual(["all", "mine", "week"]);
  expect(builtIn(contact).map((v) => v.key)).toEqual(["all"]);
});
