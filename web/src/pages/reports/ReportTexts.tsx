import { useTranslation } from "react-i18next";
import { type ReportKind, TEXTS, type Texts } from "../../api/reports";

/** What the author wrote; what he finds difficult and needs stands out. */
export function ReportTexts({ texts, kind }: { texts: Texts; kind: ReportKind }) {
  const { t } = useTranslation();
  const written = TEXTS.filter((name) => texts[name]);
  if (!written.length) return <p className="muted">{t("report.no_words")}</p>;
  return (
    <dl className="report-texts">
      {written.map((name) => (
        <div key={name} className={name === "help" || name === "difficulties" ? "wanted" : ""}>
          <dt>{t(name === "plan" ? `report.plan.${kind}` : `report.${name}`)}</dt>
          <dd>{texts[name]}</dd>
        </div>
      ))}
    </dl>
  );
}
