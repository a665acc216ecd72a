import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Answer, Column, Row } from "../../api/analyses";
import { drill } from "./drill";
import { change, shown } from "./values";

function Cell({
  answer,
  row,
  measure,
  value,
  column,
}: {
  answer: Answer;
  row: Row;
  measure: number;
  value: string | null | undefined;
  column?: Column;
}) {
  const m = answer.measures[measure];
  const unit = m?.unit ?? "count";
  const linked = (v: string | null | undefined, before?: boolean) => {
    const to = Number(v ?? 0) ? drill(answer, row, measure, { before, column }) : undefined;
    const text = shown(v, unit, answer.currency);
    return to ? (
      <Link to="/o/$plural" params={{ plural: to.plural }} search={{ filter: to.filter }}>
        {text}
      </Link>
    ) : (
      <span className={Number(v ?? 0) ? "" : "muted"}>{text}</span>
    );
  };
  const was = column ? undefined : row.before?.[measure];
  const differs = column ? undefined : change(value, was, unit);
  const good = differs && (m?.less ? differs.down : differs.up);
  return (
    <td className="num">
      {linked(value)}
      {row.before && !column && (
        <span className="was">
          {linked(was, true)}
          {differs && (
            <span className={differs.text === "=" ? "muted" : good ? "good" : "bad"}>
              {differs.text}
            </span>
          )}
        </span>
      )}
    </td>
  );
}

/** The answer as a table: for whoever reads figures rather than pictures, and for screen readers. */
export function AnalysisTable({ answer }: { answer: Answer }) {
  const { t } = useTranslation();
  const traits = answer.shape === "traits";
  const split = answer.columns;
  const chosen = answer.measures.findIndex((m) => m.name === answer.settings.measure);
  const cohorts = answer.shape === "funnel" && !!split;
  // Beside the columns of a second dimension stands what they come to.
  const measures = answer.measures
    .map((_, i) => i)
    .filter((i) => !split || cohorts || i === chosen);
  const line = (r: Row, total?: boolean) => (
    <tr key={total ? "total" : r.key} className={total ? "strong" : r.small ? "faint" : undefined}>
      <th scope="row">
        {r.label}
        {r.group && <span className="muted small"> {r.group}</span>}
        {r.before_label && <span className="was muted">{r.before_label}</span>}
      </th>
      {split?.map((c, i) => (
        <Cell
          key={c.key}
          answer={answer}
          row={r}
          measure={cohorts ? 0 : chosen}
          value={r.cells?.[i]}
          column={c}
        />
      ))}
      {measures.map((i) => (
        <Cell
          key={answer.measures[i]?.name}
          answer={answer}
          row={r}
          measure={i}
          value={r.values[i]}
        />
      ))}
      {traits && <td className="said">{r.text}</td>}
    </tr>
  );
  return (
    <div
      className="table-wrap analysis-table"
      role="region"
      tabIndex={0}
      aria-label={t("chart.table", { what: answer.label })}
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{answer.dimension.label}</th>
            {split?.map((c) => (
              <th key={c.key} scope="col" className="num">
                {c.label}
              </th>
            ))}
            {measures.map((i) => (
              <th key={answer.measures[i]?.name} scope="col" className="num">
                {split && !cohorts ? t("chart.sum") : answer.measures[i]?.label}
              </th>
            ))}
            {traits && <th scope="col">{t("analysis.finding")}</th>}
          </tr>
        </thead>
        <tbody>
          {answer.rows.map((r) => line(r))}
          {answer.rows.length > 0 && line(answer.total, true)}
        </tbody>
      </table>
    </div>
  );
}
