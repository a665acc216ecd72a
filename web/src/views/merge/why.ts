import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";

/** In what two records meet, in words. */
export function useWhy(object: ObjectMeta | undefined): (what: string) => string {
  const { t } = useTranslation();
  return (what) => {
    const field = object?.fields.find((f) => f.name === what)?.label;
    const other = field ? t("matched.field", { field }) : what;
    return t(`matched.${what}`, { defaultValue: other });
  };
}
