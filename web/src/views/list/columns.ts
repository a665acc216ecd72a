import type { Field, ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";

/** A column of a list; `set` when a person chose its width, in CSS pixels. */
export interface Column {
  field: Field;
  width: number;
  set: boolean;
}

export const TITLE_WIDTH = 256;
const NARROWEST = 60;
const WIDEST = 900;

const clamped = (n: number) => Math.max(NARROWEST, Math.min(WIDEST, Math.round(n)));

/** The columns shown: those of the text "name,level:90", else the object's own; the title first. */
export function columnsOf(o: ObjectMeta, text: string | undefined): Column[] {
  const byName = new Map(o.fields.map((f) => [f.name, f]));
  const widths = new Map<string, number>();
  const names = text
    ? text.split(",").map((part) => {
        const [name = "", width] = part.split(":");
        if (Number(width) > 0) widths.set(name, clamped(Number(width)));
        return name;
      })
    : o.list?.length
      ? o.list
      : o.fields.slice(0, 7).map((f) => f.name);
  const all = [o.title_field, ...names.filter((n) => n !== o.title_field)];
  return [...new Set(all)]
    .map((n) => byName.get(n))
    .filter((f): f is Field => !!f)
    .map((field) => {
      const own = field.name === o.title_field ? TITLE_WIDTH : fieldType(field).width;
      return {
        field,
        width: widths.get(field.name) ?? own,
        set: widths.has(field.name),
      };
    });
}

/** The columns as text for the address and for this device. */
export const columnsText = (columns: Column[]): string =>
  columns.map((c) => (c.set ? `${c.field.name}:${clamped(c.width)}` : c.field.name)).join(",");

/** Another order: what was at `from` stands at `to`; the title stays first. */
export function moved(columns: Column[], from: number, to: number): Column[] {
  const last = columns.length - 1;
  if (from < 1 || from > last || to < 1 || to > last || from === to) return columns;
  const out = columns.slice();
  const [one] = out.splice(from, 1);
  if (one) out.splice(to, 0, one);
  return out;
}

const key = (o: ObjectMeta) => `ecrm.columns.${o.plural}`;
/** The columns this person chose last in this list, on this device. */
export const keptColumns = (o: ObjectMeta): string | undefined =>
  localStorage.getItem(key(o)) ?? undefined;

export function keepColumns(o: ObjectMeta, text: string | undefined) {
  if (text) localStorage.setItem(key(o), text);
  else localStorage.removeItem(key(o));
}
