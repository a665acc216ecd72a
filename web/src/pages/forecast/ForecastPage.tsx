import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { SumMark } from "../../fields/money/SumMark";
import { useUrl } from "../../hooks/useUrl";
import { money, monthText, today } from "../../lib/format";
import { pipelinesOf } from "../../lib/stages";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import type { Chip } from "../../views/list/filter";
import { download } from "./download";
import {
  type Figures,
  figureOf,
  lastDay,
  MEASURES,
  type Measure,
  monthsFrom,
  none,
  percentOf,
  plusMonths,
  spanOf,
  total,
  type Who,
} from "./figures";
import { useForecast } from "./useForecast";

const Targets = lazy(() => import("./Targets"));

const SPANS = [3, 6, 12];

/** What will be sold, month by month, by person or department, against target and last year. */
export function ForecastPage() {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const [url] = useUrl();
  const object = objects.find((o) => o.name === "opportunity");
  const targets = objects.find((o) => o.name === "target");
  if (!object) return <EmptyState title={t("error.forbidden")} />;
  const tab = url.tab === "targets" && targets ? "targets" : "forecast";
  return (
    <div className="page forecast">
      <div className="list-head">
        <h1>{t("forecast")}</h1>
        {targets && (
          <nav className="tablist" aria-label={t("forecast")}>
            {["forecast", "targets"].map((k) => (
              <Link
                key={k}
                to="/forecast"
                search={k === "forecast" ? {} : { tab: k }}
                className={tab === k ? "active" : ""}
                activeProps={{}}
                aria-current={tab === k ? "page" : undefined}
              >
                {k === "forecast" ? t("forecast") : targets.label_plural}
              </Link>
            ))}
          </nav>
        )}
      </div>
      {tab === "targets" && targets ? (
        <Suspense fallback={<Skeleton rows={8} />}>
          <Targets object={targets} />
        </Suspense>
      ) : (
        <Forecast object={object} />
      )}
    </div>
  );
}

function Forecast({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const currency = useMe().data?.company.currency ?? "TWD";
  const length = SPANS.find((n) => String(n) === url.span) ?? 6;
  const now = today().slice(0, 7);
  const first = /^\d{4}-\d{2}$/.test(url.from ?? "") ? String(url.from) : spanOf(now, length);
  const months = monthsFrom(first, length);
  const by = url.by === "department" ? "department" : "person";
  const measure = MEASURES.find((m) => m === url.measure) ?? "forecast";
  const pipelines = pipelinesOf(object);
  const pipeline = pipelines.find((p) => p.value === url.pipeline)?.value;
  const f = useForecast(object, months, by, pipeline);
  const shown = (n: bigint) => {
    const text = `${n < 0n ? "-" : ""}${(n < 0n ? -n : n) / 100n}`;
    return money({ amount: text, currency });
  };
  /** The records behind a figure. */
  const behind = (m: Measure, from: string, to: string, w?: Who) => {
    if (m === "target" || m === "gap") return undefined;
    const won = m === "won" || m === "last";
    const [a, b] = m === "last" ? [plusMonths(from, -12), plusMonths(to, -12)] : [from, to];
    const on = won ? "closed_on" : "expected_close";
    const chips: Chip[] = [
      [object.stage_field ?? "", "eq", won ? "won()" : "open()"],
      [on, "gte", `${a}-01`],
      [on, "lte", lastDay(b)],
    ];
    if (m === "forecast") return undefined;
    if (w?.ids.length) {
      chips.push([by === "person" ? "owner" : "department", "in", w.ids]);
    } else if (w) chips.push([by === "person" ? "owner" : "department", "empty"]);
    if (pipeline && object.pipeline_field) chips.push([object.pipeline_field, "in", [pipeline]]);
    return { f: JSON.stringify(chips) };
  };
  const figure = (m: Measure, x: Figures, from: string, to: string, w?: Who) => {
    const n = figureOf(x, m);
    const search = n ? behind(m, from, to, w) : undefined;
    const text = n ? shown(n) : "—";
    const bad = m === "gap" && n < 0n;
    return search ? (
      <Link to="/o/$plural" params={{ plural: object.plural }} search={search}>
        {text}
      </Link>
    ) : (
      <span className={bad ? "late" : n ? "" : "muted"}>{text}</span>
    );
  };
  const rate = (x: Figures) => {
    const p = percentOf(x.won + x.weighted, x.target);
    return p === undefined ? "" : `${Math.round(p)}%`;
  };
  const last = months[months.length - 1] ?? first;
  const all = total(f.sums.get(""), months);
  let top = 1n;
  for (const m of months) {
    const x = f.sums.get("")?.get(m) ?? none();
    for (const n of [x.won + x.weighted, x.target, x.last]) if (n > top) top = n;
  }
  const share = (n: bigint) => `${Number((n * 1000n) / top) / 10}%`;

  function save() {
    const head = [
      t(`forecast.by.${by}`),
      t("forecast.month"),
      ...MEASURES.map((m) => t(`forecast.${m}`)),
    ];
    const line = (who: string, month: string, x: Figures) => [
      who,
      month,
      ...MEASURES.map((m) => {
        const n = figureOf(x, m);
        const abs = n < 0n ? -n : n;
        return `${n < 0n ? "-" : ""}${abs / 100n}.${String(abs % 100n).padStart(2, "0")}`;
      }),
    ];
    const rows = f.rows.flatMap((w) =>
      months.map((m) =>
        line(w.name || t("forecast.nobody"), m, f.table.get(w.id)?.get(m) ?? none()),
      ),
    );
    download(`forecast-${first}-${last}.csv`, [head, ...rows]);
  }

  const pending = f.answers.isPending || f.who.isPending;
  return (
    <>
      <div className="filters forecast-bar">
        <Select
          className="fit"
          aria-label={t("forecast.span")}
          value={length}
          onChange={(e) => setUrl({ span: e.target.value, from: undefined })}
        >
          {SPANS.map((n) => (
            <option key={n} value={n}>
              {t(`forecast.span.${n}`)}
            </option>
          ))}
        </Select>
        <Button
          small
          aria-label={t("forecast.earlier")}
          title={t("forecast.earlier")}
          onClick={() => setUrl({ from: plusMonths(first, -length) })}
        >
          <Icon name="left" size={14} />
        </Button>
        <strong className="num">
          {monthText(first)} – {monthText(last)}
        </strong>
        <Button
          small
          aria-label={t("forecast.later")}
          title={t("forecast.later")}
          onClick={() => setUrl({ from: plusMonths(first, length) })}
        >
          <Icon name="right" size={14} />
        </Button>
        <Select
          className="fit"
          aria-label={t("forecast.by")}
          value={by}
          onChange={(e) => setUrl({ by: e.target.value === "person" ? undefined : "department" })}
        >
          <option value="person">{t("forecast.by.person")}</option>
          <option value="department">{t("forecast.by.department")}</option>
        </Select>
        {pipelines.length > 1 && (
          <Select
            className="fit"
            aria-label={object.fields.find((x) => x.name === object.pipeline_field)?.label}
            value={pipeline ?? ""}
            onChange={(e) => setUrl({ pipeline: e.target.value || undefined })}
          >
            <option value="">{t("forecast.all_pipelines")}</option>
            {pipelines.map((p) => (
              <option key={p.value} value={p.value}>
                {p.label}
              </option>
            ))}
          </Select>
        )}
        <div className="grow" />
        {object.access.export && (
          <Button
            small
            icon={<Icon name="download" size={14} />}
            disabled={!f.rows.length}
            onClick={save}
          >
            {t("export")}
          </Button>
        )}
      </div>
      {pending ? (
        <Skeleton rows={10} />
      ) : f.answers.isError ? (
        <ErrorState error={f.answers.error} retry={() => f.answers.refetch()} />
      ) : (
        <div className="forecast-body">
          <section className="panel stack" aria-labelledby="forecast-months">
            <div className="panel-head">
              <h2 id="forecast-months">{t("forecast.months")}</h2>
              <span className="muted">{t("forecast.text", { currency })}</span>
            </div>
            <div
              className="table-wrap"
              role="region"
              tabIndex={0}
              aria-label={t("forecast.months")}
            >
              <table className="table forecast-table">
                <thead>
                  <tr>
                    <th />
                    {months.map((m) => (
                      <th key={m} className={`num ${m === now ? "now" : ""}`}>
                        {shortMonth(m)}
                      </th>
                    ))}
                    <th className="num">{t("forecast.total")}</th>
                  </tr>
                </thead>
                <tbody>
                  <tr className="forecast-bars">
                    <td />
                    {months.map((m) => {
                      const x = f.sums.get("")?.get(m) ?? none();
                      return (
                        <td key={m}>
                          <span className="forecast-bar-box" aria-hidden="true">
                            <span
                              className="b-weighted"
                              style={{ height: share(x.won + x.weighted) }}
                            />
                            <span className="b-won" style={{ height: share(x.won) }} />
                            {x.target > 0n && (
                              <span className="b-target" style={{ bottom: share(x.target) }} />
                            )}
                            {x.last > 0n && (
                              <span className="b-last" style={{ bottom: share(x.last) }} />
                            )}
                          </span>
                        </td>
                      );
                    })}
                    <td>
                      <ul className="forecast-key">
                        {(["won", "weighted", "target", "last"] as const).map((k) => (
                          <li key={k}>
                            <span className={`k-${k}`} />
                            {t(`forecast.${k}`)}
                          </li>
                        ))}
                      </ul>
                    </td>
                  </tr>
                  {MEASURES.map((m) => (
                    <tr key={m} className={m === "forecast" ? "strong" : ""}>
                      <th scope="row">{t(`forecast.${m}`)}</th>
                      {months.map((month) => (
                        <td key={month} className={`num ${month === now ? "now" : ""}`}>
                          {figure(m, f.sums.get("")?.get(month) ?? none(), month, month)}
                        </td>
                      ))}
                      <td className="num">{figure(m, all, first, last)}</td>
                    </tr>
                  ))}
                  <tr>
                    <th scope="row">{t("forecast.rate")}</th>
                    {months.map((m) => (
                      <td key={m} className={`num ${m === now ? "now" : ""}`}>
                        {rate(f.sums.get("")?.get(m) ?? none())}
                      </td>
                    ))}
                    <td className="num">{rate(all)}</td>
                  </tr>
                </tbody>
              </table>
            </div>
            {f.undated > 0 && (
              <p className="warn-text">
                {t("forecast.undated", { n: f.undated })}{" "}
                <Link
                  to="/o/$plural"
                  params={{ plural: object.plural }}
                  search={{
                    f: JSON.stringify([
                      [object.stage_field, "eq", "open()"],
                      ["expected_close", "empty"],
                    ]),
                  }}
                >
                  {t("forecast.show")}
                </Link>
              </p>
            )}
            <SumMark
              of={{ unconverted: f.unconverted, converted: f.answers.data?.open.converted }}
              long
            />
          </section>
          <section className="panel stack" aria-labelledby="forecast-who">
            <div className="panel-head">
              <h2 id="forecast-who">{t(`forecast.by.${by}`)}</h2>
              <Select
                className="fit small"
                aria-label={t("forecast.measure")}
                value={measure}
                onChange={(e) =>
                  setUrl({ measure: e.target.value === "forecast" ? undefined : e.target.value })
                }
              >
                {MEASURES.map((m) => (
                  <option key={m} value={m}>
                    {t(`forecast.${m}`)}
                  </option>
                ))}
              </Select>
            </div>
            {f.rows.length === 0 ? (
              <p className="muted empty-line">{t("chart.none")}</p>
            ) : (
              <div
                className="table-wrap"
                role="region"
                tabIndex={0}
                aria-label={t(`forecast.by.${by}`)}
              >
                <table className="table forecast-table">
                  <thead>
                    <tr>
                      <th>{t(`forecast.by.${by}`)}</th>
                      {months.map((m) => (
                        <th key={m} className={`num ${m === now ? "now" : ""}`}>
                          {shortMonth(m)}
                        </th>
                      ))}
                      <th className="num">{t("forecast.total")}</th>
                      <th className="num">{t("forecast.target")}</th>
                      <th className="num">{t("forecast.rate")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {f.rows.map((w) => {
                      const row = f.table.get(w.id);
                      const whole = total(row, months);
                      return (
                        <tr key={w.id || "nobody"}>
                          <th scope="row" style={{ paddingLeft: 8 + w.depth * 16 }}>
                            {w.name || t("forecast.nobody")}
                          </th>
                          {months.map((m) => {
                            const x = row?.get(m) ?? none();
                            const p = percentOf(x.won + x.weighted, x.target);
                            return (
                              <td key={m} className={`num ${m === now ? "now" : ""}`}>
                                {figure(measure, x, m, m, w)}
                                {measure === "forecast" && p !== undefined && (
                                  <small className={p < 100 ? "muted" : "good-text"}>
                                    {Math.round(p)}%
                                  </small>
                                )}
                              </td>
                            );
                          })}
                          <td className="num">{figure(measure, whole, first, last, w)}</td>
                          <td className="num">{figure("target", whole, first, last, w)}</td>
                          <td className="num">{rate(whole)}</td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
            )}
          </section>
        </div>
      )}
    </>
  );
}

const shortMonth = (m: string) => `${m.slice(0, 4)}/${Number(m.slice(5, 7))}`;
