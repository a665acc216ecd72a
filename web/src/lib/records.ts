import type { Address, Field, Money, ObjectMeta, RecordData, Reference } from "../api/types";
import { type Row, rowsOf, withoutBlankEnd } from "../fields/lines/rows";

export function recordTitle(o: ObjectMeta, r: RecordData): string {
  if (o.links) {
    const ends = o.links.map((end) => (r[end] as Reference | null)?.label).filter(Boolean);
    return ends.length ? ends.join(" · ") : `#${r.id}`;
  }
  const v = r[o.title_field] ?? r.name ?? r.title ?? r.subject ?? r.login;
  if (v && typeof v === "object") return (v as Reference).label ?? r.id;
  return v === undefined || v === null || v === "" ? `#${r.id}` : String(v);
}

/** Is there nothing in a value? */
export const isEmpty = (v: unknown): boolean =>
  v === undefined ||
  v === null ||
  v === "" ||
  (Array.isArray(v) && v.length === 0) ||
  (typeof v === "object" && Object.values(v).every((x) => x === null || x === ""));

/** One line, as the country writes it: large to small in Chinese. */
export function addressLine(a: Address | null | undefined): string {
  if (!a) return "";
  const parts = [a.region, a.city, a.district, a.street].filter(
    (x, i, all): x is string => !!x && x !== all[i - 1],
  );
  const chinese = /[\u3400-\u9fff]/.test(parts.join(""));
  return chinese
    ? [a.zip, parts.join("")].filter(Boolean).join(" ")
    : [[...parts].reverse().join(", "), a.zip, a.country].filter(Boolean).join(" ");
}

const isReference = (v: unknown): v is Reference =>
  !!v && typeof v === "object" && "object" in v && ("id" in v || "hidden" in v);

/** A value as the server wants it written: references by id, no empty rows. */
export function toWrite(field: Field, value: unknown): unknown {
  if (value === undefined || value === null || value === "") return null;
  switch (field.type) {
    case "anyreference":
      return isReference(value) ? { object: value.object, id: value.id } : value;
    case "reference":
    case "references":
    case "user":
    case "department":
      if (Array.isArray(value)) return value.map((v) => (isReference(v) ? v.id : v));
      return isReference(value) ? value.id : value;
    case "phones":
    case "mails": {
      const rows = (value as { value: string; label?: string; primary?: boolean }[]).filter(
        (r) => r.value.trim() !== "",
      );
      return rows.length ? rows : null;
    }
    case "lines":
      return withoutBlankEnd(value as Row[], field.lines ?? []).map((row) => {
        const out: Record<string, unknown> = {};
        if (row.id) out.id = row.id;
        for (const c of field.lines ?? []) {
          if (c.name in row && c.access !== "read" && c.type !== "autonumber") {
            out[c.name] = toWrite(c, row[c.name]);
          }
        }
        return out;
      });
    default:
      return value;
  }
}

/** Only what was changed, ready to send. */
export function changesOf(
  fields: Field[],
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of fields) {
    if (!(f.name in after)) continue;
    const a = toWrite(f, before[f.name]);
    const b = toWrite(f, after[f.name]);
    if (JSON.stringify(a) !== JSON.stringify(b)) out[f.name] = b;
  }
  return out;
}

export const writable = (f: Field): boolean =>
  f.access !== "read" && !f.system && f.type !== "autonumber";

/** The field whose picture stands for a record: its first one, a logo or a photo. */
export const faceField = (o: ObjectMeta): Field | undefined =>
  o.fields.find((f) => f.type === "picture");

/** Is a record of this object somebody or something with a face: a person, a company? */
export const hasFace = (o: ObjectMeta): boolean =>
  o.fields.some((f) => f.type === "phones") || !!faceField(o);

/** Does a field mean something for such a record? One that holds a value is always shown. */
export const applies = (f: Field, values: Record<string, unknown>): boolean =>
  !f.only ||
  isEmpty(values[f.only.field]) ||
  f.only.values.includes(String(values[f.only.field])) ||
  !isEmpty(values[f.name]);

/** Does an amount follow from rows that are there? */
export const isSum = (o: ObjectMeta, f: Field, values: Record<string, unknown>): boolean => {
  const rows = o.fields.find((x) => x.name === f.sum_of);
  return !!rows && withoutBlankEnd(rowsOf(values[rows.name]), rows.lines ?? []).length > 0;
};

/** Values as they are sent: of an amount that follows from rows, the currency alone is new. */
export const withoutSums = (
  o: ObjectMeta,
  before: Record<string, unknown>,
  values: Record<string, unknown>,
): Record<string, unknown> => {
  const out = { ...values };
  for (const f of o.fields) {
    const sum = values[f.name] as Money | null | undefined;
    if (!sum || !isSum(o, f, values)) continue;
    out[f.name] = { ...sum, amount: (before[f.name] as Money | null)?.amount ?? "0" };
  }
  return out;
};

/** The sections of a form or a page; without a layout one section of all fields. */
export function sectionsOf(o: ObjectMeta): { label: string; fields: Field[] }[] {
  const byName = new Map(o.fields.map((f) => [f.name, f]));
  const out = (o.sections ?? [])
    .map((s) => ({
      label: s.label,
      fields: (s.fields ?? []).map((n) => byName.get(n)).filter((f): f is Field => !!f),
    }))
    .filter((s) => s.fields.length);
  const shown = new Set(out.flatMap((s) => s.fields.map((f) => f.name)));
  const rest = o.fields.filter(
    (f) => !shown.has(f.name) && !f.system && (out.length === 0 || f.custom || f.required),
  );
  if (rest.length) out.push({ label: "", fields: rest });
  return out;
}
