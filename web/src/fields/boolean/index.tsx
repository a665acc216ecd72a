import { useTranslation } from "react-i18next";
import { editorProps } from "../base";
import type { DisplayProps, EditorProps, FieldType } from "../types";

function Display({ value }: DisplayProps) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return null;
  return <>{value ? t("yes") : t("no")}</>;
}

function Editor(p: EditorProps) {
  return (
    <input
      {...editorProps(p)}
      type="checkbox"
      checked={p.value === true}
      onChange={(e) => p.onChange(e.target.checked)}
    />
  );
}

export const boolean: FieldType = { Display, Editor, operators: ["eq"], width: 80 };
