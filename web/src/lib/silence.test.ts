import { expect, test } from "vitest";
import type { ObjectMeta } from "../api/types";
import { daysFor, silentFilter } from "./silence";

const customer = {
  fields: [
    {
      name: "level",
      options: ["A", "B", "C", "x"].map((value) => ({ value, label: value })),
    },
  ],
} as unknown as ObjectMeta;

test("each level has its own patience, levels of the same stand together", () => {
  expect(silentFilter(customer, { A: 7, B: 30, "": 30 })).toBe(
    'last_contact_at < today(-7) AND (level IN ("A") AND last_contact_at < today(-7) OR level IN ("B", "C", "x") AND last_contact_at < today(-30) OR level IS EMPTY AND last_contact_at < today(-30))',
  );
  expect(silentFilter({ fields: [] } as unknown as ObjectMeta, { "": 45 })).toBe(
    "last_contact_at < today(-45)",
  );
  expect(daysFor({ A: 7 }, null)).toBe(60);
});
