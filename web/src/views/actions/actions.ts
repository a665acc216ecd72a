import type { Action, Field, ObjectMeta, RecordData } from "../../api/types";
import { applies, isEmpty, toWrite } from "../../lib/records";

/** Can an action be done to a record as it stands? */
export const possible = (a: Action, r: RecordData): boolean =>
  !a.when || a.when.values.includes(String(r[a.when.field] ?? ""));

/** The action that alone leads to a stage, as far as it can be done from where the record is. */
export const leadingTo = (o: ObjectMeta, stage: string, r: RecordData): Action | undefined =>
  o.actions?.find((a) => a.leads === stage && possible(a, r));

type Values = Record<string, unknown>;

/** The answers that stand before anybody gave one. */
export const startOf = (fields: Field[]): Values =>
  Object.fromEntries(fields.filter((f) => f.default != null).map((f) => [f.name, f.default]));

/** What is asked with the answers given so far. */
export const askedOf = (fields: Field[], values: Values): Field[] =>
  fields.filter((f) => !f.only || applies(f, { ...values, [f.name]: null }));

/** What has to be answered and is not. */
export const missingOf = (asked: Field[], values: Values): Field[] =>
  asked.filter((f) => f.required && isEmpty(values[f.name]));

/** The answers as they are sent. */
export const body = (asked: Field[], values: Values): Values =>
  Object.fromEntries(asked.map((f) => [f.name, toWrite(f, values[f.name])]));
