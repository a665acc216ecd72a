import { expect, test } from "vitest";
import type { Field, ObjectMeta } from "../../api/types";
import { columnsBody, columnsOf, missingPart, partsOf } from "./fieldParts";
import { groupsOf, type ObjectDraft, objectBody, objectName } from "./objectParts";

const object = (name: string, more: Partial<ObjectMeta> = {}): ObjectMeta => ({
  name,
  plural: `${name}s`,
  label: name,
  label_plural: name,
  title_field: "name",
  fields: [],
  access: {},
  ...more,
});
const draft: ObjectDraft = {
  labels: { "zh-TW": "設備" },
  plural: "",
  icon: "box",
  group: "service",
  kind: "plain",
  title: "name",
  titleLabel: "",
  prefix: "",
  owned: true,
  ends: ["", ""],
};

test("an object gets a name that no other has and that tables can bear", () => {
  expect(objectName("Equipment", [])).toBe("x_equipment");
  expect(objectName("Equipment", [object("x_equipment")])).toBe("x_equipment_2");
  expect(objectName("設備", [])).toBe("x_object_1");
  expect(objectName("設備", [object("x_object_1")])).toBe("x_object_2");
  expect(objectName("Landing page", [])).toBe("x_landing");
  expect(objectName("Very long words of an object", []).length).toBeLessThanOrEqual(22);
});

test("what was said in one language stands in for the others", () => {
  const body = objectBody(draft, [], "zh-TW");
  expect(body.labels).toEqual({ "zh-TW": "設備", "zh-CN": "設備", en: "設備" });
  const named = { ...draft, labels: { ...draft.labels, en: "Unit" }, plural: "Units" };
  expect(objectBody(named, [], "zh-TW").labels_plural.en).toBe("Units");
});

test("a number names the records, a link names its ends", () => {
  expect(objectBody({ ...draft, title: "number", prefix: "EQ" }, [], "zh-TW")).toMatchObject({
    title_field: "x_number",
    fields: [{ name: "x_number", type: "autonumber", prefix: "EQ" }],
  });
  const link = objectBody({ ...draft, kind: "link", ends: ["x_unit", "contact"] }, [], "zh-TW");
  expect(link).toMatchObject({
    links: ["x_unit", "x_contact"],
    fields: [{ targets: ["x_unit"] }, { targets: ["contact"] }],
  });
  expect(link).not.toHaveProperty("owned");
});

test("groups are those of the rail and a few more, never that of the settings", () => {
  const all = groupsOf([object("a", { group: "sales" }), object("b", { group: "settings" })]);
  expect(all[0]).toBe("sales");
  expect(all).toContain("custom");
  expect(all).not.toContain("settings");
});

test("columns that are there keep their names, new ones get free ones", () => {
  const lines = [{ name: "x_field_1", type: "text", label: "料號" }] as Field[];
  const columns = columnsOf({ name: "x_rows", type: "lines", label: "零件", lines });
  const more = [
    ...columns,
    { ...columns[0]!, key: 1, name: undefined, label: "數量", type: "decimal" },
  ];
  const body = columnsBody(more, "zh-TW");
  expect(body.map((c) => c.name)).toEqual(["x_field_1", "x_field_2"]);
  expect(body[0]?.labels).toEqual({ "zh-TW": "料號" });
});

test("a pick-list needs a choice and a reference somewhere to lead", () => {
  expect(missingPart("picklist", partsOf())).toBe("options");
  expect(missingPart("reference", partsOf())).toBe("targets");
  expect(missingPart("text", partsOf())).toBeUndefined();
});
