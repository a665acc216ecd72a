import { useTranslation } from "react-i18next";
import type { Field, Labels } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { reordered, useReorder } from "../../ui/useReorder";
import { allLabels, said } from "./labels";
import { WordsLine } from "./Words";

/** One choice of a pick-list while it is being edited; without a value it is new. */
export interface Choice {
  value?: string;
  /** In the asker's language. */
  label: string;
  labels?: Labels;
  color?: string;
  inactive?: boolean;
  /** Of a stage: whether a deal is open, won or lost there, and how likely it will be won. */
  kind?: string;
  probability?: number;
}

export const choicesOf = (f?: Field): Choice[] =>
  f?.options?.length ? f.options.map((o) => ({ ...o })) : [{ label: "" }, { label: "" }];

/** What is sent: a new choice gets a key that no other has and that never changes. */
export function toOptions(choices: Choice[], language: string) {
  const taken = new Set(choices.map((c) => c.value).filter(Boolean));
  return choices
    .filter((c) => c.label.trim())
    .map((c) => {
      let value = c.value;
      if (!value) {
        const base =
          c.label
            .trim()
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, "_")
            .replace(/^_+|_+$/g, "")
            .slice(0, 30) || "o";
        value = base === "o" ? "o1" : base;
        for (let n = 2; taken.has(value); n++) value = `${base}${base === "o" ? "" : "_"}${n}`;
        taken.add(value);
      }
      const label = c.label.trim();
      return {
        value,
        // An old choice keeps the words that are not said; a new one starts with these in all.
        label: c.value
          ? said({ ...c.labels, [language]: label })
          : allLabels({ ...c.labels, [language]: label }, language),
        ...(c.color ? { color: c.color } : {}),
        ...(c.inactive ? { inactive: true } : {}),
        ...(c.probability === undefined ? {} : { probability: c.probability }),
      };
    });
}

export const COLORS = ["", "red", "orange", "green", "blue", "purple", "grey"];

export function Choices({
  value,
  onChange,
  error,
}: {
  value: Choice[];
  onChange: (v: Choice[]) => void;
  error?: string;
}) {
  const { t } = useTranslation();
  const here = document.documentElement.lang;
  const set = (i: number, c: Partial<Choice>) =>
    onChange(value.map((x, n) => (n === i ? { ...x, ...c } : x)));
  const order = useReorder(value.length, (from, to) => onChange(reordered(value, from, to)));
  const staged = value.some((c) => c.kind);
  return (
    <fieldset className={`plain stack tight ${error ? "field-bad" : ""}`}>
      <legend>{t("field.options")}</legend>
      {order.live}
      {value.map((c, i) => (
        <div key={c.value ?? `new ${i}`} className={c.inactive ? "off" : ""} {...order.item(i)}>
          <WordsLine
            label={t("field.option_n", { n: i + 1 })}
            value={{ ...c.labels, [here]: c.label }}
            onChange={(labels) => set(i, { labels, label: labels[here] ?? "" })}
            onKeyDown={(e) => {
              if (isComposing(e) || e.key !== "Enter") return;
              e.preventDefault();
              if (i === value.length - 1) onChange([...value, { label: "" }]);
            }}
            before={order.grip(i, c.label || t("field.option_n", { n: i + 1 }))}
          >
            {staged && (
              <Input
                className="fit probability"
                inputMode="numeric"
                aria-label={t("field.probability", { what: c.label })}
                title={t("field.probability", { what: c.label })}
                maxLength={3}
                disabled={c.kind === "won" || c.kind === "lost"}
                value={`${c.probability ?? (c.kind === "won" ? 100 : 0)}`}
                onChange={(e) =>
                  set(i, {
                    probability: Math.min(100, Number(e.target.value.replace(/\D/g, "")) || 0),
                  })
                }
              />
            )}
            {staged && <span aria-hidden="true">%</span>}
            <select
              className="input fit"
              aria-label={t("field.option_color", { what: c.label })}
              value={c.color ?? ""}
              onChange={(e) => set(i, { color: e.target.value || undefined })}
            >
              {COLORS.map((x) => (
                <option key={x} value={x}>
                  {t(`color.${x || "none"}`)}
                </option>
              ))}
            </select>
            {c.value ? (
              <Button small kind="quiet" onClick={() => set(i, { inactive: !c.inactive })}>
                {t(c.inactive ? "field.option_on" : "field.option_off")}
              </Button>
            ) : (
              <IconButton
                label={t("remove.what", { what: c.label })}
                onClick={() => onChange(value.filter((_, n) => n !== i))}
              >
                <Icon name="close" size={14} />
              </IconButton>
            )}
          </WordsLine>
        </div>
      ))}
      {error && <p className="error-text">{error}</p>}
      <div>
        <Button small onClick={() => onChange([...value, { label: "" }])}>
          {t("field.option_add")}
        </Button>
      </div>
    </fieldset>
  );
}
