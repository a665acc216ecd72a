import { useTranslation } from "react-i18next";
import { LANGUAGES, setLanguage } from "../i18n";
import { Select } from "../ui/Input";

export function LanguageChoice({
  id,
  onChange,
  label,
}: {
  id?: string;
  onChange?: (l: string) => void;
  label?: string;
}) {
  const { i18n, t } = useTranslation();
  return (
    <Select
      id={id}
      aria-label={label ?? (id ? undefined : t("language"))}
      value={i18n.language}
      onChange={(e) => {
        setLanguage(e.target.value);
        onChange?.(e.target.value);
      }}
    >
      {LANGUAGES.map((l) => (
        <option key={l.code} value={l.code} lang={l.code}>
          {l.name}
        </option>
      ))}
    </Select>
  );
}
