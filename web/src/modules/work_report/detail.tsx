import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { reports } from "../../api/reports";
import { LoggedView } from "../../pages/reports/LoggedView";
import "../../pages/reports/reports.css";
import { Skeleton, useErrorText } from "../../ui/State";

/** What was logged in a work report when it was handed in, as far as one may see it. */
export function Part({ id }: { id: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const found = useQuery({
    queryKey: ["reporting", "logged", id],
    queryFn: ({ signal }) => reports.logged(id, signal),
    retry: false,
  });
  return (
    <section className="panel" aria-label={t("report.logged")}>
      <h2>{t("report.logged")}</h2>
      {found.isPending ? (
        <Skeleton rows={4} />
      ) : found.isError ? (
        <p className="muted">{errorText(found.error)}</p>
      ) : found.data.logged ? (
        <LoggedView logged={found.data.logged} />
      ) : (
        <p className="muted empty-line">{t("report.none_kept")}</p>
      )}
    </section>
  );
}
