import { beforeEach, expect, test, vi } from "vitest";
import { draftKey, dropDraft, forgetDrafts, keepDraft, readDraft } from "./draft";

// What a browser keeps, as far as drafts ask for it.
class Kept {
  [key: string]: unknown;
  getItem(k: string) {
    return Object.hasOwn(this, k) ? this[k] : null;
  }
  setItem(k: string, v: string) {
    this[k] = v;
  }
  removeItem(k: string) {
    delete this[k];
  }
}

beforeEach(() => vi.stubGlobal("localStorage", new Kept()));

test("a draft is the person's, the object's and the record's own", () => {
  keepDraft(draftKey("1", "customer"), { values: { name: "甲" } });
  keepDraft(draftKey("1", "customer", "7"), { values: { name: "乙" }, version: 3 });
  expect(readDraft(draftKey("1", "customer"))?.values).toEqual({ name: "甲" });
  expect(readDraft(draftKey("1", "customer", "7"))).toMatchObject({ version: 3 });
  expect(readDraft(draftKey("2", "customer"))).toBeUndefined();
  dropDraft(draftKey("1", "customer"));
  expect(readDraft(draftKey("1", "customer"))).toBeUndefined();
});

test("whoever signs in finds his own drafts and leaves none of another's", () => {
  keepDraft(draftKey("1", "customer"), { values: { name: "甲" } });
  keepDraft(draftKey("12", "customer"), { values: { name: "乙" } });
  localStorage.setItem("ecrm.rail", "wide");
  forgetDrafts("1");
  expect(readDraft(draftKey("1", "customer"))).toBeDefined();
  expect(readDraft(draftKey("12", "customer"))).toBeUndefined();
  forgetDrafts();
  expect(readDraft(draftKey("1", "customer"))).toBeUndefined();
  expect(localStorage.getItem("ecrm.rail")).toBe("wide");
});

test("what is old, empty or no draft is not offered", () => {
  keepDraft("k", { values: { name: "甲" } });
  expect(readDraft("k", Date.now() + 8 * 24 * 3600 * 1000)).toBeUndefined();
  keepDraft("k", { values: {} });
  expect(readDraft("k")).toBeUndefined();
  for (const text of ["{", "5", "null", '{"at":1}', '{"values":null,"at":1}']) {
    localStorage.setItem("k", text);
    expect(readDraft("k")).toBeUndefined();
  }
});

test("a draft begun for one customer is not that for another", () => {
  const of = (id: string, label = "甲") => ({
    customer: { id, object: "customer", label },
    stage: "new",
  });
  keepDraft(draftKey("1", "opportunity", undefined, of("7")), { values: { name: "大案" } });
  const found = (preset?: object) =>
    readDraft(draftKey("1", "opportunity", undefined, preset as Record<string, unknown>));
  expect(found(of("7", "改了名"))?.values).toEqual({ name: "大案" });
  expect(found({ stage: "new", customer: { id: "7" } })?.values).toEqual({ name: "大案" });
  expect(found(of("8"))).toBeUndefined();
  expect(found({})).toBeUndefined();
  expect(found()).toBeUndefined();
});

test("drafts nobody went on with are cleared away", () => {
  keepDraft(draftKey("1", "customer"), { values: { name: "甲" } });
  localStorage.setItem(
    "ecrm.draft.1.customer.~x",
    JSON.stringify({ values: { name: "乙" }, at: 1 }),
  );
  forgetDrafts("1");
  expect(localStorage.getItem("ecrm.draft.1.customer.~x")).toBeNull();
  expect(readDraft(draftKey("1", "customer"))).toBeDefined();
});
