import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAttainment } from "../../api/workbench";
import { size } from "../../lib/amounts";
import { money, monthText, today } from "../../lib/format";
import { Panel } from "./Panel";

const MONTHS = 3;

/** What is won and expected in this month and the next two, against the targets. */
export function Forecast({ who }: { who: string | undefined }) {
  const { t } = useTranslation();
  const found = useAttainment(today().slice(0, 7), MONTHS, who);
  return (
    <Panel
      title={t("forecast")}
      link={
        <Link to="/forecast" search={{}}>
          {t("home.all")}
        </Link>
      }
      query={found}
      rows={MONTHS}
    >
      {() => {
        const currency = found.data?.currency ?? "TWD";
        const months = found.data?.months ?? [];
        const most = Math.max(
          1,
          ...months.flatMap((m) => [size(m.won) + size(m.weighted), size(m.target ?? "0")]),
        );
        const sum = (amount: string) => money({ amount, currency });
        const width = (n: number) => ({ width: `${(n / most) * 100}%` });
        return (
          <>
            <ul className="month-bars">
              {months.map((m) => (
                <li key={m.month}>
                  <span className="month-name">{monthText(m.month)}</span>
                  <span className="month-track" aria-hidden="true">
                    <span className="b-won" style={width(size(m.won))} />
                    <span className="b-weighted" style={width(size(m.weighted))} />
                    {m.target !== null && (
                      <i style={{ left: `${(size(m.target) / most) * 100}%` }} />
                    )}
                  </span>
                  <span className="month-sums num">
                    <span>
                      {t("forecast.won")} {sum(m.won)}
                    </span>
                    <span className="muted">
                      {t("forecast.weighted")} {sum(m.weighted)}
                    </span>
                    <span className="muted">
                      {t("forecast.target")} {m.target === null ? "—" : sum(m.target)}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
            {!!found.data?.unconverted && (
              <p className="muted">{t("report.unconverted", { n: found.data.unconverted })}</p>
            )}
          </>
        );
      }}
    </Panel>
  );
}
