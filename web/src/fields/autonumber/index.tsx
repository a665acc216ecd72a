import { TextDisplay, TextEditor } from "../base";
import type { FieldType } from "../types";

export const autonumber: FieldType = {
  Display: TextDisplay,
  Editor: (p) => <TextEditor {...p} disabled />,
  operators: ["eq", "contains"],
  width: 130,
};
