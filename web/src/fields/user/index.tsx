import { Picker, ReferenceDisplay } from "../Picker";
import type { FieldType } from "../types";

export const user: FieldType = {
  Display: ReferenceDisplay,
  Editor: (p) => <Picker {...p} targets={["user"]} />,
  operators: ["eq", "ne", "empty", "notempty"],
  width: 100,
};
