import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";

/** One choice of a pick-list while it is being edited; without a value it is new. */
export interface Choice {
  value?: string;
  label: string;
  color?: string;
  inactive?: boolean;
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
        // An old choice keeps its words of other languages; a new one starts with these in all.
        label: c.value ? { [language]: label } : label,
        ...(c.color ? { color: c.color } : {}),
        ...(c.inactive ? { inactive: true } : {}),
      };
    });
}

const COLORS = ["", "red", "orange", "green", "blue", "purple", "grey"];

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
  const set = (i: number, c: Partial<Choice>) =>
    onChange(value.map((x, n) => (n === i ? { ...x, ...c } : x)));
  const move = (i: number, by: number) => {
    const next = [...value];
    const [taken] = next.splice(i, 1);
    if (taken) next.splice(i + by, 0, taken);
    onChange(next);
  };
  return (
    <fieldset className={`plain stack tight ${error ? "field-bad" : ""}`}>
      <legend>{t("field.options")}</legend>
      {value.map((c, i) => (
        <div key={i} className={`choice ${c.inactive ? "off" : ""}`}>
          <Input
            aria-label={t("field.option_n", { n: i + 1 })}
            value={c.label}
            onChange={(e) => set(i, { label: e.target.value })}
            onKeyDown={(e) => {
              if (isComposing(e) || e.key !== "Enter") return;
              e.preventDefault();
              if (i === value.length - 1) onChange([...value, { label: "" }]);
            }}
          />
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
          <IconButton
            label={t("move.up", { what: c.label })}
            disabled={i === 0}
            onClick={() => move(i, -1)}
          >
            <Icon name="up" size={14} />
          </IconButton>
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
