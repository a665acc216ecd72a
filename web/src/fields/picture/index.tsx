import { file } from "../file";
import type { FieldType } from "../types";

export const picture: FieldType = { ...file, width: 160 };
