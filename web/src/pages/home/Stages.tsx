import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useMe } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { SumMark } from "../../fields/money/SumMark";
import { useUrl } from "../../hooks/useUrl";
import { grouped, money } from "../../lib/format";
import { isOpen, pipelinesOf } from "../../lib/stages";
import { Button } from "../../ui/Button";
import { Skeleton, useErrorText } from "../../ui/State";
import { whoChips, whoFilter } from "../charts/who";

/** Open opportunities, mine or those of others, stage by stage. */
export function Stages({ object, who }: { object: ObjectMeta; who: string | undefined }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [, setUrl] = useUrl();
  const currency = useMe().data?.company.currency ?? "TWD";
  const stage = object.fields.find((f) => f.name === object.stage_field);
  const pipelines = pipelinesOf(object).map((p) => ({ ...p, stages: p.stages.filter(isOpen) }));
  const open = pipelines.flatMap((p) => p.stages);
  const sums = useQuery({
    queryKey: ["home", "stages", object.plural, who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        {
          filter: whoFilter(who ?? ""),
          group: [{ field: stage?.name }],
          measures: [{ fn: "count" }, { fn: "sum", field: "amount" }],
        },
        signal,
      ),
    retry: false,
  });
  const byStage = new Map((sums.data?.rows ?? []).map((r) => [String(r.group[0]), r.measures]));
  const most = Math.max(1, ...open.map((o) => Number(byStage.get(o.value)?.[0] ?? 0)));
  const any = open.some((o) => byStage.has(o.value));
  return (
    <section className="panel" aria-labelledby="home-stages">
      <header>
        <h2 id="home-stages">{t(who === "me" ? "home.stages" : "home.stages_all")}</h2>
        <Link
          to="/o/$plural/board"
          params={{ plural: object.plural }}
          search={{ f: JSON.stringify(whoChips(who ?? "me")) }}
        >
          {t("view.board")}
        </Link>
      </header>
      {sums.isPending ? (
        <Skeleton rows={4} />
      ) : sums.isError ? (
        <p className="muted">{errorText(sums.error)}</p>
      ) : !any ? (
        <div className="empty-box">
          <p className="muted">{t("home.stages_none")}</p>
          {object.access.create && (
            <Button small onClick={() => setUrl({ create: object.name }, { push: true })}>
              {t("new.of", { what: object.label })}
            </Button>
          )}
        </div>
      ) : (
        <>
          {pipelines
            .filter((p) => p.stages.some((o) => byStage.has(o.value)))
            .map((p, _, shown) => (
              <div key={p.value}>
                {shown.length > 1 && <h3 className="stage-line">{p.label}</h3>}
                <ul className="stage-bars">
                  {p.stages.map((o) => {
                    const [n, amount] = byStage.get(o.value) ?? [0, "0"];
                    return (
                      <li key={o.value}>
                        <Link
                          to="/o/$plural"
                          params={{ plural: object.plural }}
                          search={{
                            f: JSON.stringify([
                              ...whoChips(who ?? "me"),
                              [stage?.name, "in", [o.value]],
                            ]),
                          }}
                        >
                          <span className="stage-name">{o.label}</span>
                          <span className="stage-track" aria-hidden="true">
                            <span style={{ width: `${(Number(n) / most) * 100}%` }} />
                          </span>
                          <span className="num">{grouped(String(n))}</span>
                          <span className="num muted">
                            {money({ amount: String(amount ?? "0"), currency })}
                          </span>
                        </Link>
                      </li>
                    );
                  })}
                </ul>
              </div>
            ))}
          <SumMark of={sums.data} long />
        </>
      )}
    </section>
  );
}
