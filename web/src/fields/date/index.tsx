import { monthText, shortDate } from "../../lib/format";
import type { FieldType } from "../types";
import { DayEditor } from "./DayEditor";

export const date: FieldType = {
  Display: ({ value, field }) =>
    value ? (
      <time dateTime={String(value)} title={String(value)}>
        {field.unit === "month"
          ? monthText(String(value).slice(0, "2026-11".length))
          : shortDate(String(value))}
      </time>
    ) : null,
  Editor: DayEditor,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 110,
};
