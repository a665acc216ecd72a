import { Link, useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type AnalysisMeta,
  type Answer,
  SETTINGS,
  type Settings,
  useAnalyses,
  useAnalysis,
  workbook,
} from "../../api/analyses";
import { isProblem } from "../../api/problem";
import { useMe, useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { SumMark } from "../../fields/money/SumMark";
import { longDate, today } from "../../lib/format";
import { save } from "../../lib/save";
import { pipelinesOf } from "../../lib/stages";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Filters } from "../../views/list/Filters";
import { type ListState, useListState } from "../../views/list/useListState";
import { AnalysisChart } from "./AnalysisChart";
import { AnalysisTable } from "./AnalysisTable";
import { picture } from "./picture";
import { SavedAnalyses } from "./Saved";

const PERIODS = [
  "this_week",
  "last_week",
  "last_8_weeks",
  "this_month",
  "last_month",
  "last_3_months",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
  "last_12_months",
  "all",
];

/** What modules ask of records as a whole: one page for all of it. */
export function AnalysesPage() {
  const { t } = useTranslation();
  const { name } = useParams({ strict: false }) as { name?: string };
  const list = useAnalyses();
  const objects = useObjects().data?.objects ?? [];
  if (list.isPending) return <Skeleton rows={10} />;
  if (list.isError) return <ErrorState error={list.error} retry={() => list.refetch()} />;
  const analysis = name ? list.data.find((a) => a.name === name) : list.data[0];
  const object = objects.find((o) => o.name === analysis?.object);
  if (!analysis || !object) return <EmptyState title={t("error.forbidden")} />;
  return (
    <div className="page analyses">
      <div className="list-head">
        <h1>{t("analyses")}</h1>
        <nav className="tablist" aria-label={t("analyses")}>
          {list.data.map((a) => (
            <Link
              key={a.name}
              to="/analyses/$name"
              params={{ name: a.name }}
              search={{}}
              activeProps={{}}
              className={a.name === analysis.name ? "active" : ""}
              aria-current={a.name === analysis.name ? "page" : undefined}
            >
              {a.label}
            </Link>
          ))}
        </nav>
      </div>
      <Analysis key={analysis.name} analysis={analysis} object={object} />
    </div>
  );
}

function Analysis({ analysis, object }: { analysis: AnalysisMeta; object: ObjectMeta }) {
  const { t } = useTranslation();
  const state = useListState(object);
  const { url } = state;
  const settings: Settings = { filter: state.filter };
  for (const k of SETTINGS) if (url[k]) settings[k] = url[k];
  const answer = useAnalysis(analysis.name, settings);
  const said = answer.error;
  const position =
    isProblem(said) && said.status === 422 && state.filter ? { text: said.message } : undefined;
  const broken = answer.isError;
  return (
    <>
      <SavedAnalyses
        analysis={analysis}
        object={object}
        settings={answer.data?.settings ?? settings}
        filter={state.filter}
      />
      <Bar analysis={analysis} object={object} state={state} answer={answer.data} />
      <Filters object={object} state={state} error={broken ? position : undefined} />
      <div className="analyses-body">
        {answer.isPending ? (
          <Skeleton rows={12} />
        ) : broken ? (
          <ErrorState error={answer.error} retry={() => answer.refetch()} />
        ) : (
          <Result analysis={analysis} answer={answer.data} filter={state.filter} />
        )}
        <p className="muted small">{t("analysis.rights")}</p>
      </div>
    </>
  );
}

function Bar({
  analysis,
  object,
  state,
  answer,
}: {
  analysis: AnalysisMeta;
  object: ObjectMeta;
  state: ListState;
  answer: Answer | undefined;
}) {
  const { t } = useTranslation();
  const { url, setUrl } = state;
  const now = answer?.settings ?? {};
  const period = url.period ?? analysis.period;
  const custom = !PERIODS.includes(period);
  const [from, to] = custom ? period.split("/") : [answer?.period.from, answer?.period.to];
  const pipelines = analysis.shape === "funnel" ? pipelinesOf(object) : [];
  const own = (f: string, o: string | undefined) => {
    if (f && o && f <= o) setUrl({ period: `${f}/${o}` });
  };
  return (
    <div className="filters">
      <Select
        className="fit"
        aria-label={t("chart.period")}
        value={custom ? "custom" : period}
        onChange={(e) =>
          setUrl({
            period:
              e.target.value === "custom"
                ? `${from || `${today().slice(0, 7)}-01`}/${to || today()}`
                : e.target.value,
          })
        }
      >
        {PERIODS.map((p) => (
          <option key={p} value={p}>
            {t(`analysis.period.${p}`)}
          </option>
        ))}
        <option value="custom">{t("analysis.period.custom")}</option>
      </Select>
      {custom && (
        <>
          <Input
            type="date"
            aria-label={t("analysis.from")}
            value={from}
            onChange={(e) => own(e.target.value, to)}
          />
          <Input
            type="date"
            aria-label={t("analysis.to")}
            value={to}
            onChange={(e) => own(from ?? "", e.target.value)}
          />
        </>
      )}
      {analysis.shape !== "traits" && (
        <>
          <Select
            className="fit"
            aria-label={t("analysis.compare")}
            value={now.compare ?? url.compare ?? ""}
            disabled={period === "all"}
            onChange={(e) => setUrl({ compare: e.target.value || undefined })}
          >
            <option value="">{t("analysis.compare.none")}</option>
            <option value="previous">{t("analysis.compare.previous")}</option>
            <option value="last_year">{t("analysis.compare.last_year")}</option>
          </Select>
          <Select
            className="fit"
            aria-label={t("analysis.by")}
            value={url.by ?? now.by ?? ""}
            onChange={(e) =>
              setUrl({
                by: e.target.value || undefined,
                split: url.split === e.target.value ? undefined : url.split,
              })
            }
          >
            {analysis.shape === "funnel" && <option value="">{t("analysis.by.stage")}</option>}
            {analysis.dimensions.map((d) => (
              <option key={d.name} value={d.name}>
                {t("analysis.by.of", { what: d.label })}
              </option>
            ))}
          </Select>
        </>
      )}
      {analysis.shape === "" && (
        <>
          <Select
            className="fit"
            aria-label={t("analysis.split")}
            value={url.split ?? ""}
            onChange={(e) => setUrl({ split: e.target.value || undefined })}
          >
            <option value="">{t("analysis.split.none")}</option>
            {analysis.dimensions
              .filter((d) => d.name !== (url.by ?? now.by))
              .map((d) => (
                <option key={d.name} value={d.name}>
                  {t("analysis.split.of", { what: d.label })}
                </option>
              ))}
          </Select>
          <Select
            className="fit"
            aria-label={t("analysis.measure")}
            value={url.measure ?? now.measure ?? ""}
            onChange={(e) => setUrl({ measure: e.target.value })}
          >
            {analysis.measures.map((m) => (
              <option key={m.name} value={m.name}>
                {m.label}
              </option>
            ))}
          </Select>
        </>
      )}
      {pipelines.length > 1 && (
        <Select
          className="fit"
          aria-label={object.fields.find((f) => f.name === object.pipeline_field)?.label}
          value={url.pipeline ?? now.pipeline ?? ""}
          onChange={(e) => setUrl({ pipeline: e.target.value })}
        >
          {pipelines.map((p) => (
            <option key={p.value} value={p.value}>
              {p.label}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

function Result({
  analysis,
  answer,
  filter,
}: {
  analysis: AnalysisMeta;
  answer: Answer;
  filter: string | undefined;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const company = useMe().data?.company.name ?? "";
  const panel = useRef<HTMLElement>(null);
  const [busy, setBusy] = useState(false);
  const m = answer.measures.find((x) => x.name === answer.settings.measure) ?? answer.measures[0];
  const title = [
    answer.label,
    answer.shape === "" ? m?.label : undefined,
    answer.dimension.label && t("analysis.by.of", { what: answer.dimension.label }),
  ]
    .filter(Boolean)
    .join(" · ");

  async function book() {
    setBusy(true);
    try {
      save(...(await workbook(analysis.name, answer.settings)));
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }

  async function draw() {
    const chart = panel.current?.querySelector<SVGSVGElement>("svg.analysis-svg");
    if (!chart) return;
    const keys = [...(panel.current?.querySelectorAll(".legend li") ?? [])].map((li) => {
      const swatch = li.querySelector(".swatch") ?? li;
      // A line has no background of one colour.
      const color = getComputedStyle(swatch.matches(".b-line") ? li : swatch);
      return {
        color: swatch.matches(".b-line") ? color.color : color.backgroundColor,
        label: li.textContent ?? "",
      };
    });
    const lines = [
      answer.before
        ? t("analysis.against", { now: answer.period.label, before: answer.before.label })
        : answer.period.label,
    ];
    if (filter) lines.push(`${t("filter")}: ${filter}`);
    try {
      const blob = await picture(chart, {
        title,
        lines,
        keys,
        foot: [company, longDate()].filter(Boolean).join(" · "),
      });
      save(blob, `${answer.label} ${answer.period.label}.png`);
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  return (
    <>
      <section className="panel stack" ref={panel} aria-labelledby="analysis-title">
        <div className="panel-head">
          <div>
            <h2 id="analysis-title">{title}</h2>
            <p className="muted small">
              {answer.before
                ? t("analysis.against", { now: answer.period.label, before: answer.before.label })
                : answer.period.label}
              {answer.running && answer.before ? ` · ${t("analysis.running")}` : ""}
              {` · ${analysis.help}`}
            </p>
          </div>
          <div className="row nowrap">
            {analysis.export && (
              <Button
                small
                icon={<Icon name="download" size={14} />}
                disabled={busy || !answer.rows.length}
                onClick={book}
              >
                Excel
              </Button>
            )}
            <Button
              small
              icon={<Icon name="download" size={14} />}
              disabled={!answer.rows.length}
              onClick={draw}
            >
              {t("analysis.picture")}
            </Button>
          </div>
        </div>
        {answer.note && <p className="warn-text">{answer.note}</p>}
        <AnalysisChart answer={answer} measure={m?.name} />
        <SumMark of={answer} long />
        {!!answer.unfiltered?.length && (
          <p className="muted">
            {t("analysis.unfiltered", {
              what: answer.measures
                .filter((x) => answer.unfiltered?.includes(x.name))
                .map((x) => x.label)
                .join(t("list.comma")),
            })}
          </p>
        )}
      </section>
      <AnalysisTable answer={answer} />
      {!!answer.left && <p className="muted">{t("analysis.left", { n: answer.left })}</p>}
    </>
  );
}
