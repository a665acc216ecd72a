import { Picker, ReferenceDisplay } from "../Picker";
import type { FieldType } from "../types";

export const anyreference: FieldType = {
  Display: ReferenceDisplay,
  Editor: (p) => <Picker {...p} targets={p.field.targets ?? []} />,
  operators: ["eq", "ne", "empty", "notempty"],
  width: 170,
};
