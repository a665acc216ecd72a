import { shortDate } from "../../lib/format";
import type { FieldType } from "../types";
import { DayEditor } from "./DayEditor";

export const date: FieldType = {
  Display: ({ value }) =>
    value ? (
      <time dateTime={String(value)} title={String(value)}>
        {shortDate(String(value))}
      </time>
    ) : null,
  Editor: DayEditor,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 110,
};
