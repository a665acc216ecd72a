import { editorProps, TextDisplay } from "../base";
import type { FieldType } from "../types";

export const longtext: FieldType = {
  Display: TextDisplay,
  Editor: (p) => (
    <textarea
      {...editorProps(p)}
      className="input"
      rows={3}
      maxLength={p.field.max_length || undefined}
      value={typeof p.value === "string" ? p.value : ""}
      onChange={(e) => p.onChange(e.target.value === "" ? null : e.target.value)}
    />
  ),
  operators: ["contains", "empty", "notempty"],
  width: 240,
  wide: true,
};
