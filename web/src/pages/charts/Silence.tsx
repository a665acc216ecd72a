import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { grouped } from "../../lib/format";
import { ErrorState, Skeleton } from "../../ui/State";
import type { Chip } from "../../views/list/filter";
import { Legend } from "./Columns";
import { both, Who, whoChips, whoFilter } from "./who";

/** How long ago the last contact was, as conditions of the filter. */
const SPANS: { key: string; text: string; chips: Chip[] }[] = [
  {
    key: "week",
    text: "last_contact_at >= today(-7)",
    chips: [["last_contact_at", "gte", "today(-7)"]],
  },
  {
    key: "month",
    text: "last_contact_at < today(-7) AND last_contact_at >= today(-30)",
    chips: [
      ["last_contact_at", "lt", "today(-7)"],
      ["last_contact_at", "gte", "today(-30)"],
    ],
  },
  {
    key: "quarter",
    text: "last_contact_at < today(-30) AND last_contact_at >= today(-90)",
    chips: [
      ["last_contact_at", "lt", "today(-30)"],
      ["last_contact_at", "gte", "today(-90)"],
    ],
  },
  {
    key: "longer",
    text: "last_contact_at < today(-90)",
    chips: [["last_contact_at", "lt", "today(-90)"]],
  },
  { key: "never", text: "last_contact_at IS EMPTY", chips: [["last_contact_at", "empty"]] },
];

/** Customers by how long nobody has been in touch, level by level. */
export default function Silence({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const who = url.swho ?? "all";
  const level = object.fields.find((f) => f.name === "level");
  const counts = useQuery({
    queryKey: ["aggregate", object.plural, "silence", who],
    queryFn: async ({ signal }) => {
      const all = await Promise.all(
        SPANS.map((s) =>
          api.aggregate(
            object.plural,
            {
              filter: both(whoFilter(who), s.text),
              group: [{ field: "level" }],
              measures: [{ fn: "count" }],
            },
            signal,
          ),
        ),
      );
      return all.map((a) =>
        Object.fromEntries(a.rows.map((r) => [String(r.group[0] ?? ""), Number(r.measures[0])])),
      );
    },
    placeholderData: (before) => before,
    retry: false,
  });
  if (!level || !object.fields.some((f) => f.name === "last_contact_at")) return null;
  const data = counts.data ?? [];
  const levels = [
    ...(level.options ?? []).map((o) => ({ key: o.value, name: o.label })),
    { key: "", name: t("silence.no_level") },
  ].filter((l) => data.some((d) => d[l.key]));
  const names = SPANS.map((s) => t(`silence.${s.key}`));
  const most = Math.max(1, ...levels.map((l) => data.reduce((n, d) => n + (d[l.key] ?? 0), 0)));
  const search = (l: string, chips: Chip[]) => ({
    f: JSON.stringify([l ? ["level", "in", [l]] : ["level", "empty"], ...chips, ...whoChips(who)]),
  });
  return (
    <section className="panel chart" aria-labelledby="silence-title">
      <div className="panel-head">
        <h2 id="silence-title">{t("silence.title")}</h2>
        <Who
          label={t("chart.who")}
          value={who}
          onChange={(v) => setUrl({ swho: v === "all" ? undefined : v })}
        />
      </div>
      {counts.isPending ? (
        <Skeleton rows={5} />
      ) : counts.isError ? (
        <ErrorState error={counts.error} retry={() => counts.refetch()} />
      ) : levels.length === 0 ? (
        <p className="muted empty-line">{t("chart.none")}</p>
      ) : (
        <div className="chart-both">
          <div aria-hidden="true">
            <div className="hbars">
              {levels.map((l) => (
                <div key={l.key} className="hbar">
                  <span className="hbar-name">{l.name}</span>
                  <span className="hbar-track">
                    {SPANS.map((s, i) => {
                      const n = data[i]?.[l.key] ?? 0;
                      return (
                        n > 0 && (
                          <Link
                            key={s.key}
                            tabIndex={-1}
                            className={`b${i + 1}`}
                            style={{ width: `${(n / most) * 100}%` }}
                            title={`${names[i]} · ${n}`}
                            to="/o/$plural"
                            params={{ plural: object.plural }}
                            search={search(l.key, s.chips)}
                          />
                        )
                      );
                    })}
                  </span>
                </div>
              ))}
            </div>
            <Legend names={names} />
          </div>
          <div
            className="table-wrap"
            role="region"
            tabIndex={0}
            aria-label={t("chart.table", { what: t("silence.title") })}
          >
            <table className="table">
              <thead>
                <tr>
                  <th>{level.label}</th>
                  {names.map((n) => (
                    <th key={n} className="num">
                      {n}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {levels.map((l) => (
                  <tr key={l.key}>
                    <th scope="row">{l.name}</th>
                    {SPANS.map((s, i) => {
                      const n = data[i]?.[l.key] ?? 0;
                      return (
                        <td key={s.key} className="num">
                          {n ? (
                            <Link
                              to="/o/$plural"
                              params={{ plural: object.plural }}
                              search={search(l.key, s.chips)}
                            >
                              {grouped(String(n))}
                            </Link>
                          ) : (
                            <span className="muted">0</span>
                          )}
                        </td>
                      );
                    })}
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
