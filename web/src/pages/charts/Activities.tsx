import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { grouped, plusDays, today, weekday } from "../../lib/format";
import { Select } from "../../ui/Input";
import { ErrorState, Skeleton } from "../../ui/State";
import type { Chip } from "../../views/list/filter";
import { Columns, Legend } from "./Columns";
import { both, Who, whoChips, whoFilter } from "./who";

const WEEKS = 8;
const MOST = 6; // people told apart; the others are one colour

interface Row {
  week: number;
  kind: string;
  owner: string;
  count: number;
}

/** Calls, visits and the like week by week, by kind or by person. */
export default function Activities({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const who = url.awho ?? "all";
  const by = url.aby === "owner" ? "owner" : "kind";
  const kind = object.fields.find((f) => f.name === "kind");
  const monday = plusDays(today(), -((weekday(today()) + 6) % 7));
  const weeks = Array.from({ length: WEEKS }, (_, i) => plusDays(monday, 7 * (i - WEEKS + 1)));
  const counts = useQuery({
    queryKey: ["aggregate", object.plural, "weeks", who, monday],
    queryFn: async ({ signal }): Promise<Row[]> => {
      const all = await Promise.all(
        weeks.map((from) =>
          api.aggregate(
            object.plural,
            {
              filter: both(whoFilter(who), `at >= "${from}"`, `at < "${plusDays(from, 7)}"`),
              group: [{ field: "kind" }, { field: "owner" }],
              measures: [{ fn: "count" }],
            },
            signal,
          ),
        ),
      );
      return all.flatMap((a, week) =>
        a.rows.map((r) => ({
          week,
          kind: String(r.group[0] ?? ""),
          owner: idOf(r.group[1]),
          count: Number(r.measures[0]),
        })),
      );
    },
    placeholderData: (before) => before,
    retry: false,
  });
  const rows = counts.data ?? [];
  const people = useQuery({
    queryKey: ["names", [...new Set(rows.map((r) => r.owner))].sort().join()],
    enabled: by === "owner" && rows.length > 0,
    staleTime: 300_000,
    queryFn: async () => {
      const ids = [...new Set(rows.map((r) => r.owner))].filter(Boolean).slice(0, 100);
      const list = await api.list("users", {
        filter: `id IN (${ids.map((i) => `"${i}"`).join(", ")})`,
        limit: 100,
        count: "none",
      });
      return Object.fromEntries(list.records.map((u) => [u.id, String(u.name)]));
    },
    retry: false,
  });
  const total = new Map<string, number>();
  for (const r of rows) total.set(r[by], (total.get(r[by]) ?? 0) + r.count);
  const order =
    by === "kind"
      ? (kind?.options ?? []).map((o) => o.value).filter((v) => total.has(v))
      : [...total].sort((a, b) => b[1] - a[1]).map(([k]) => k);
  const shown = by === "owner" && order.length > MOST + 1 ? order.slice(0, MOST) : order;
  const name = (key: string) =>
    by === "kind"
      ? (kind?.options?.find((o) => o.value === key)?.label ?? key)
      : (people.data?.[key] ?? "…");
  const perWeek = (keep: (key: string) => boolean) =>
    weeks.map((_, w) => rows.reduce((n, r) => n + (r.week === w && keep(r[by]) ? r.count : 0), 0));
  const series = shown.map((key) => ({ key, name: name(key), values: perWeek((k) => k === key) }));
  if (shown.length < order.length) {
    series.push({ key: "", name: t("chart.others"), values: perWeek((k) => !shown.includes(k)) });
  }
  const search = (key?: string) => {
    const chips: Chip[] = [["at", "gte", weeks[0] ?? ""], ...whoChips(who)];
    if (key) chips.unshift(by === "kind" ? ["kind", "in", [key]] : ["owner", "eq", key]);
    return { f: JSON.stringify(chips) };
  };
  const short = (d: string) => `${Number(d.slice(5, 7))}/${Number(d.slice(8, 10))}`;
  return (
    <section className="panel chart" aria-labelledby="weeks-title">
      <div className="panel-head">
        <h2 id="weeks-title">{t("weeks.title")}</h2>
        <div className="row">
          <Who
            label={t("chart.who")}
            value={who}
            onChange={(v) => setUrl({ awho: v === "all" ? undefined : v })}
          />
          <Select
            className="fit small"
            aria-label={t("weeks.by")}
            value={by}
            onChange={(e) =>
              setUrl({ aby: e.target.value === "kind" ? undefined : e.target.value })
            }
          >
            <option value="kind">{t("weeks.by.kind")}</option>
            <option value="owner">{t("weeks.by.owner")}</option>
          </Select>
        </div>
      </div>
      {counts.isPending ? (
        <Skeleton rows={5} />
      ) : counts.isError ? (
        <ErrorState error={counts.error} retry={() => counts.refetch()} />
      ) : rows.length === 0 ? (
        <p className="muted empty-line">{t("weeks.none")}</p>
      ) : (
        <div className="chart-both">
          <div>
            <Columns labels={weeks.map(short)} series={series} />
            <Legend names={series.map((s) => s.name)} />
          </div>
          <div
            className="table-wrap"
            role="region"
            tabIndex={0}
            aria-label={t("chart.table", { what: t("weeks.title") })}
          >
            <table className="table">
              <thead>
                <tr>
                  <th>{t(`weeks.by.${by}`)}</th>
                  {weeks.map((w) => (
                    <th key={w} className="num">
                      {short(w)}
                    </th>
                  ))}
                  <th className="num">{t("chart.sum")}</th>
                </tr>
              </thead>
              <tbody>
                {series.map((s) => (
                  <tr key={s.key}>
                    <th scope="row">
                      {s.key ? (
                        <Link
                          to="/o/$plural"
                          params={{ plural: object.plural }}
                          search={search(s.key)}
                        >
                          {s.name}
                        </Link>
                      ) : (
                        s.name
                      )}
                    </th>
                    {s.values.map((v, i) => (
                      <td key={weeks[i]} className={`num ${v ? "" : "muted"}`}>
                        {v}
                      </td>
                    ))}
                    <td className="num">{grouped(String(s.values.reduce((a, b) => a + b, 0)))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </section>
  );
}

const idOf = (v: unknown): string =>
  v && typeof v === "object" ? String((v as { id?: string }).id ?? "") : String(v ?? "");
