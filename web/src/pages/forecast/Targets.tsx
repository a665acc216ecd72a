import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh, useMe } from "../../api/queries";
import type { Money, ObjectMeta, RecordData, Reference } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { useUrl } from "../../hooks/useUrl";
import { grouped, plainNumber, today } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { monthsFrom, treeOf } from "./figures";
import { usePeople } from "./useForecast";

interface Line {
  key: string;
  name: string;
  depth: number;
  /** Of a person, or of a department as a whole. */
  owner?: string;
  department?: string;
}

/** The amounts to be reached, a month a column: typed in as in a spreadsheet, kept at once. */
export default function Targets({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const currency = useMe().data?.company.currency ?? "TWD";
  const year = /^\d{4}$/.test(url.year ?? "") ? Number(url.year) : Number(today().slice(0, 4));
  const months = monthsFrom(`${year}-01`, 12);
  const who = usePeople();
  const list = useQuery({
    queryKey: ["list", object.plural, "grid", year],
    queryFn: async ({ signal }) => {
      const out: RecordData[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.list(
          object.plural,
          {
            filter: `month >= "${year}-01-01" AND month <= "${year}-12-31"`,
            fields: "month,owner,department,amount",
            limit: 500,
            count: "none",
            cursor,
          },
          signal,
        );
        out.push(...page.records);
        cursor = page.next ?? undefined;
      } while (cursor && out.length < 20_000);
      return out;
    },
  });
  if (who.isPending || list.isPending) return <Skeleton rows={10} />;
  if (who.isError) return <ErrorState error={who.error} retry={() => who.refetch()} />;
  if (list.isError) return <ErrorState error={list.error} retry={() => list.refetch()} />;

  const idOf = (v: unknown) => (v as Reference | null | undefined)?.id;
  const found = new Map<string, RecordData>();
  for (const r of list.data) {
    const owner = idOf(r.owner);
    const key = owner ? `u${owner}` : `d${idOf(r.department) ?? ""}`;
    found.set(`${key} ${String(r.month).slice(0, 7)}`, r);
  }
  const lines: Line[] = [];
  const placed = new Set<string>();
  for (const d of treeOf(who.data.departments)) {
    lines.push({ key: `d${d.id}`, name: d.name, depth: d.depth, department: d.id });
    for (const p of who.data.people) {
      const used = months.some((m) => found.has(`u${p.id} ${m}`));
      if (idOf(p.department) !== d.id || (p.active === false && !used)) continue;
      placed.add(p.id);
      lines.push({ key: `u${p.id}`, name: String(p.name), depth: d.depth + 1, owner: p.id });
    }
  }
  for (const p of who.data.people) {
    if (!placed.has(p.id) && p.active !== false && !idOf(p.department)) {
      lines.push({ key: `u${p.id}`, name: String(p.name), depth: 0, owner: p.id });
    }
  }
  const may = !!object.access.assign && !!object.access.create;
  const shown = may ? lines : lines.filter((l) => months.some((m) => found.has(`${l.key} ${m}`)));
  return (
    <section className="panel stack">
      <div className="panel-head">
        <div className="row">
          <Button
            small
            aria-label={t("targets.earlier")}
            onClick={() => setUrl({ year: `${year - 1}` })}
          >
            <Icon name="left" size={14} />
          </Button>
          <h2 className="num">{year}</h2>
          <Button
            small
            aria-label={t("targets.later")}
            onClick={() => setUrl({ year: `${year + 1}` })}
          >
            <Icon name="right" size={14} />
          </Button>
        </div>
        <span className="muted">{t(may ? "targets.text" : "targets.read", { currency })}</span>
      </div>
      {shown.length === 0 ? (
        <p className="muted empty-line">{t("targets.none")}</p>
      ) : (
        <div className="table-wrap" role="region" tabIndex={0} aria-label={object.label_plural}>
          <table className="table forecast-table targets">
            <thead>
              <tr>
                <th>{t("forecast.by.person")}</th>
                {months.map((m) => (
                  <th key={m} className="num">
                    {t("targets.month", { n: Number(m.slice(5)) })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((l) => (
                <tr key={l.key} className={l.department ? "strong" : ""}>
                  <th scope="row" style={{ paddingLeft: 8 + l.depth * 16 }}>
                    {l.name}
                  </th>
                  {months.map((m) => (
                    <td key={m} className="num">
                      <Amount
                        object={object}
                        line={l}
                        month={m}
                        record={found.get(`${l.key} ${m}`)}
                        may={may}
                        currency={currency}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** One amount; Enter or leaving it keeps it, Esc gives back what was there. */
function Amount({
  object,
  line,
  month,
  record,
  may,
  currency,
}: {
  object: ObjectMeta;
  line: Line;
  month: string;
  record: RecordData | undefined;
  may: boolean;
  currency: string;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const money = record?.amount as Money | null | undefined;
  const kept = money ? money.amount.replace(/\.0+$/, "") : "";
  const [text, setText] = useState<string>();
  const [bad, setBad] = useState(false);
  if (!may || (money && money.currency !== currency)) {
    return (
      <>
        {money ? `${money.currency === currency ? "" : `${money.currency} `}${grouped(kept)}` : ""}
      </>
    );
  }
  async function keep() {
    const next = plainNumber(text ?? kept);
    if (text === undefined || next === kept) return setText(undefined);
    try {
      if (!next && record) {
        await api.patch(
          object.plural,
          record.id,
          { amount: { amount: "0", currency } },
          record.version,
        );
      } else if (record) {
        await api.patch(
          object.plural,
          record.id,
          { amount: { amount: next, currency } },
          record.version,
        );
      } else if (next) {
        await api.create(object.plural, {
          month: `${month}-01`,
          owner: line.owner ?? null,
          ...(line.department ? { department: line.department } : {}),
          amount: { amount: next, currency },
        });
      }
      setBad(false);
      refresh(object.plural);
      setText(undefined);
    } catch (e) {
      setBad(true);
      toast(errorText(e), { bad: true });
    }
  }
  return (
    <input
      className="input target-amount"
      inputMode="decimal"
      aria-label={t("targets.of", { who: line.name, month })}
      aria-invalid={bad || undefined}
      value={text ?? grouped(kept)}
      onFocus={(e) => e.target.select()}
      onChange={(e) => setText(e.target.value)}
      onBlur={() => void keep()}
      onKeyDown={(e) => {
        if (isComposing(e)) return;
        if (e.key === "Enter") {
          e.preventDefault();
          const cell = e.currentTarget.closest("td");
          const at = cell?.cellIndex ?? 0;
          const row = cell?.parentElement?.nextElementSibling as HTMLTableRowElement | null;
          const below = row?.cells[at]?.querySelector("input");
          if (below) below.focus();
          else e.currentTarget.blur();
        }
        if (e.key === "Escape") {
          setText(undefined);
          setBad(false);
        }
      }}
    />
  );
}
