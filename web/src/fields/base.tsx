import { Input } from "../ui/Input";
import type { DisplayProps, EditorProps } from "./types";

export const editorProps = (p: EditorProps) => ({
  id: p.id,
  disabled: p.disabled,
  autoFocus: p.autoFocus,
  "aria-invalid": p.invalid || undefined,
  "aria-describedby": p.describedBy,
  "aria-required": p.field.required || undefined,
});

export function TextDisplay({ value }: DisplayProps) {
  if (value === undefined || value === null) return null;
  return <>{typeof value === "object" ? JSON.stringify(value) : String(value)}</>;
}

export function TextEditor(p: EditorProps & { type?: string; inputMode?: "numeric" | "decimal" }) {
  return (
    <Input
      {...editorProps(p)}
      type={p.type ?? "text"}
      inputMode={p.inputMode}
      maxLength={p.field.max_length || undefined}
      value={p.value === undefined || p.value === null ? "" : String(p.value)}
      onChange={(e) => p.onChange(e.target.value === "" ? null : e.target.value)}
    />
  );
}

/** The colour an option was given, in the tone of the theme. */
export const colorOf = (name: string) => `var(--c-${name}, ${name})`;

export function OptionChip({ field, value }: { field: DisplayProps["field"]; value: string }) {
  const o = field.options?.find((x) => x.value === value);
  return (
    <span className="chip">
      {o?.color && <span className="dot" style={{ background: colorOf(o.color) }} />}
      {o?.label ?? value}
    </span>
  );
}
