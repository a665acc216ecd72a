import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ReportKind, reports, type TeamMember, type TeamReports } from "../../api/reports";
import { PersonFace } from "../../fields/picture/PersonFace";
import { shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Comments } from "./Comments";
import { LoggedSummary, LoggedView } from "./LoggedView";
import { ReportTexts } from "./ReportTexts";

/** The reports of those I lead on one page: what they did and need, and who has not handed in. */
export function Team({ team, kind }: { team: TeamReports; kind: ReportKind }) {
  const { t } = useTranslation();
  const handed = team.members.filter((m) => m.state === "handed_in");
  const missing = team.members.filter((m) => m.state === "missing");
  const away = team.members.filter((m) => m.state === "away");
  if (!team.members.length) {
    return (
      <EmptyState title={t("report.nobody")}>
        <p>{t("report.nobody_text")}</p>
      </EmptyState>
    );
  }
  return (
    <>
      <p className="report-counts" role="status">
        <span className="good-text">{t("report.n_handed", { n: team.handed })}</span>
        <span className={team.missing ? "late" : "muted"}>
          {t("report.n_missing", { n: team.missing })}
        </span>
        {team.away > 0 && <span className="muted">{t("report.n_away", { n: team.away })}</span>}
      </p>
      {(missing.length > 0 || away.length > 0) && (
        <Owing team={team} kind={kind} missing={missing} away={away} />
      )}
      <div className="report-cards">
        {handed.map((m) => (
          <Card key={m.report?.id} member={m} kind={kind} />
        ))}
      </div>
    </>
  );
}

function Owing({
  team,
  kind,
  missing,
  away,
}: {
  team: TeamReports;
  kind: ReportKind;
  missing: TeamMember[];
  away: TeamMember[];
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [told, setTold] = useState<string[]>([]);
  const open = missing.filter((m) => !told.includes(m.user.id));
  async function remind(people: TeamMember[]) {
    const ids = people.map((m) => m.user.id);
    setTold((before) => [...before, ...ids]);
    try {
      const { reminded } = await reports.remind(kind, team.period.begins, ids);
      toast(t("report.reminded", { n: reminded }));
    } catch (e) {
      setTold((before) => before.filter((id) => !ids.includes(id)));
      toast(errorText(e), { bad: true });
    }
  }
  return (
    <section className="panel report-owing" aria-label={t("report.owing")}>
      <div className="panel-head">
        <h2>{t("report.owing")}</h2>
        {open.length > 1 && (
          <Button small icon={<Icon name="bell" size={14} />} onClick={() => void remind(open)}>
            {t("report.remind_all", { n: open.length })}
          </Button>
        )}
      </div>
      <ul className="report-people">
        {missing.map((m) => (
          <li key={m.user.id}>
            <PersonFace id={m.user.id} name={m.user.name} />
            <span>{m.user.name}</span>
            <Button
              small
              disabled={told.includes(m.user.id)}
              aria-label={t("report.remind_one", { who: m.user.name })}
              onClick={() => void remind([m])}
            >
              {t(told.includes(m.user.id) ? "report.told" : "report.remind")}
            </Button>
          </li>
        ))}
        {away.map((m) => (
          <li key={m.user.id} className="muted">
            <PersonFace id={m.user.id} name={m.user.name} />
            <span>{m.user.name}</span>
            <span className="chip">{t("report.is_away")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Card({ member, kind }: { member: TeamMember; kind: ReportKind }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const report = member.report;
  if (!report) return null;
  return (
    <article className="panel report-card" aria-label={member.user.name}>
      <header className="report-who">
        <PersonFace id={member.user.id} name={member.user.name} />
        <h2>{member.user.name}</h2>
        {member.department && <span className="muted line">{member.department.name}</span>}
        <span className="grow" />
        {report.late && <span className="chip">{t("report.late")}</span>}
        <time className="muted" dateTime={report.handed_at}>
          {shortDateTime(report.handed_at)}
        </time>
      </header>
      {member.logged && <LoggedSummary logged={member.logged} />}
      <ReportTexts texts={report.texts} kind={kind} />
      {member.logged && member.logged.lists.length > 0 && (
        <button
          type="button"
          className="link-btn"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t(open ? "report.less" : "report.details")}
        </button>
      )}
      {open && member.logged && <LoggedView logged={member.logged} />}
      <Comments id={report.id} list={member.comments} of={member.user.name} />
    </article>
  );
}
