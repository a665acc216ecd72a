import type { Field, ObjectMeta } from "../../api/types";
import { fromLocalInput, plusDays, today } from "../../lib/format";

/** The field through which one object's record belongs to a record of another. */
export function linkField(from: ObjectMeta, to: ObjectMeta): Field | undefined {
  const fits = (f: Field) =>
    (f.type === "reference" || f.type === "anyreference") && !!f.targets?.includes(to.name);
  return from.fields.find((f) => f.name === to.name && fits(f)) ?? from.fields.find(fits);
}

/** The kinds of contact as buttons: the usual ones first, as people here reach each other. */
export function kindsOf(
  activity: ObjectMeta | undefined,
  language: string,
): { value: string; label: string }[] {
  const options = activity?.fields.find((f) => f.name === "kind")?.options ?? [];
  const order =
    language === "zh-CN"
      ? ["call", "visit", "meeting", "wechat", "note", "mail", "line"]
      : language === "en"
        ? ["call", "visit", "meeting", "mail", "note", "line", "wechat"]
        : ["call", "visit", "meeting", "line", "note", "wechat", "mail"];
  const rank = (v: string) => (order.indexOf(v) + order.length + 1) % (order.length + 1);
  return options.filter((o) => !o.inactive).sort((a, b) => rank(a.value) - rank(b.value));
}

/** Nine in the morning, some days from today, as the server wants it. */
export const morning = (days: number): string | null =>
  fromLocalInput(`${plusDays(today(), days)}T09:00`);
