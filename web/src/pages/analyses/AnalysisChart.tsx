import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Answer, Row } from "../../api/analyses";
import { nice } from "../charts/Columns";
import { drill, type Place } from "./drill";
import { headline, short, shown } from "./values";
import "./analyses.css";

/** So many groups are drawn; the table has all. */
const MOST = 15;
const COLORS = 7;

const num = (v: string | null | undefined): number => Number(v ?? 0);

/** How wide a text is about, in CSS pixels at 12 px: a Chinese character is as wide as high. */
const widthOf = (text: string): number =>
  [...text].reduce((n, c) => n + (c.charCodeAt(0) > 0x2e7f ? 12 : 6.7), 0);

function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let out = "";
  for (const c of text) {
    if (widthOf(out + c) > width - 12) break;
    out += c;
  }
  return `${out}…`;
}

/** The width of an element, as it changes. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const e = ref.current;
    if (!e) return;
    const watch = new ResizeObserver(() => setWidth(e.clientWidth));
    watch.observe(e);
    setWidth(e.clientWidth);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

/** Part of a picture that leads to the records behind it. */
function Part({
  to,
  label,
  children,
}: {
  to: Place | undefined;
  label: string;
  children: ReactNode;
}) {
  const whole = (
    <g>
      <title>{label}</title>
      {children}
    </g>
  );
  if (!to) return whole;
  return (
    <Link
      to="/o/$plural"
      params={{ plural: to.plural }}
      search={{ filter: to.filter }}
      aria-label={label}
      className="chart-part"
    >
      {whole}
    </Link>
  );
}

interface Drawn {
  answer: Answer;
  measure: number;
  rows: Row[];
  width: number;
}

/**
 * The picture of an answer: columns over time, bars of anything else, a funnel of stages. Each part
 * leads to its records. The table that belongs to it says the same in words.
 */
export function AnalysisChart({ answer, measure }: { answer: Answer; measure?: string }) {
  const { t } = useTranslation();
  const [ref, width] = useWidth();
  const wanted = answer.measures.findIndex((m) => m.name === (measure ?? answer.settings.measure));
  const traits = answer.shape === "traits";
  const cohorts = answer.shape === "funnel" && !!answer.columns;
  const at = traits ? 4 : cohorts ? 2 : Math.max(0, wanted);
  const m = answer.measures[at];
  const time = !!answer.dimension.time;
  const drawn = time ? answer.rows : answer.rows.slice(0, MOST);
  const any = answer.rows.some(
    (r) => num(r.values[at]) !== 0 || num(r.before?.[at]) !== 0 || !!r.cells?.some((c) => num(c)),
  );
  const props = { answer, measure: at, rows: drawn, width };
  return (
    <div className="analysis-chart" ref={ref}>
      {!m || !any ? (
        <p className="muted empty-line">{t("chart.none")}</p>
      ) : width < 40 ? null : answer.shape === "funnel" && !cohorts ? (
        <Funnel {...props} />
      ) : time ? (
        <Columns {...props} />
      ) : (
        <Bars {...props} />
      )}
      {any && <Key answer={answer} measure={m?.name} />}
      {any && answer.rows.length > drawn.length && (
        <p className="muted small">
          {t("analysis.more", { n: answer.rows.length - drawn.length })}
        </p>
      )}
    </div>
  );
}

/** What the colours mean, where there is more than one. */
function Key({ answer, measure }: { answer: Answer; measure: string | undefined }) {
  const { t } = useTranslation();
  const keys: [string, string][] = [];
  if (answer.shape === "traits") {
    keys.push(["b3", t("analysis.key.more")], ["b2", t("analysis.key.less")]);
    keys.push(["b-plain", t("analysis.key.alike")], ["b-line", t("analysis.key.all")]);
  } else if (answer.shape === "funnel" && !answer.columns) {
    return null;
  } else if (answer.shape === "" && answer.columns) {
    for (const [i, c] of answer.columns.entries()) keys.push([`b${(i % COLORS) + 1}`, c.label]);
  } else if (answer.before) {
    keys.push(["b1", answer.period.label], ["b-before", answer.before.label]);
  }
  const target = answer.measures.find((x) => x.name === "target" && measure === "amount");
  if (target && answer.dimension.time && !answer.columns) {
    if (!keys.length) keys.push(["b1", answer.period.label]);
    keys.push(["b-line", target.label]);
  }
  if (keys.length < 2) return null;
  return (
    <ul className="legend" aria-hidden="true">
      {keys.slice(0, 20).map(([look, name]) => (
        <li key={name}>
          <span className={`swatch ${look}`} />
          {name}
        </li>
      ))}
    </ul>
  );
}

/** What a part says when it is pointed at or read. */
function useSaid({ answer, measure }: Drawn) {
  const m = answer.measures[measure];
  return (label: string, value: string | null | undefined) =>
    `${label} · ${m?.label}: ${shown(value, m?.unit ?? "count", answer.currency)}`;
}

/** Columns over time, beside those of the other period; stacked where there is a second dimension. */
function Columns(drawn: Drawn) {
  const { answer, measure, rows, width } = drawn;
  const said = useSaid(drawn);
  const m = answer.measures[measure];
  const unit = m?.unit ?? "count";
  const stacked = answer.shape === "" && answer.columns;
  const target = answer.measures.findIndex((x) => x.name === "target" && m?.name === "amount");
  const height = 260;
  const left = 52;
  const bottom = 40;
  const top = 16;
  const sumOf = (r: Row) =>
    stacked
      ? (r.cells ?? []).reduce((n, c) => n + Math.max(0, num(c)), 0)
      : Math.max(
          num(r.values[measure]),
          num(r.before?.[measure]),
          target < 0 ? 0 : num(r.values[target]),
        );
  const most = Math.max(...rows.map(sumOf));
  const peak =
    unit === "share" ? Math.max(0.1, Math.ceil(most * 10) / 10) : nice(Math.max(1, most));
  const inner = height - bottom - top;
  const step = (width - left) / Math.max(1, rows.length);
  const two = !!answer.before && !stacked;
  const bar = Math.max(2, Math.min(46, step * (two ? 0.38 : 0.66)));
  const y = (v: number) => top + inner - (Math.max(0, v) / peak) * inner;
  const every = Math.max(1, Math.ceil(58 / step));
  return (
    <svg
      className="analysis-svg"
      width={width}
      height={height}
      role="group"
      aria-label={headline(answer, m?.label ?? "")}
    >
      {[0, 0.5, 1].map((f) => (
        <g key={f}>
          <line className="grid-line" x1={left} x2={width} y1={y(peak * f)} y2={y(peak * f)} />
          <text className="axis" x={left - 8} y={y(peak * f) + 4} textAnchor="end">
            {short(peak * f, unit)}
          </text>
        </g>
      ))}
      {rows.map((r, i) => {
        const middle = left + i * step + step / 2;
        const x = two ? middle - bar - 1 : middle - bar / 2;
        let base = 0;
        return (
          <g key={r.key}>
            {stacked ? (
              answer.columns?.map((c, n) => {
                const v = num(r.cells?.[n]);
                if (v <= 0) return null;
                const from = base;
                base += v;
                return (
                  <Part
                    key={c.key}
                    to={drill(answer, r, measure, { column: c })}
                    label={said(`${r.label} · ${c.label}`, r.cells?.[n])}
                  >
                    <rect
                      className={`c${(n % COLORS) + 1}`}
                      x={x}
                      width={bar}
                      y={y(base)}
                      height={Math.max(0.5, y(from) - y(base) - (from > 0 ? 1 : 0))}
                    />
                  </Part>
                );
              })
            ) : (
              <>
                <Part to={drill(answer, r, measure)} label={said(r.label, r.values[measure])}>
                  <rect
                    className="c1"
                    x={x}
                    width={bar}
                    y={y(num(r.values[measure]))}
                    height={Math.max(0, y(0) - y(num(r.values[measure])))}
                    rx={Math.min(2, bar / 3)}
                  />
                </Part>
                {two && (
                  <Part
                    to={drill(answer, r, measure, { before: true })}
                    label={said(r.before_label || answer.before?.label || "", r.before?.[measure])}
                  >
                    <rect
                      className="c-before"
                      x={middle + 1}
                      width={bar}
                      y={y(num(r.before?.[measure]))}
                      height={Math.max(0, y(0) - y(num(r.before?.[measure])))}
                      rx={Math.min(2, bar / 3)}
                    />
                  </Part>
                )}
                {target >= 0 && num(r.values[target]) > 0 && (
                  <g>
                    <title>
                      {`${r.label} · ${answer.measures[target]?.label}: ${shown(r.values[target], unit, answer.currency)}`}
                    </title>
                    <line
                      className="target-line"
                      x1={x - 3}
                      x2={x + bar + 3}
                      y1={y(num(r.values[target]))}
                      y2={y(num(r.values[target]))}
                    />
                  </g>
                )}
              </>
            )}
            {i % every === 0 && (
              <text className="axis" x={middle} y={height - 20} textAnchor="middle">
                {fitted(r.label.replace(/^\d{4}年(?=\d+月)/, ""), step * every - 4)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** Bars one below the other, the longest first. */
function Bars(drawn: Drawn) {
  const { answer, measure, rows, width } = drawn;
  const said = useSaid(drawn);
  const m = answer.measures[measure];
  const unit = m?.unit ?? "count";
  const traits = answer.shape === "traits";
  const stacked = answer.shape === "" && answer.columns;
  const nameOf = (r: Row) => (r.group ? `${r.label}（${r.group}）` : r.label);
  const names = Math.min(
    width * (width < 520 ? 0.36 : 0.3),
    Math.max(48, ...rows.map((r) => widthOf(nameOf(r)))) + 10,
  );
  const two = !!answer.before && !stacked;
  const high = two ? 34 : 26;
  const sumOf = (r: Row) =>
    stacked
      ? (r.cells ?? []).reduce((n, c) => n + Math.max(0, num(c)), 0)
      : Math.max(num(r.values[measure]), num(r.before?.[measure]));
  const most = Math.max(1e-9, ...rows.map(sumOf));
  const room = Math.max(40, width - names - 96);
  const long = (v: number) => Math.max(0, (Math.max(0, v) / most) * room);
  const all = traits ? num(answer.total.values[measure]) : 0;
  const height = rows.length * high + 8;
  return (
    <svg
      className="analysis-svg"
      width={width}
      height={height}
      role="group"
      aria-label={headline(answer, m?.label ?? "")}
    >
      {rows.map((r, i) => {
        const y = i * high + 4;
        const value = r.values[measure];
        let base = names;
        const tone = !traits ? "c1" : !r.sure ? "c-plain" : num(value) > all ? "c-more" : "c-less";
        return (
          <g key={r.key}>
            <text className="axis name" x={names - 8} y={y + 15} textAnchor="end">
              {fitted(nameOf(r), names - 10)}
              <title>{nameOf(r)}</title>
            </text>
            {stacked ? (
              answer.columns?.map((c, n) => {
                const w = long(num(r.cells?.[n]));
                if (w <= 0) return null;
                const x = base;
                base += w;
                return (
                  <Part
                    key={c.key}
                    to={drill(answer, r, measure, { column: c })}
                    label={said(`${r.label} · ${c.label}`, r.cells?.[n])}
                  >
                    <rect
                      className={`c${(n % COLORS) + 1}`}
                      x={x}
                      width={Math.max(0.5, w - 1)}
                      y={y + 2}
                      height={18}
                    />
                  </Part>
                );
              })
            ) : (
              <>
                <Part
                  to={drill(answer, r, traits ? 0 : measure)}
                  label={r.text ? `${nameOf(r)} · ${r.text}` : said(r.label, value)}
                >
                  <rect
                    className={tone}
                    x={names}
                    width={long(num(value)) && Math.max(1, long(num(value)))}
                    y={y + 2}
                    height={two ? 16 : 18}
                    rx={2}
                  />
                </Part>
                {two && (
                  <Part
                    to={drill(answer, r, measure, { before: true })}
                    label={said(`${r.label} · ${answer.before?.label}`, r.before?.[measure])}
                  >
                    <rect
                      className="c-before"
                      x={names}
                      width={long(num(r.before?.[measure]))}
                      y={y + 20}
                      height={8}
                      rx={2}
                    />
                  </Part>
                )}
              </>
            )}
            <text
              className="axis value"
              x={(stacked ? base : names + long(num(value))) + 6}
              y={y + 15}
            >
              {shown(stacked ? r.values[measure] : value, unit, answer.currency)}
            </text>
          </g>
        );
      })}
      {traits && all > 0 && (
        <line
          className="target-line"
          x1={names + long(all)}
          x2={names + long(all)}
          y1={0}
          y2={height}
        />
      )}
    </svg>
  );
}

/** The stages of a pipeline as bars that get narrower, with how many went on between them. */
function Funnel(drawn: Drawn) {
  const { answer, rows, width } = drawn;
  const { t } = useTranslation();
  const said = useSaid({ ...drawn, measure: 0 });
  const most = Math.max(1, ...rows.map((r) => num(r.values[0])));
  const names = Math.min(120, Math.max(56, ...rows.map((r) => widthOf(r.label))) + 12);
  const side = width < 520 ? 64 : 150;
  const room = Math.max(60, width - names - side);
  const high = 50;
  const bar = 30;
  const center = names + room / 2;
  const unit = "share" as const;
  return (
    <svg
      className="analysis-svg"
      width={width}
      height={rows.length * high}
      role="group"
      aria-label={headline(answer, answer.measures[0]?.label ?? "")}
    >
      {rows.map((r, i) => {
        const y = i * high + 2;
        const w = Math.max(3, (num(r.values[0]) / most) * room);
        const next = rows[i + 1];
        const w2 = next ? Math.max(3, (num(next.values[0]) / most) * room) : w;
        const days = r.values[5];
        const wide = widthOf(shown(r.values[0], "count")) + 12 < w;
        return (
          <g key={r.key}>
            <text className="axis name" x={names - 8} y={y + 20} textAnchor="end">
              {fitted(r.label, names - 10)}
            </text>
            {next && (
              <polygon
                className="funnel-slope"
                points={`${center - w / 2},${y + bar} ${center + w / 2},${y + bar} ${center + w2 / 2},${y + high} ${center - w2 / 2},${y + high}`}
              />
            )}
            <Part to={drill(answer, r, 0)} label={said(r.label, r.values[0])}>
              <rect
                className={i === rows.length - 1 ? "c-more" : "c1"}
                x={center - w / 2}
                width={w}
                y={y}
                height={bar}
                rx={3}
              />
              <text
                className={wide ? "inside" : "axis value"}
                x={wide ? center : center + w / 2 + 5}
                y={y + 20}
                textAnchor={wide ? "middle" : "start"}
              >
                {shown(r.values[0], "count")}
              </text>
            </Part>
            {next && (
              <text className="axis" x={center} y={y + 44} textAnchor="middle">
                {`↓ ${shown(next.values[1], unit)}`}
              </text>
            )}
            {days && (
              <text className="axis" x={width - 4} y={y + 20} textAnchor="end">
                {width < 520
                  ? shown(days, "days")
                  : t("analysis.stays", { days: shown(days, "days") })}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
