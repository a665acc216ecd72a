import type { Option } from "../../api/types";
import { Select } from "../../ui/Input";
import { editorProps, OptionChip } from "../base";
import type { FieldType } from "../types";

/** The choices of a list, under the names of their groups where they have some. */
export function Choices({ of }: { of: Option[] }) {
  const groups = [...new Set(of.map((o) => o.group))];
  const some = (list: Option[]) =>
    list.map((o) => (
      <option key={o.value} value={o.value}>
        {o.label}
      </option>
    ));
  if (groups.length < 2) return some(of);
  return groups.map((g) => (
    <optgroup key={g ?? ""} label={g ?? ""}>
      {some(of.filter((o) => o.group === g))}
    </optgroup>
  ));
}

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
      <Choices of={(p.field.options ?? []).filter((o) => !o.inactive || o.value === p.value)} />
    </Select>
  ),
  operators: ["in", "eq", "ne", "empty", "notempty"],
  width: 100,
};
