import { LabelledDisplay, LabelledEditor } from "../Labelled";
import type { FieldType } from "../types";

export const phones: FieldType = {
  Display: (p) => <LabelledDisplay {...p} scheme="tel" />,
  Editor: (p) => <LabelledEditor {...p} type="tel" />,
  operators: ["contains", "empty", "notempty"],
  width: 140,
};
