import type { Field } from "../api/types";
import { address } from "./address";
import { anyreference } from "./anyreference";
import { autonumber } from "./autonumber";
import { birthday } from "./birthday";
import { boolean } from "./boolean";
import { date } from "./date";
import { datetime } from "./datetime";
import { decimal } from "./decimal";
import { department } from "./department";
import { file } from "./file";
import { integer } from "./integer";
import { lines } from "./lines";
import { longtext } from "./longtext";
import { mails } from "./mails";
import { money } from "./money";
import { multipicklist } from "./multipicklist";
import { percent } from "./percent";
import { phones } from "./phones";
import { picklist } from "./picklist";
import { picture } from "./picture";
import { place } from "./place";
import { recurrence } from "./recurrence";
import { reference } from "./reference";
import { references } from "./references";
import { tags } from "./tags";
import { text } from "./text";
import type { FieldType } from "./types";
import { url } from "./url";
import { user } from "./user";

/** Every type of field: how it is shown, edited and filtered. */
export const FIELD_TYPES: Record<string, FieldType> = {
  text,
  longtext,
  integer,
  decimal,
  money,
  percent,
  boolean,
  birthday,
  date,
  datetime,
  picklist,
  multipicklist,
  tags,
  reference,
  references,
  anyreference,
  lines,
  user,
  department,
  phones,
  mails,
  url,
  address,
  file,
  picture,
  place,
  recurrence,
  autonumber,
};

export const fieldType = (f: Field): FieldType => FIELD_TYPES[f.type] ?? text;
