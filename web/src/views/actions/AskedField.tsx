import type { Field } from "../../api/types";
import { fieldType } from "../../fields";
import { FieldBox } from "../../ui/Field";

/** One of the values that are asked in a sheet. */
export function AskedField({
  id,
  field,
  value,
  required = field.required,
  error,
  onChange,
}: {
  id: string;
  field: Field;
  value: unknown;
  required?: boolean;
  error?: string;
  onChange: (value: unknown) => void;
}) {
  const type = fieldType(field);
  if (field.type === "boolean") {
    return (
      <label htmlFor={id} className="row check">
        <type.Editor id={id} field={field} value={value} onChange={onChange} />
        {field.label}
      </label>
    );
  }
  return (
    <FieldBox id={id} label={field.label} required={required} help={field.help} error={error}>
      <type.Editor
        id={id}
        field={field}
        value={value}
        invalid={!!error}
        describedBy={error ? `${id}-error` : undefined}
        onChange={onChange}
      />
    </FieldBox>
  );
}
