import { useTranslation } from "react-i18next";
import { useLeaders } from "../../api/workbench";
import { PersonFace } from "../../fields/picture/PersonFace";
import { size } from "../../lib/amounts";
import { money, today } from "../../lib/format";
import { Panel } from "./Panel";

/** Who won how much this month, among those whom my role lets me compare. */
export function Leaders() {
  const { t } = useTranslation();
  const found = useLeaders(today().slice(0, 7));
  return (
    <Panel title={t("home.leaders")} query={found} rows={6}>
      {() => {
        const places = found.data?.places ?? [];
        if (!places.length) return <p className="muted empty-line">{t("leaders.none")}</p>;
        const most = Math.max(1, ...places.map((p) => size(p.won)));
        return (
          <ol className="leaders">
            {places.map((p) => (
              <li key={p.id} className={p.me ? "leader-me" : ""}>
                <b className="num">{p.rank}</b>
                <PersonFace id={p.id} name={p.name} />
                <span className="line">{p.name}</span>
                <span className="stage-track" aria-hidden="true">
                  <span style={{ width: `${(size(p.won) / most) * 100}%` }} />
                </span>
                <span className="num">
                  {money({ amount: p.won, currency: found.data?.currency ?? "TWD" })}
                </span>
                <span className="muted num">{t("leaders.deals", { n: p.count })}</span>
              </li>
            ))}
          </ol>
        );
      }}
    </Panel>
  );
}
