import type { Action, ObjectMeta, RecordData } from "../../api/types";

/** Can an action be done to a record as it stands? */
export const possible = (a: Action, r: RecordData): boolean =>
  !a.when || a.when.values.includes(String(r[a.when.field] ?? ""));

/** The action that alone leads to a stage, as far as it can be done from where the record is. */
export const leadingTo = (o: ObjectMeta, stage: string, r: RecordData): Action | undefined =>
  o.actions?.find((a) => a.leads === stage && possible(a, r));
