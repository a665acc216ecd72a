import { fromLocalInput, fullDateTime, shortDateTime, toLocalInput } from "../../lib/format";
import { Input } from "../../ui/Input";
import { editorProps } from "../base";
import type { FieldType } from "../types";

export const datetime: FieldType = {
  Display: ({ value }) =>
    value ? (
      <time dateTime={String(value)} title={fullDateTime(String(value))}>
        {shortDateTime(String(value))}
      </time>
    ) : null,
  Editor: (p) => (
    <Input
      {...editorProps(p)}
      type="datetime-local"
      value={p.value ? toLocalInput(String(p.value)) : ""}
      onChange={(e) => p.onChange(e.target.value ? fromLocalInput(e.target.value) : null)}
    />
  ),
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 132,
};
