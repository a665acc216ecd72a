import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAttainment } from "../../api/workbench";
import { lessThanZero, minus, ratio } from "../../lib/amounts";
import { daysBetween, money, monthText, plusDays, today } from "../../lib/format";
import { Panel } from "./Panel";

/** How many days of the month are left, today among them. */
function daysLeft(day: string): number {
  const [y, m] = day.split("-").map(Number) as [number, number];
  const next = new Date(Date.UTC(y, m, 1)).toISOString().slice(0, 10);
  return daysBetween(day, plusDays(next, -1)) + 1;
}

/** What was won this month against what was to be reached. */
export function Target({ who }: { who: string | undefined }) {
  const { t } = useTranslation();
  const month = today().slice(0, 7);
  const found = useAttainment(month, 1, who);
  return (
    <Panel
      title={t(who === "me" ? "home.target" : "home.target_all")}
      link={
        <Link to="/forecast" search={{}}>
          {t("forecast")}
        </Link>
      }
      query={found}
      rows={3}
    >
      {() => {
        const m = found.data?.months[0];
        const currency = found.data?.currency ?? "TWD";
        if (!m) return null;
        const sum = (amount: string) => money({ amount, currency });
        const share = m.target === null ? undefined : ratio(m.won, m.target);
        const gap = m.target === null ? "0" : minus(m.target, m.won);
        return (
          <>
            <p className="target-line">
              <strong className="target-won num">{sum(m.won)}</strong>
              <span className="muted">
                {m.target === null
                  ? t("target.none", { month: monthText(month) })
                  : t("target.of", { amount: sum(m.target) })}
              </span>
              {share !== undefined && <b className="num">{`${Math.round(share * 100)}%`}</b>}
            </p>
            {share !== undefined && (
              <div
                className="target-bar"
                role="progressbar"
                aria-label={t("home.target")}
                aria-valuemin={0}
                aria-valuemax={100}
                aria-valuenow={Math.min(100, Math.round(share * 100))}
              >
                <span style={{ width: `${Math.min(100, share * 100)}%` }} />
              </div>
            )}
            <p className="muted target-rest">
              {m.target !== null && (
                <span>
                  {lessThanZero(gap) || gap === "0"
                    ? t("target.reached")
                    : t("target.gap", { amount: sum(gap) })}
                </span>
              )}
              <span>{t("target.days", { n: daysLeft(today()) })}</span>
              <span title={t("target.weighted_help")}>
                {t("target.weighted", { amount: sum(m.weighted) })}
              </span>
            </p>
          </>
        );
      }}
    </Panel>
  );
}
