import i18next from "i18next";
import { grouped } from "../../lib/format";
import { span } from "../../lib/span";
import { NumberEditor } from "../number";
import type { FieldType } from "../types";

export const integer: FieldType = {
  Display: ({ field, value }) =>
    value === null || value === undefined
      ? null
      : field.unit === "minutes"
        ? span(60 * Number(value), (key, o) => i18next.t(key, o))
        : grouped(String(value)),
  Editor: (p) => <NumberEditor {...p} whole />,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 110,
  right: true,
};
