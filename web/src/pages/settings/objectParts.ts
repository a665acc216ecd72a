import type { ObjectMeta } from "../../api/types";
import { fieldName } from "./fieldParts";

/** The pictures an object may have. */
export const ICONS = [
  "box",
  "file",
  "calendar",
  "task",
  "chat",
  "phone",
  "mail",
  "money",
  "building",
  "user",
  "users",
  "target",
  "funnel",
  "board",
  "tree",
  "key",
  "shield",
  "gear",
  "laptop",
  "globe",
  "star",
  "clock",
  "link",
];

/** Where in the rail an object may stand: where others do, and a few places more. */
export const groupsOf = (objects: ObjectMeta[]): string[] => [
  ...new Set([
    ...objects.flatMap((o) => (o.group && o.group !== "settings" ? [o.group] : [])),
    "service",
    "products",
    "money",
    "work",
    "custom",
  ]),
];

/** A name for an object: the address of its list ends with it too. */
export function objectName(label: string, objects: ObjectMeta[]): string {
  const taken = objects.flatMap((o) => [o.name, o.plural, o.plural.replace(/s$/, "")]);
  // These endings and this middle mean something in the names of tables.
  const plain = label.replace(/\b(x|input|change|page)\b/gi, " ");
  return fieldName(plain, taken, "object", 18);
}

/** What an object is made with: its words and what names its records or what it links. */
export interface ObjectDraft {
  labels: Record<string, string>;
  /** Only English has another word for many. */
  plural: string;
  icon: string;
  group: string;
  kind: "plain" | "link";
  title: "name" | "number";
  titleLabel: string;
  prefix: string;
  owned: boolean;
  ends: [string, string];
}

/** What a number given in turn is called where nothing is said. */
const NUMBER = { "zh-TW": "編號", "zh-CN": "编号", en: "Number" };

/** The words of all languages, those of the asker's where he gave no others. */
export const wordsOf = (labels: Record<string, string>, here: string): Record<string, string> => ({
  "zh-TW": labels["zh-TW"]?.trim() || labels[here]?.trim() || "",
  "zh-CN": labels["zh-CN"]?.trim() || labels[here]?.trim() || "",
  en: labels.en?.trim() || labels[here]?.trim() || "",
});

export function objectBody(d: ObjectDraft, objects: ObjectMeta[], here: string) {
  const labels = wordsOf(d.labels, here);
  const base = {
    name: objectName(labels.en ?? "", objects),
    labels,
    labels_plural: { ...labels, ...(d.plural.trim() ? { en: d.plural.trim() } : {}) },
    icon: d.icon,
  };
  if (d.kind === "link") {
    const taken: string[] = [];
    const fields = d.ends.map((end) => {
      const label = objects.find((o) => o.name === end)?.label ?? end;
      const name = fieldName(end.replace(/^x_/, ""), taken);
      taken.push(name);
      return { name, type: "reference", labels: label, targets: [end], required: true };
    });
    return { ...base, links: taken, fields };
  }
  const title = d.titleLabel.trim();
  return {
    ...base,
    group: d.group,
    owned: d.owned,
    ...(d.title === "number"
      ? {
          title_field: "x_number",
          fields: [
            {
              name: "x_number",
              type: "autonumber",
              labels: title || NUMBER,
              ...(d.prefix ? { prefix: d.prefix } : {}),
            },
          ],
        }
      : { fields: [{ name: "name", type: "text", ...(title ? { labels: title } : {}) }] }),
  };
}
