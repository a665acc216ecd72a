import { type ComponentType, lazy, useEffect, useState } from "react";
import type { Metadata, ObjectMeta } from "../api/types";
import type { Row } from "../fields/lines/rows";

export type Values = Record<string, unknown>;

/** What a part of a form knows beside the values. */
export interface Around {
  object: ObjectMeta;
  objects: Metadata["objects"];
  /** The company's currency. */
  currency: string;
}

/** How the rows of a field follow from one another while they are typed. */
export interface RowPart {
  /** What the columns that cannot be typed show, row by row. */
  computed: (rows: Row[]) => Values[];
  /** What else a row gets when a value of it is chosen; it may have to be looked up. */
  complete: (row: Row, column: string) => Promise<Values | null> | null;
}

/** What the form of an object does beyond its fields. */
export interface FormPart {
  /** What a new record begins with. */
  begin?: (around: Around) => Values;
  /** The values that follow from those that were just changed. */
  follow?: (now: Values, changed: Values, around: Around) => Promise<Values | null> | null;
  rows?: Record<string, (now: Values, around: Around) => RowPart>;
  /** What stands behind a field. */
  after?: Record<string, ComponentType<{ values: Values; around: Around }>>;
}

/** The modules that have something of their own in forms; each is loaded when its form opens. */
const FORMS: Record<string, (() => Promise<{ form: FormPart }>) | undefined> = {
  opportunity: () => import("./opportunity/form"),
  quote: () => import("./quote/form"),
};

/** The form part of an object: undefined until it is here, null where there is none. */
export function useFormPart(object: string): FormPart | null | undefined {
  const load = FORMS[object];
  const [part, setPart] = useState<FormPart | null | undefined>(load ? undefined : null);
  useEffect(() => {
    let gone = false;
    load?.().then((m) => !gone && setPart(m.form));
    return () => {
      gone = true;
    };
  }, [load]);
  return part;
}

/** What stands on the page of a record of an object before its timeline. */
export const DETAILS: Record<string, ComponentType<{ id: string }> | undefined> = {
  work_report: lazy(() => import("./work_report/detail").then((m) => ({ default: m.Part }))),
};
