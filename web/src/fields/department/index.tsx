import { Picker, ReferenceDisplay } from "../Picker";
import type { FieldType } from "../types";

export const department: FieldType = {
  Display: ReferenceDisplay,
  Editor: (p) => <Picker {...p} targets={["department"]} />,
  operators: ["eq", "ne", "empty", "notempty"],
  width: 110,
};
