import { NumberEditor } from "../number";
import type { FieldType } from "../types";

export const percent: FieldType = {
  Display: ({ value }) => (value === null || value === undefined ? null : `${value}%`),
  Editor: NumberEditor,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 90,
  right: true,
};
