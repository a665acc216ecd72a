import { TextDisplay, TextEditor } from "../base";
import type { FieldType } from "../types";

export const text: FieldType = {
  Display: TextDisplay,
  Editor: TextEditor,
  operators: ["contains", "eq", "ne", "empty", "notempty"],
  width: 180,
};
