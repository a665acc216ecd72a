import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../ui/State";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState title={t("notfound.title")}>
      <p>{t("notfound.text")}</p>
      <Link to="/" className="btn">
        {t("home")}
      </Link>
    </EmptyState>
  );
}
