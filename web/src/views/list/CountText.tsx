import { useTranslation } from "react-i18next";
import type { Count } from "../../api/types";
import { grouped } from "../../lib/format";

/** How many there are; beyond what is counted at once, the exact number on a click. */
export function CountText({ count, exact }: { count?: Count; exact: () => void }) {
  const { t } = useTranslation();
  if (!count) return null;
  if (count.relation !== "eq") {
    return (
      <button type="button" className="link-btn" title={t("count.exact")} onClick={exact}>
        {count.relation === "gte"
          ? t("count.more", { n: grouped(String(count.value)) })
          : t("count.exact")}
      </button>
    );
  }
  return (
    <span className="muted" role="status">
      {t("count", { n: grouped(String(count.value)) })}
    </span>
  );
}
