import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { type Column, partsOf, ROW_TYPES } from "./fieldParts";
import { TypeParts } from "./TypeParts";
import { WordsLine } from "./Words";

const fresh = (columns: Column[]): Column => ({
  key: Math.max(-1, ...columns.map((c) => c.key)) + 1,
  label: "",
  type: "text",
  required: false,
  parts: partsOf(),
});

/** The columns of a lines field. Those that are there keep their type and place. */
export function Columns({
  value,
  onChange,
  error,
  errors,
  existing,
}: {
  value: Column[];
  onChange: (c: Column[]) => void;
  error?: string;
  /** What is wrong with a column, by its key. */
  errors: Record<number, Record<string, string>>;
  /** The field is there, perhaps with rows: a new column cannot ask for a value. */
  existing?: boolean;
}) {
  const { t } = useTranslation();
  const here = document.documentElement.lang;
  const list = useRef<HTMLFieldSetElement>(null);
  const count = useRef(value.length);
  useEffect(() => {
    if (value.length > count.current) {
      const all = list.current?.querySelectorAll<HTMLElement>(".column-label");
      all?.[all.length - 1]?.focus();
    }
    count.current = value.length;
  }, [value.length]);
  const set = (i: number, c: Partial<Column>) =>
    onChange(value.map((x, n) => (n === i ? { ...x, ...c } : x)));
  return (
    <fieldset ref={list} className={`plain stack tight ${error ? "field-bad" : ""}`}>
      <legend>{t("field.columns")}</legend>
      {value.map((c, i) => {
        const wrong = errors[c.key] ?? {};
        return (
          <div key={c.key} className="column-card stack tight">
            <WordsLine
              className="column-label"
              label={t("field.column_n", { n: i + 1 })}
              invalid={!!wrong.labels}
              value={{ ...c.labels, [here]: c.label }}
              onChange={(labels) => set(i, { labels, label: labels[here] ?? "" })}
            >
              <Select
                className="fit"
                aria-label={t("field.column_type", { n: i + 1 })}
                value={c.type}
                disabled={!!c.name}
                onChange={(e) => set(i, { type: e.target.value })}
              >
                {ROW_TYPES.map((x) => (
                  <option key={x} value={x}>
                    {t(`type.${x}`)}
                  </option>
                ))}
              </Select>
              {!c.name && (
                <>
                  <IconButton
                    label={t("move.up", { what: c.label })}
                    disabled={i === 0 || !!value[i - 1]?.name}
                    onClick={() => {
                      const next = [...value];
                      next.splice(i - 1, 0, ...next.splice(i, 1));
                      onChange(next);
                    }}
                  >
                    <Icon name="up" size={14} />
                  </IconButton>
                  <IconButton
                    label={t("remove.what", { what: c.label })}
                    onClick={() => onChange(value.filter((_, n) => n !== i))}
                  >
                    <Icon name="close" size={14} />
                  </IconButton>
                </>
              )}
            </WordsLine>
            {wrong.labels && <p className="error-text">{wrong.labels}</p>}
            <TypeParts
              id={`column-${c.key}`}
              type={c.type}
              value={c.parts}
              onChange={(parts) => set(i, { parts })}
              errors={wrong}
              fixed={!!c.name}
            />
            {!existing && c.type !== "boolean" && (
              <label className="row check">
                <input
                  type="checkbox"
                  checked={c.required}
                  onChange={(e) => set(i, { required: e.target.checked })}
                />
                {t("field.required")}
              </label>
            )}
          </div>
        );
      })}
      {error && <p className="error-text">{error}</p>}
      <div>
        <Button small onClick={() => onChange([...value, fresh(value)])}>
          {t("field.column_add")}
        </Button>
      </div>
    </fieldset>
  );
}
