import { lineLink } from "../../lib/reach";
import { TextDisplay, TextEditor } from "../base";
import type { DisplayProps, FieldType } from "../types";

/** Plain text; a LINE account opens its conversation. */
function Display(p: DisplayProps) {
  if (p.field.name !== "line_id" || typeof p.value !== "string" || !p.value) {
    return <TextDisplay {...p} />;
  }
  return (
    <a href={lineLink(p.value)} target="_blank" rel="noreferrer noopener">
      {p.value}
    </a>
  );
}

export const text: FieldType = {
  Display,
  Editor: TextEditor,
  operators: ["contains", "eq", "ne", "empty", "notempty"],
  width: 144,
};
