import { expect, test } from "vitest";
import type { ObjectMeta } from "../../api/types";
import { spell } from "../../hooks/useKeys";
import { hasWords, means, PLACES, standIns } from "./commands";

const o = (name: string, label: string) =>
  ({ name, plural: `${name}s`, label, label_plural: label }) as ObjectMeta;
const objects = [o("customer", "客戶"), o("opportunity", "商機"), o("contract", "合約")];

const place = (typed: string) => PLACES.filter((p) => means(typed, p.words)).map((p) => p.key);

test("the words of other systems find the page", () => {
  expect(objects.filter((x) => hasWords("契約", x)).map((x) => x.name)).toEqual(["contract"]);
  expect(place("許可權")).toEqual(["settings.roles"]);
  expect(place("权限")).toEqual(["settings.roles"]);
  expect(place("ＡＰＩ token")).toEqual(["settings.tokens"]);
  expect(place("")).toHaveLength(PLACES.length);
});

test("a word for what is not there leads to what stands in for it", () => {
  expect(standIns("公海", objects).map((x) => x.name)).toEqual(["customer"]);
  expect(standIns("契約", objects)).toEqual([]);
  expect(standIns("銷售單", objects).map((x) => x.name)).toEqual(["opportunity"]);
  expect(standIns("公", objects)).toEqual([]);
});

test("a key soon after g is spelled with it; later it stands alone", () => {
  expect(spell("c", 0)).toBe("c");
  expect(spell("g", 10)).toBe("g");
  expect(spell("c", 20)).toBe("g c");
  expect(spell("c", 30)).toBe("c");
  spell("g", 40);
  expect(spell("t", 5000)).toBe("t");
});
