import { useTranslation } from "react-i18next";
import { TextDisplay } from "../base";
import type { EditorProps, FieldType } from "../types";

export function NoEditor(p: EditorProps) {
  const { t } = useTranslation();
  return (
    <p id={p.id} className="help">
      {t("file.later")}
    </p>
  );
}

export const file: FieldType = {
  Display: (p) => {
    const v = p.value as { name?: string; label?: string } | null;
    return v && typeof v === "object" ? <>{v.name ?? v.label ?? ""}</> : <TextDisplay {...p} />;
  },
  Editor: NoEditor,
  operators: ["empty", "notempty"],
  width: 140,
};
