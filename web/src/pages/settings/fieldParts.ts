import type { Field, Labels } from "../../api/types";
import { type Choice, choicesOf, toOptions } from "./Choices";
import { allLabels, said } from "./labels";

/** The types a field made at run time may have. */
export const TYPES = [
  "text",
  "longtext",
  "integer",
  "decimal",
  "money",
  "percent",
  "boolean",
  "date",
  "datetime",
  "birthday",
  "picklist",
  "multipicklist",
  "tags",
  "reference",
  "anyreference",
  "lines",
  "user",
  "department",
  "phones",
  "mails",
  "url",
  "address",
  "file",
  "picture",
  "autonumber",
];

/** Those that the rows of a lines field may have. */
export const ROW_TYPES = [
  "text",
  "longtext",
  "integer",
  "decimal",
  "money",
  "percent",
  "boolean",
  "date",
  "datetime",
  "picklist",
  "url",
  "reference",
  "user",
  "department",
];

/** Those of which a value fits an index, so that no two records need have the same. */
export const UNIQUE = ["text", "integer", "decimal", "date", "datetime", "autonumber", "picklist"];

export const hasChoices = (type: string): boolean =>
  type === "picklist" || type === "multipicklist";

/** A column's name out of what a field is called; Chinese has none, so a number stands for it. */
export function fieldName(label: string, taken: string[], base = "field", longest = 30): string {
  const latin = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, longest)
    .replace(/^[_0-9]+|_+$/g, "");
  const name = `x_${latin || base}`;
  if (latin && !taken.includes(name)) return name;
  for (let n = latin ? 2 : 1; ; n++) if (!taken.includes(`${name}_${n}`)) return `${name}_${n}`;
}

/** What some types need beside a name: decimals, where a reference leads, choices. */
export interface Parts {
  scale: string;
  targets: string[];
  prefix: string;
  gapless: boolean;
  choices: Choice[];
}

export const partsOf = (f?: Field): Parts => ({
  scale: String(f ? (f.scale ?? 0) : 2),
  targets: f?.targets ?? [],
  prefix: "",
  gapless: false,
  choices: choicesOf(f),
});

/** What is sent of them for a field that is made. */
export function partsBody(type: string, p: Parts, language: string) {
  switch (type) {
    case "decimal":
    case "percent":
      return { scale: Number(p.scale) || 0 };
    case "reference":
    case "anyreference":
      return { targets: p.targets };
    case "autonumber":
      return { ...(p.prefix ? { prefix: p.prefix } : {}), ...(p.gapless ? { gapless: true } : {}) };
    case "picklist":
    case "multipicklist":
      return { options: toOptions(p.choices, language) };
    default:
      return {};
  }
}

/** Which of them is still missing. */
export function missingPart(type: string, p: Parts): "options" | "targets" | undefined {
  if (hasChoices(type) && !p.choices.some((c) => c.label.trim() && !c.inactive)) return "options";
  if ((type === "reference" || type === "anyreference") && !p.targets.length) return "targets";
}

/** One column of the rows of a lines field while it is edited; with a name it is there already. */
export interface Column {
  key: number;
  name?: string;
  label: string;
  labels?: Labels;
  type: string;
  required: boolean;
  parts: Parts;
}

export const columnsOf = (f?: Field): Column[] =>
  (f?.lines ?? [])
    .filter((c) => !c.system)
    .map((c, key) => ({
      key,
      name: c.name,
      label: c.label,
      labels: c.labels,
      type: c.type,
      required: !!c.required,
      parts: partsOf(c),
    }));

/** What is sent of the columns: those that are there with their words and choices. */
export function columnsBody(columns: Column[], language: string) {
  const taken = columns.flatMap((c) => c.name ?? []);
  return columns.map((c) => {
    const label = c.label.trim();
    if (c.name) {
      const options = hasChoices(c.type) ? { options: toOptions(c.parts.choices, language) } : {};
      return {
        name: c.name,
        type: c.type,
        labels: said({ ...c.labels, [language]: label }),
        ...options,
      };
    }
    const name = fieldName(c.labels?.en || label, taken);
    taken.push(name);
    return {
      name,
      type: c.type,
      labels: allLabels({ ...c.labels, [language]: label }, language),
      required: c.required,
      ...partsBody(c.type, c.parts, language),
    };
  });
}
