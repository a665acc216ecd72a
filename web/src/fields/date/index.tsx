import { shortDate } from "../../lib/format";
import { TextEditor } from "../base";
import type { FieldType } from "../types";

export const date: FieldType = {
  Display: ({ value }) =>
    value ? (
      <time dateTime={String(value)} title={String(value)}>
        {shortDate(String(value))}
      </time>
    ) : null,
  Editor: (p) => <TextEditor {...p} type="date" />,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 110,
};
