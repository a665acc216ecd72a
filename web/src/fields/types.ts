import type { ComponentType } from "react";
import type { Field, FieldError } from "../api/types";
import type { RowPart } from "../modules";

export interface DisplayProps {
  field: Field;
  value: unknown;
  /** In a list or on a card: one line, no blocks. */
  short?: boolean;
}

export interface EditorProps {
  id: string;
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  invalid?: boolean;
  disabled?: boolean;
  /** Its number follows from others: of an amount the currency alone is chosen. */
  sum?: boolean;
  autoFocus?: boolean;
  describedBy?: string;
  /** What is wrong within the value, as with the rows of a field; each names its place. */
  errors?: FieldError[];
  /** How the rows of the field follow from one another. */
  rows?: RowPart;
}

/** An operator of the filter language and which control takes its value. */
export type Operator =
  | "contains"
  | "eq"
  | "ne"
  | "lt"
  | "gt"
  | "lte"
  | "gte"
  | "in"
  | "has"
  | "empty"
  | "notempty";

export interface FieldType {
  Display: ComponentType<DisplayProps>;
  Editor: ComponentType<EditorProps>;
  operators: Operator[];
  /** Width of its column in a list. */
  width: number;
  right?: boolean;
  /** Takes the whole width of a form. */
  wide?: boolean;
}
