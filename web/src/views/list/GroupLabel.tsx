import { useTranslation } from "react-i18next";
import { useObject, useRecord } from "../../api/queries";
import type { Field, ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { monthText, shortDate } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import type { GroupHead } from "./groups";

function TitleOf({ object, id }: { object: ObjectMeta; id: string }) {
  const record = useRecord(object.plural, id);
  return <>{record.data ? recordTitle(object, record.data) : "…"}</>;
}

/** The value a group stands for, as its field shows it. */
export function GroupLabel({ field, head }: { field: Field; head: GroupHead }) {
  const { t } = useTranslation();
  const target = useObject(
    field.type === "user" || field.type === "department" ? field.type : field.targets?.[0],
  );
  const { key, value } = head;
  if (key === null) return <>{t("group.empty", { what: field.label })}</>;
  if (field.type === "date") return <>{monthText(key)}</>;
  if (field.type === "datetime") return <>{shortDate(key)}</>;
  if (value === undefined && target) return <TitleOf object={target} id={key} />;
  const type = fieldType(field);
  const shown = value ?? (field.type === "boolean" ? key === "true" : key);
  return (
    <>
      {field.type === "boolean" && `${field.label}: `}
      <type.Display field={field} value={shown} short />
    </>
  );
}
