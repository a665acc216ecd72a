import { LabelledDisplay, LabelledEditor } from "../Labelled";
import type { FieldType } from "../types";

export const mails: FieldType = {
  Display: (p) => <LabelledDisplay {...p} scheme="mailto" />,
  Editor: (p) => <LabelledEditor {...p} type="email" />,
  operators: ["contains", "empty", "notempty"],
  width: 180,
};
