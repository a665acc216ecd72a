import { useTranslation } from "react-i18next";
import { listed, today } from "../../lib/format";
import { Input, Select } from "../../ui/Input";
import { editorProps } from "../base";
import type { EditorProps, FieldType } from "../types";
import {
  DAYS,
  monthDays,
  monthDayText,
  plainRule,
  type Rule,
  readRule,
  ruleText,
  writeRule,
} from "./rule";

const EVERY: Rule["every"][] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

/** Chooses how something repeats; what follows from its day is offered first. */
function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const text = typeof p.value === "string" ? p.value : "";
  const r = text ? readRule(text) : undefined;
  const put = (change: Partial<Rule>) => r && p.onChange(writeRule({ ...r, ...change }));
  const end = r?.count ? "count" : r?.until ? "until" : "never";
  return (
    <div className="stack tight">
      <div className="row">
        <Select
          {...editorProps(p)}
          className="fit"
          value={r ? r.every : text ? "other" : ""}
          onChange={(e) =>
            p.onChange(
              e.target.value ? writeRule(plainRule(e.target.value as Rule["every"])) : null,
            )
          }
        >
          <option value="">{t("repeat.never")}</option>
          {EVERY.map((e) => (
            <option key={e} value={e}>
              {t(`repeat.${e.toLowerCase()}`)}
            </option>
          ))}
          {text && !r && <option value="other">{text}</option>}
        </Select>
        {r && (
          <label className="row nowrap">
            {t("repeat.every")}
            <Input
              type="number"
              className="narrow-number"
              min={1}
              max={99}
              value={r.interval}
              onChange={(e) =>
                put({ interval: Math.min(99, Math.max(1, Number(e.target.value) || 1)) })
              }
            />
            {t(`repeat.unit.${r.every.toLowerCase()}`)}
          </label>
        )}
      </div>
      {r?.every === "WEEKLY" && (
        <div className="row" role="group" aria-label={t("repeat.days")}>
          {DAYS.map((d) => (
            <button
              key={d}
              type="button"
              className={`chip-btn ${r.days.includes(d) ? "on" : ""}`}
              aria-pressed={r.days.includes(d)}
              onClick={() =>
                put({ days: r.days.includes(d) ? r.days.filter((x) => x !== d) : [...r.days, d] })
              }
            >
              {t(`weekday.${d}`)}
            </button>
          ))}
        </div>
      )}
      {r?.every === "MONTHLY" && (
        <Select
          className="fit"
          aria-label={t("repeat.days")}
          value={r.month}
          onChange={(e) => put({ month: e.target.value })}
        >
          <option value="">{t("repeat.same_day")}</option>
          {monthDays().map((m) => (
            <option key={m} value={m}>
              {monthDayText(m, t)}
            </option>
          ))}
        </Select>
      )}
      {r && (
        <div className="row">
          <Select
            className="fit"
            aria-label={t("repeat.end")}
            value={end}
            onChange={(e) =>
              put({
                count: e.target.value === "count" ? 10 : 0,
                until: e.target.value === "until" ? today() : "",
              })
            }
          >
            {["never", "until", "count"].map((k) => (
              <option key={k} value={k}>
                {t(`repeat.end.${k}`)}
              </option>
            ))}
          </Select>
          {end === "count" && (
            <Input
              type="number"
              className="narrow-number"
              min={1}
              max={999}
              aria-label={t("repeat.end.count")}
              value={r.count}
              onChange={(e) =>
                put({ count: Math.min(999, Math.max(1, Number(e.target.value) || 1)) })
              }
            />
          )}
          {end === "until" && (
            <Input
              type="date"
              className="fit"
              aria-label={t("repeat.end.until")}
              value={r.until}
              onChange={(e) => e.target.value && put({ until: e.target.value })}
            />
          )}
        </div>
      )}
    </div>
  );
}

export const recurrence: FieldType = {
  Display: ({ value }) => {
    const { t } = useTranslation();
    return typeof value === "string" && value ? <>{ruleText(value, t as never, listed)}</> : null;
  },
  Editor,
  operators: ["empty", "notempty"],
  width: 140,
  wide: true,
};
