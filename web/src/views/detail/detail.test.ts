import { expect, test } from "vitest";
import type { Field, ObjectMeta, TimelineEntry } from "../../api/types";
import { scaled } from "../../lib/decimal";
import { lateBy } from "../../lib/late";
import { comparable } from "../form/duplicates";
import { waited } from "../kanban/cardFields";
import { kindsOf, linkField } from "./composing";
import { folded } from "./fold";

const o = (
  name: string,
  fields: Partial<ObjectMeta["fields"][number]>[],
  more: Partial<ObjectMeta> = {},
) =>
  ({
    name,
    plural: `${name}s`,
    label: name,
    label_plural: name,
    title_field: "name",
    access: {},
    fields: fields.map((f) => ({ label: f.name, type: "text", ...f })),
    ...more,
  }) as ObjectMeta;

test("changes that follow one another fold into one line", () => {
  const e = (kind: TimelineEntry["kind"]) => ({ kind, at: "" });
  const out = folded([e("change"), e("change"), e("activity"), e("change"), e("task")]);
  expect(out.map((f) => (f.kind === "changes" ? f.entries.length : f.entry.kind))).toEqual([
    2,
    "activity",
    1,
    "task",
  ]);
});

test("people are reached as is usual where they live", () => {
  const options = ["call", "visit", "wechat", "line", "own"].map((value) => ({
    value,
    label: value,
  }));
  const activity = o("activity", [{ name: "kind", type: "picklist", options }]);
  expect(kindsOf(activity, "zh-TW").map((k) => k.value)).toEqual([
    "call",
    "visit",
    "line",
    "wechat",
    "own",
  ]);
  expect(kindsOf(activity, "zh-CN").map((k) => k.value)).toEqual([
    "call",
    "visit",
    "wechat",
    "line",
    "own",
  ]);
});

test("a call belongs to the record it is logged on", () => {
  const activity = o("activity", [
    { name: "about", type: "reference", targets: ["opportunity"] },
    { name: "opportunity", type: "reference", targets: ["opportunity"] },
  ]);
  expect(linkField(activity, o("opportunity", []))?.name).toBe("opportunity");
  expect(linkField(activity, o("product", []))).toBeUndefined();
});

test("what is late is said, but not of what is done, won or lost", () => {
  const stage = {
    name: "stage",
    type: "picklist" as const,
    options: [
      { value: "new", label: "", kind: "open" },
      { value: "won", label: "", kind: "won" },
    ],
  };
  const deal = o("opportunity", [stage, { name: "expected_close", type: "date" }], {
    stage_field: "stage",
  });
  const now = "2026-11-24";
  const r = (more: object) => ({ id: "1", expected_close: "2026-11-20", ...more });
  expect(lateBy(deal, r({ stage: "new" }), now)).toEqual({ field: "expected_close", days: 4 });
  expect(lateBy(deal, r({ stage: "won" }), now)).toBeUndefined();
  expect(lateBy(deal, r({ stage: "new", expected_close: now }), now)).toBeUndefined();
  expect(lateBy(o("task", []), { id: "1", done: true, due_at: "2020-01-01" }, now)).toBeUndefined();
});

test("only what can tell a duplicate is compared, and only of those who may be one", () => {
  const fields: Partial<Field>[] = [
    { name: "name", type: "text" },
    { name: "phones", type: "phones" },
    { name: "note" },
  ];
  const c = o("customer", fields, { compares: ["name", "phones"] });
  const values = { name: " 大順 ", phones: [{ value: "02-2345-6000" }, { value: "" }], note: "x" };
  expect(comparable(c, values)).toEqual({ name: "大順", phones: [{ value: "02-2345-6000" }] });
  expect(comparable(c, { name: "大" })).toEqual({});
  expect(comparable(o("task", [{ name: "name" }]), values)).toEqual({});
});

test("sums keep every digit", () => {
  expect(scaled("90071992547409931.25", 2)).toBe(9007199254740993125n);
  expect(scaled("-1.5", 2)).toBe(-150n);
  expect(scaled("nonsense", 2)).toBe(0n);
});

test("a card turns amber after two weeks in one stage", () => {
  expect(waited(13).rotting).toBe(false);
  expect(waited(14)).toEqual({ part: 1, rotting: true });
  expect(waited(14, 28)).toEqual({ part: 0.5, rotting: false });
  expect(waited(90, 0).rotting).toBe(false);
});
