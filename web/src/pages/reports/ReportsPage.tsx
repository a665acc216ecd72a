import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe, useObject } from "../../api/queries";
import {
  KINDS,
  type Period,
  type ReportKind,
  useMyReport,
  useTeamReports,
} from "../../api/reports";
import { useUrl } from "../../hooks/useUrl";
import { plusDays, today } from "../../lib/format";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { Mine } from "./Mine";
import { beginOf, periodText, stepped, stripText } from "./period";
import "./reports.css";
import { Team } from "./Team";

/** 工作報告: my own of a day, a week, a month, and those of my team. */
export function ReportsPage() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const object = useObject("work_report");
  const admin = !!useMe().data?.admin;
  const kind: ReportKind = KINDS.find((k) => k === url.kind) ?? "day";
  const writes = !!object?.access.create;
  const asked = /^\d{4}-\d{2}-\d{2}$/.test(url.day ?? "") ? url.day : undefined;
  const day = asked ?? today();
  const begins = beginOf(kind, day);
  const team = url.view === "team" || !writes;
  const mine = useMyReport(kind, begins, writes);
  const others = useTeamReports(kind, begins, false, team);
  if (!object || object.access.view === false) return <EmptyState title={t("error.forbidden")} />;
  const period: Period = {
    kind,
    begins,
    ends: plusDays(stepped(kind, begins, 1), -1),
  };
  const go = (to: string) => setUrl({ day: beginOf(kind, today()) === to ? undefined : to });
  const leads = mine.data?.team || url.view === "team";
  return (
    <div className="page reports">
      <div className="page-head">
        <h1>{t("reports")}</h1>
        {writes && leads && (
          <div className="segments" role="group" aria-label={t("report.whose")}>
            {(["mine", "team"] as const).map((v) => (
              <button
                key={v}
                type="button"
                aria-pressed={(v === "team") === team}
                onClick={() => setUrl({ view: v === "team" ? "team" : undefined })}
              >
                {t(`report.${v}`)}
              </button>
            ))}
          </div>
        )}
        <div className="segments" role="group" aria-label={t("report.which")}>
          {KINDS.map((k) => (
            <button
              key={k}
              type="button"
              aria-pressed={k === kind}
              onClick={() => setUrl({ kind: k === "day" ? undefined : k, day: asked })}
            >
              {t(`report.kind.${k}`)}
            </button>
          ))}
        </div>
        <div className="row nowrap report-when">
          <IconButton label={t("report.earlier")} onClick={() => go(stepped(kind, begins, -1))}>
            <Icon name="left" size={16} />
          </IconButton>
          <strong aria-live="polite">{periodText(period)}</strong>
          <IconButton
            label={t("report.later")}
            disabled={stepped(kind, begins, 1) > today()}
            onClick={() => go(stepped(kind, begins, 1))}
          >
            <Icon name="right" size={16} />
          </IconButton>
        </div>
        <div className="grow" />
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          search={{}}
          className="btn only-desktop"
        >
          {t("report.all")}
        </Link>
        {admin && (
          <Link
            to="/o/$plural"
            params={{ plural: "report-rules" }}
            search={{}}
            className="icon-btn"
            title={t("report.rules")}
            aria-label={t("report.rules")}
          >
            <Icon name="gear" />
          </Link>
        )}
      </div>
      {team ? (
        others.isPending ? (
          <Skeleton rows={8} />
        ) : others.isError ? (
          <ErrorState error={others.error} retry={() => others.refetch()} />
        ) : (
          <Team team={others.data} kind={kind} />
        )
      ) : mine.isPending ? (
        <Skeleton rows={8} />
      ) : mine.isError ? (
        <ErrorState error={mine.error} retry={() => mine.refetch()} />
      ) : (
        <>
          <ol className="report-strip" aria-label={t("report.latest")}>
            {mine.data.latest.map((s) => {
              const state = s.report ? "handed" : s.wanted && s.begins < begins ? "owed" : "none";
              return (
                <li key={s.begins}>
                  <button
                    type="button"
                    className={`strip-${state}`}
                    aria-current={s.begins === begins ? "date" : undefined}
                    aria-label={`${stripText(kind, s.begins)} ${t(`report.strip.${state}`)}`}
                    title={t(`report.strip.${state}`)}
                    onClick={() => go(s.begins)}
                  >
                    {stripText(kind, s.begins)}
                    <span aria-hidden="true">
                      {state === "handed" ? "✓" : state === "owed" ? "!" : "·"}
                    </span>
                  </button>
                </li>
              );
            })}
          </ol>
          <Mine page={mine.data} kind={kind} asked={begins} />
        </>
      )}
    </div>
  );
}
