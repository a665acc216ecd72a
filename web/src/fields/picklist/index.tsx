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
      {/* What was pasted and is no choice stays in sight until it is made one. */}
      {!!p.value && !p.field.options?.some((o) => o.value === p.value) && (
        <option value={String(p.value)}>{String(p.value)}</option>
      )}
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
  width: 100,
};
