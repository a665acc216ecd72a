import { Select } from "../../ui/Input";
import { editorProps, OptionChip } from "../base";
import type { FieldType } from "../types";

export const picklist: FieldType = {
  Display: ({ field, value }) =>
    value ? <OptionChip field={field} value={String(value)} /> : null,
  Editor: (p) => (
    <Select
      {...editorProps(p)}
      value={p.value ? String(p.value) : ""}
      onChange={(e) => p.onChange(e.target.value || null)}
    >
      <option value="">—</option>
      {(p.field.options ?? [])
        .filter((o) => !o.inactive || o.value === p.value)
        .map((o) => (
          <option key={o.value} value={o.value}>
            {o.label}
          </option>
        ))}
    </Select>
  ),
  operators: ["in", "eq", "ne", "empty", "notempty"],
  width: 120,
};
