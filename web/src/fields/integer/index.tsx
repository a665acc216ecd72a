import { grouped } from "../../lib/format";
import { NumberEditor } from "../number";
import type { FieldType } from "../types";

export const integer: FieldType = {
  Display: ({ value }) => (value === null || value === undefined ? null : grouped(String(value))),
  Editor: (p) => <NumberEditor {...p} whole />,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 110,
  right: true,
};
