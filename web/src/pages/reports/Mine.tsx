import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { type MyReport, type ReportKind, reports, reportsChanged, TEXTS } from "../../api/reports";
import type { Reference } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Comments, PLURAL } from "./Comments";
import { LoggedView } from "./LoggedView";
import { periodText } from "./period";
import { ReportTexts } from "./ReportTexts";
import { useDraft } from "./useDraft";

/** My report on a period: written and handed in, or as it was handed in. */
export function Mine({
  page,
  kind,
  asked,
}: {
  page: MyReport;
  kind: ReportKind;
  asked: string | undefined;
}) {
  const { t } = useTranslation();
  return (
    <div className="report-cols">
      {page.report ? (
        <Handed page={page} kind={kind} />
      ) : (
        <Writing key={page.period.begins + kind} page={page} kind={kind} asked={asked} />
      )}
      <div className="report-side">
        {page.before?.texts.plan && (
          <section className="panel" aria-label={t("report.planned")}>
            <h2>{t("report.planned")}</h2>
            <p className="muted">{periodText(page.before.period)}</p>
            <p className="report-said">{page.before.texts.plan}</p>
          </section>
        )}
        <section className="panel" aria-label={t("report.logged")}>
          <h2>{t("report.logged")}</h2>
          {page.logged ? (
            <LoggedView logged={page.logged} />
          ) : (
            <p className="muted empty-line">{t("report.none_kept")}</p>
          )}
        </section>
      </div>
    </div>
  );
}

/** Lines for the plan out of what is to come already. */
function comingLines(page: MyReport): string[] {
  return (page.logged?.lists ?? [])
    .filter((l) => l.ahead)
    .flatMap((l) => l.items)
    .map((i) => {
      const about = (i.fields?.customer ?? i.fields?.lead) as Reference | undefined;
      const what = i.title || String(i.fields?.next_step ?? "");
      return [about?.label, what].filter(Boolean).join(" ");
    })
    .filter(Boolean)
    .map((line) => `・${line}`);
}

function Writing({
  page,
  kind,
  asked,
}: {
  page: MyReport;
  kind: ReportKind;
  asked: string | undefined;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const draft = useDraft(page, kind, asked);
  const [busy, setBusy] = useState(false);
  const coming = comingLines(page).filter((line) => !draft.texts.plan?.includes(line));
  async function handIn() {
    if (busy) return;
    setBusy(true);
    try {
      await reports.handIn({ kind, day: page.period.begins, texts: draft.texts });
      draft.stop();
      await reportsChanged();
      toast(t("report.handed_in", { what: t(`report.kind.${kind}`) }));
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }
  return (
    <section
      className="panel stack"
      aria-label={t(`report.kind.${kind}`)}
      onKeyDown={(e) => {
        if (isComposing(e) || e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
        e.preventDefault();
        void handIn();
      }}
    >
      {draft.other && (
        <div className="report-elsewhere stack" role="alert">
          <p>{t("report.elsewhere")}</p>
          <div className="row">
            <Button small onClick={() => draft.decide(false)}>
              {t("report.take_other")}
            </Button>
            <Button small onClick={() => draft.decide(true)}>
              {t("report.take_mine")}
            </Button>
          </div>
        </div>
      )}
      {TEXTS.map((name) => (
        <div key={name} className="field">
          <div className="panel-head">
            <label htmlFor={`report-${name}`}>
              {t(name === "plan" ? `report.plan.${kind}` : `report.${name}`)}
            </label>
            {name === "plan" && coming.length > 0 && (
              <button
                type="button"
                className="link-btn"
                onClick={() =>
                  draft.write(
                    "plan",
                    [draft.texts.plan?.trimEnd(), ...coming].filter(Boolean).join("\n"),
                  )
                }
              >
                {t("report.take_coming", { n: coming.length })}
              </button>
            )}
          </div>
          <textarea
            id={`report-${name}`}
            className="input report-box"
            rows={name === "done" || name === "plan" ? 4 : 2}
            value={draft.texts[name] ?? ""}
            placeholder={t(`report.hint.${name}`)}
            onChange={(e) => draft.write(name, e.target.value)}
            onBlur={() => void draft.save()}
          />
        </div>
      ))}
      <div className="report-foot">
        <span className={draft.state === "failed" ? "late" : "muted"} role="status">
          {t(`report.draft.${draft.state}`)}
        </span>
        <div className="grow" />
        <Button
          kind="primary"
          icon={<Icon name="check" size={16} />}
          disabled={busy}
          onClick={() => void handIn()}
        >
          {t("report.hand_in", { what: t(`report.kind.${kind}`) })}
        </Button>
      </div>
    </section>
  );
}

function Handed({ page, kind }: { page: MyReport; kind: ReportKind }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const report = page.report;
  const [editing, setEditing] = useState(false);
  const [texts, setTexts] = useState(report?.texts ?? {});
  if (!report) return null;
  async function keep() {
    if (!report) return;
    try {
      await api.patch(PLURAL, report.id, texts as Record<string, unknown>);
      setEditing(false);
      await reportsChanged();
      toast(t("saved"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  return (
    <section className="panel stack" aria-label={t(`report.kind.${kind}`)}>
      <div className="panel-head">
        <p className="good-text row">
          <Icon name="check" size={16} />
          {t("report.handed_at", { at: shortDateTime(report.handed_at) })}
          {report.late && <span className="chip">{t("report.late")}</span>}
        </p>
        {report.open && !editing && (
          <Button small icon={<Icon name="edit" size={14} />} onClick={() => setEditing(true)}>
            {t("report.correct")}
          </Button>
        )}
      </div>
      {editing ? (
        <>
          {TEXTS.map((name) => (
            <div key={name} className="field">
              <label htmlFor={`report-${name}`}>
                {t(name === "plan" ? `report.plan.${kind}` : `report.${name}`)}
              </label>
              <textarea
                id={`report-${name}`}
                className="input report-box"
                rows={3}
                value={texts[name] ?? ""}
                onChange={(e) => setTexts({ ...texts, [name]: e.target.value })}
              />
            </div>
          ))}
          <div className="row">
            <Button kind="primary" onClick={() => void keep()}>
              {t("save")}
            </Button>
            <Button
              onClick={() => {
                setTexts(report.texts);
                setEditing(false);
              }}
            >
              {t("cancel")}
            </Button>
          </div>
        </>
      ) : (
        <ReportTexts texts={report.texts} kind={kind} />
      )}
      <Comments id={report.id} list={page.comments} of={t(`report.kind.${kind}`)} />
    </section>
  );
}
