import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useMe } from "../../api/queries";
import type { ObjectMeta, Option } from "../../api/types";
import { SumMark } from "../../fields/money/SumMark";
import { useUrl } from "../../hooks/useUrl";
import { grouped, money } from "../../lib/format";
import { pipelinesOf } from "../../lib/stages";
import { Select } from "../../ui/Input";
import { ErrorState, Skeleton } from "../../ui/State";
import type { Chip } from "../../views/list/filter";
import { both, Who, whoChips, whoFilter } from "./who";

const PERIODS: Record<string, string> = {
  all: "",
  month: "this_month()",
  quarter: "today(-90)",
  year: "this_year()",
};

export interface Step {
  option: Option;
  count: number;
  amount: string;
  /** How many are here or went further. */
  reached: number;
  /** Of those who reached the step before, the share that reached this one; none for the first. */
  conversion?: number;
}

/** The funnel's steps out of counts per stage: lost deals stand beside it, won ones at its end. */
export function steps(
  options: Option[],
  rows: { group: unknown[]; measures: unknown[] }[],
): Step[] {
  const by = new Map(rows.map((r) => [String(r.group[0]), r.measures]));
  const path = options.filter((o) => o.kind !== "lost");
  const out: Step[] = path.map((option) => {
    const [n, amount] = by.get(option.value) ?? [];
    return { option, count: Number(n ?? 0), amount: String(amount ?? "0"), reached: 0 };
  });
  let further = 0;
  for (let i = out.length - 1; i >= 0; i--) {
    const s = out[i] as Step;
    further += s.count;
    s.reached = further;
  }
  out.forEach((s, i) => {
    const before = out[i - 1];
    if (before && before.reached > 0) s.conversion = s.reached / before.reached;
  });
  return out;
}

const percent = (x: number | undefined) => (x === undefined ? "" : `${Math.round(x * 100)}%`);

/** Opportunities by stage: counts, amounts, and how many go on to the next. */
export default function Funnel({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const currency = useMe().data?.company.currency ?? "TWD";
  const stage = object.fields.find((f) => f.name === object.stage_field);
  const who = url.fwho ?? "all";
  const period = url.period && url.period in PERIODS ? url.period : "all";
  const since = PERIODS[period] ?? "";
  const sums = useQuery({
    queryKey: ["aggregate", object.plural, "funnel", who, period],
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        {
          filter: both(whoFilter(who), since && `created_at >= ${since}`),
          group: [{ field: stage?.name }],
          measures: [{ fn: "count" }, { fn: "sum", field: "amount" }],
        },
        signal,
      ),
    placeholderData: (before) => before,
    retry: false,
  });
  const pipelines = pipelinesOf(object);
  const pipeline = pipelines.find((p) => p.value === url.fpipe) ?? pipelines[0];
  const options = pipeline?.stages ?? [];
  const path = steps(options, sums.data?.rows ?? []);
  const lost = options.filter((o) => o.kind === "lost");
  const by = new Map((sums.data?.rows ?? []).map((r) => [String(r.group[0]), r.measures]));
  const widest = Math.max(1, path[0]?.reached ?? 1);
  const total = options.reduce((n, o) => n + Number(by.get(o.value)?.[0] ?? 0), 0);
  const search = (value: string) => {
    const chips: Chip[] = [[stage?.name ?? "", "in", [value]], ...whoChips(who)];
    if (since) chips.push(["created_at", "gte", since]);
    return { f: JSON.stringify(chips) };
  };
  return (
    <section className="panel chart" aria-labelledby="funnel-title">
      <div className="panel-head">
        <h2 id="funnel-title">{t("funnel.title")}</h2>
        <div className="row">
          {pipelines.length > 1 && (
            <Select
              className="fit small"
              aria-label={object.fields.find((f) => f.name === object.pipeline_field)?.label}
              value={pipeline?.value}
              onChange={(e) => setUrl({ fpipe: e.target.value })}
            >
              {pipelines.map((p) => (
                <option key={p.value} value={p.value}>
                  {p.label}
                </option>
              ))}
            </Select>
          )}
          <Who
            label={t("chart.who")}
            value={who}
            onChange={(v) => setUrl({ fwho: v === "all" ? undefined : v })}
          />
          <Select
            className="fit small"
            aria-label={t("chart.period")}
            value={period}
            onChange={(e) =>
              setUrl({ period: e.target.value === "all" ? undefined : e.target.value })
            }
          >
            {Object.keys(PERIODS).map((p) => (
              <option key={p} value={p}>
                {t(`period.${p}`)}
              </option>
            ))}
          </Select>
        </div>
      </div>
      {sums.isPending ? (
        <Skeleton rows={5} />
      ) : sums.isError ? (
        <ErrorState error={sums.error} retry={() => sums.refetch()} />
      ) : total === 0 ? (
        <p className="muted empty-line">{t("chart.none")}</p>
      ) : (
        <div className="chart-both">
          <div className="funnel" aria-hidden="true">
            {path.map((s, i) => (
              <div key={s.option.value} className="funnel-step">
                {i > 0 && <span className="funnel-conv">↓ {percent(s.conversion)}</span>}
                <Link
                  tabIndex={-1}
                  className={`funnel-bar ${s.option.kind === "won" ? "won" : ""}`}
                  style={{ width: `${Math.max(12, (s.reached / widest) * 100)}%` }}
                  to="/o/$plural"
                  params={{ plural: object.plural }}
                  search={search(s.option.value)}
                >
                  {s.option.label} · {grouped(String(s.reached))}
                </Link>
              </div>
            ))}
          </div>
          <div
            className="table-wrap"
            role="region"
            tabIndex={0}
            aria-label={t("chart.table", { what: t("funnel.title") })}
          >
            <table className="table">
              <thead>
                <tr>
                  <th>{stage?.label}</th>
                  <th className="num">{t("funnel.now")}</th>
                  <th className="num">{t("funnel.amount")}</th>
                  <th className="num">{t("funnel.reached")}</th>
                  <th className="num">{t("funnel.conversion")}</th>
                </tr>
              </thead>
              <tbody>
                {[...path, ...lost.map((option) => ({ option }) as Step)].map((s) => {
                  const [n, amount] = by.get(s.option.value) ?? ["0", "0"];
                  return (
                    <tr key={s.option.value}>
                      <th scope="row">
                        <Link
                          to="/o/$plural"
                          params={{ plural: object.plural }}
                          search={search(s.option.value)}
                        >
                          {s.option.label}
                        </Link>
                      </th>
                      <td className="num">{grouped(String(n))}</td>
                      <td className="num">{money({ amount: String(amount ?? "0"), currency })}</td>
                      <td className="num">
                        {s.reached === undefined ? "" : grouped(String(s.reached))}
                      </td>
                      <td className="num">{percent(s.conversion)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
            <SumMark of={sums.data} long />
          </div>
        </div>
      )}
    </section>
  );
}
