import { useTranslation } from "react-i18next";
import { shortDate } from "../../lib/format";
import type { DisplayProps, FieldType } from "../types";
import { Editor } from "./Editor";
import { birthdayText, isBirthday } from "./words";

function Display({ value, short }: DisplayProps) {
  const { t, i18n } = useTranslation();
  if (!isBirthday(value)) return <>{value ? String(value) : null}</>;
  // Where a lunar birthday falls this year is what one wants to know of it.
  const told = value.next && (!short || value.calendar === "lunar");
  return (
    <>
      {birthdayText(value, i18n.language)}
      {told && value.next && (
        <span className="muted">
          {" "}
          <time dateTime={value.next}>
            {short ? shortDate(value.next) : t("birthday.next", { day: shortDate(value.next) })}
          </time>
        </span>
      )}
    </>
  );
}

export const birthday: FieldType = {
  Display,
  Editor,
  operators: ["eq", "empty", "notempty"],
  width: 150,
};
