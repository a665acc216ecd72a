import { expect, test } from "vitest";
import type { ObjectMeta } from "../../api/types";
import { presetFor } from "./presets";

const object = (name: string, fields: object[]) =>
  ({
    name,
    plural: name,
    label: name,
    title_field: "name",
    fields,
    access: {},
  }) as never as ObjectMeta;
const customer = { name: "customer", type: "reference", targets: ["customer"] };
const contact = object("contact", [{ name: "name", type: "text" }, customer]);
const deal = object("opportunity", [customer]);
const acme = { id: "7", object: "customer", label: "Acme" };

test("a contact made on the page of a deal belongs to the deal's customer", () => {
  expect(presetFor(contact, deal, { id: "1", customer: acme })).toEqual({ customer: acme });
  expect(presetFor(contact, deal, { id: "1", customer: null })).toEqual({});
  expect(
    presetFor(contact, deal, { id: "1", customer: { object: "customer", hidden: true } }),
  ).toEqual({});
});

test("what refers to the record itself begins with it", () => {
  expect(presetFor(contact, object("customer", []), { id: "7", name: "Acme" })).toEqual({
    customer: acme,
  });
});

test("a field of the same name that leads elsewhere gives nothing", () => {
  const other = object("x_unit", [{ ...customer, targets: ["x_client"] }]);
  expect(presetFor(contact, other, { id: "1", customer: { id: "9", object: "x_client" } })).toEqual(
    {},
  );
});
