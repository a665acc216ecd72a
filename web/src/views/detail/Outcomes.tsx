import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useMe, useObjects } from "../../api/queries";
import type { ObjectMeta, RecordData } from "../../api/types";
import { grouped, money } from "../../lib/format";
import { stageField } from "../../lib/stages";
import type { Chip } from "../list/filter";

/** Where something can be what a record was lost to: the object, its field, the link between both. */
export function foughtOver(parent: ObjectMeta, all: ObjectMeta[]) {
  for (const o of all) {
    const asked = (stageField(o)?.options ?? [])
      .filter((s) => s.kind === "lost")
      .flatMap((s) => [...(s.needs ?? []), ...(s.asks ?? [])]);
    const lostTo = o.fields.find(
      (f) => asked.includes(f.name) && f.type === "reference" && f.targets?.[0] === parent.name,
    );
    const ends = (l: ObjectMeta) =>
      l.links?.map((e) => l.fields.find((f) => f.name === e)?.targets?.[0]) ?? [];
    const link = all.find((l) => ends(l).includes(o.name) && ends(l).includes(parent.name));
    const end = link?.links?.find(
      (e) => link.fields.find((f) => f.name === e)?.targets?.[0] === parent.name,
    );
    if (lostTo && link && end) return { object: o, lostTo, link, end };
  }
  return undefined;
}

/** How often a competitor was met, and how that ended. */
export function Outcomes({ parent, record }: { parent: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const over = foughtOver(parent, useObjects().data?.objects ?? []);
  const currency = useMe().data?.company.currency ?? "TWD";
  const stage = over?.object.stage_field ?? "";
  const met = over ? `${over.link.plural}.any(${over.end} = "${record.id}")` : "";
  const beaten = over ? `${over.lostTo.name} = "${record.id}"` : "";
  const sums = useQuery({
    queryKey: ["aggregate", over?.object.plural, "outcomes", record.id],
    enabled: !!over,
    retry: false,
    queryFn: async ({ signal }) => {
      const ask = (kind: string) =>
        api.aggregate(
          over?.object.plural ?? "",
          {
            filter:
              kind === "lost_to"
                ? `${beaten} AND ${stage} = lost()`
                : `(${met} OR ${beaten}) AND ${stage} = ${kind}()`,
            measures: [{ fn: "count" }, { fn: "sum", field: "amount" }],
          },
          signal,
        );
      const kinds = ["open", "won", "lost", "lost_to"] as const;
      const answers = await Promise.all(kinds.map(ask));
      return kinds.map((kind, i) => ({
        kind,
        count: Number(answers[i]?.rows[0]?.measures[0] ?? 0),
        amount: String(answers[i]?.rows[0]?.measures[1] ?? "0"),
      }));
    },
  });
  if (!over || !sums.data) return null;
  const n = Object.fromEntries(sums.data.map((x) => [x.kind, x.count])) as Record<string, number>;
  const closed = (n.won ?? 0) + (n.lost ?? 0);
  const search = (kind: string) => {
    const chips: Chip[] = [[stage, "eq", `${kind === "lost_to" ? "lost" : kind}()`]];
    if (kind === "lost_to") chips.push([over.lostTo.name, "eq", record.id]);
    else return { f: JSON.stringify(chips), filter: `${met} OR ${beaten}` };
    return { f: JSON.stringify(chips) };
  };
  return (
    <section className="panel" aria-labelledby="outcomes">
      <div className="panel-head">
        <h2 id="outcomes">{t("outcomes")}</h2>
        {closed > 0 && (
          <span className="muted num">
            {t("outcomes.rate", { n: Math.round(((n.won ?? 0) / closed) * 100) })}
          </span>
        )}
      </div>
      <table className="table">
        <tbody>
          {sums.data.map((x) => (
            <tr key={x.kind}>
              <th scope="row">{t(`outcomes.${x.kind}`)}</th>
              <td className="num">
                {x.count ? (
                  <Link
                    to="/o/$plural"
                    params={{ plural: over.object.plural }}
                    search={search(x.kind)}
                  >
                    {grouped(String(x.count))}
                  </Link>
                ) : (
                  "0"
                )}
              </td>
              <td className="num muted">
                {x.count ? money({ amount: x.amount || "0", currency }) : ""}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
