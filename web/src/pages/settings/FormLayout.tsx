import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { reordered, useReorder } from "../../ui/useReorder";
import { AddField, FieldRow } from "./FieldOrder";
import { moveRow, placed, rowsOf, type SectionDraft } from "./layoutParts";
import { WordsLine } from "./Words";

/** The sections of a form and what stands in them; a field is dragged from one to another. */
export function FormLayout({
  fields,
  value,
  onChange,
  wrong,
}: {
  fields: Field[];
  value: SectionDraft[];
  onChange: (s: SectionDraft[]) => void;
  /** The sections without a name. */
  wrong: number[];
}) {
  const { t } = useTranslation();
  const here = document.documentElement.lang;
  const sections = useReorder(value.length, (from, to) => onChange(reordered(value, from, to)));
  const rows = rowsOf(value);
  const inside = useReorder(rows.length, (from, to) => onChange(moveRow(value, from, to)));
  const labelOf = (name: string) => fields.find((f) => f.name === name)?.label ?? name;
  return (
    <fieldset className="plain stack tight layout-part">
      <legend>{t("layout.form")}</legend>
      <p className="help">{t("layout.form_help")}</p>
      {sections.live}
      {inside.live}
      <div className="layout-sections">
        {value.map((s, i) => {
          const title = s.labels[here] || t("layout.section_n", { n: i + 1 });
          return (
            <div key={s.key} className="column-card stack tight" {...sections.item(i)}>
              <div
                {...inside.item(rows.findIndex((r) => typeof r !== "string" && r.key === s.key))}
              >
                <WordsLine
                  label={t("layout.section_n", { n: i + 1 })}
                  value={s.labels}
                  onChange={(labels) =>
                    onChange(value.map((x) => (x.key === s.key ? { ...x, labels } : x)))
                  }
                  invalid={wrong.includes(s.key)}
                  before={sections.grip(i, title)}
                >
                  <IconButton
                    label={t("remove.what", { what: title })}
                    onClick={() => onChange(value.filter((x) => x.key !== s.key))}
                  >
                    <Icon name="close" size={14} />
                  </IconButton>
                </WordsLine>
                {wrong.includes(s.key) && (
                  <p className="error-text">{t("form.required", { what: t("field.label") })}</p>
                )}
              </div>
              <ul className="layout-fields">
                {s.fields.map((name) => {
                  const at = rows.indexOf(name);
                  return (
                    <li key={name} {...inside.item(at)}>
                      <FieldRow
                        label={labelOf(name)}
                        grip={inside.grip(at, labelOf(name))}
                        onRemove={() =>
                          onChange(
                            value.map((x) => ({
                              ...x,
                              fields: x.fields.filter((n) => n !== name),
                            })),
                          )
                        }
                      />
                    </li>
                  );
                })}
              </ul>
              <AddField
                fields={fields.filter((f) => !s.fields.includes(f.name))}
                to={title}
                onAdd={(name) => onChange(placed(value, s.key, name))}
              />
            </div>
          );
        })}
      </div>
      <div>
        <Button
          small
          onClick={() =>
            onChange([
              ...value,
              { key: Math.max(-1, ...value.map((s) => s.key)) + 1, labels: {}, fields: [] },
            ])
          }
        >
          {t("layout.section_add")}
        </Button>
      </div>
    </fieldset>
  );
}
