import { grouped } from "../../lib/format";
import { NumberEditor } from "../number";
import type { FieldType } from "../types";

export const decimal: FieldType = {
  Display: ({ value }) => (value === null || value === undefined ? null : grouped(String(value))),
  Editor: NumberEditor,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 120,
  right: true,
};
