import { expect, test } from "vitest";
import type { ObjectMeta } from "../../api/types";
import { copyOf } from "./copy";

test("a copy leaves out what is the record's own, and begins its pipeline anew", () => {
  const field = (name: string, type: string, more = {}) => ({
    name,
    type,
    label: name,
    access: "write",
    ...more,
  });
  const object = {
    name: "opportunity",
    title_field: "name",
    stage_field: "stage",
    pipeline_field: "pipeline",
    fields: [
      field("name", "text"),
      field("customer", "reference"),
      field("code", "text", { unique: true }),
      field("closed_on", "date", { access: "read" }),
      field("reason", "text"),
      field("items", "lines"),
      field("pipeline", "picklist", {
        options: [
          { value: "a", label: "a" },
          { value: "b", label: "b" },
        ],
      }),
      field("stage", "picklist", {
        options: [
          { value: "a1", label: "a1", pipeline: "a", kind: "open" },
          { value: "b1", label: "b1", pipeline: "b", kind: "open" },
          { value: "b9", label: "b9", pipeline: "b", kind: "lost", needs: ["reason"] },
        ],
      }),
    ],
  } as unknown as ObjectMeta;
  const customer = { id: "7", object: "customer", label: "c" };
  const record = {
    id: "1",
    name: "deal",
    customer,
    code: "X",
    closed_on: "2026-01-01",
    reason: "price",
    items: [{ id: "5", what: "w" }],
    stage: "b9",
    pipeline: "b",
  };
  expect(copyOf(object, record, (n) => `${n} (copy)`)).toEqual({
    name: "deal (copy)",
    customer,
    items: [{ what: "w" }],
    stage: "b1",
  });
});
