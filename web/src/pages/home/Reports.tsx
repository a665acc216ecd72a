import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTeamReports } from "../../api/reports";
import { PersonFace } from "../../fields/picture/PersonFace";
import { listed, today } from "../../lib/format";
import { Icon } from "../../ui/Icon";
import { Panel } from "./Panel";

const NAMED = 6;

/** Is my report of today handed in, and whose of my team are not? */
export function Reports() {
  const { t } = useTranslation();
  const found = useTeamReports("day", today(), true);
  return (
    <Panel
      title={t("home.reports")}
      link={
        <Link to="/reports" search={{}}>
          {t("home.all")}
        </Link>
      }
      query={found}
      rows={3}
    >
      {() => {
        const team = found.data;
        if (!team) return null;
        const missing = team.members.filter((m) => m.state === "missing");
        return (
          <>
            {team.mine && (
              <div className="row report-mine">
                {team.mine.report ? (
                  <p className="good-text row">
                    <Icon name="check" size={16} />
                    {t("home.reports_done")}
                  </p>
                ) : (
                  <>
                    <Link to="/reports" search={{}} className="btn btn-primary">
                      <Icon name="edit" size={16} />
                      {t("home.reports_write")}
                    </Link>
                    {!team.mine.wanted && <span className="muted">{t("home.reports_free")}</span>}
                  </>
                )}
              </div>
            )}
            {team.members.length > 0 && (
              <>
                <p className="report-counts">
                  <span className="good-text">{t("report.n_handed", { n: team.handed })}</span>
                  <span className={team.missing ? "late" : "muted"}>
                    {t("report.n_missing", { n: team.missing })}
                  </span>
                  {team.away > 0 && (
                    <span className="muted">{t("report.n_away", { n: team.away })}</span>
                  )}
                </p>
                {missing.length > 0 && (
                  <Link to="/reports" search={{ view: "team" }} className="row report-owing-row">
                    {missing.slice(0, NAMED).map((m) => (
                      <PersonFace key={m.user.id} id={m.user.id} name={m.user.name} />
                    ))}
                    <span>
                      {listed(missing.slice(0, NAMED).map((m) => m.user.name))}
                      {missing.length > NAMED && "…"}
                    </span>
                  </Link>
                )}
              </>
            )}
          </>
        );
      }}
    </Panel>
  );
}
