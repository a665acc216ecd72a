import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import { FieldBox } from "../../ui/Field";
import { Input, Select } from "../../ui/Input";
import { Choices } from "./Choices";
import { hasChoices, type Parts } from "./fieldParts";

/** What a type needs beside a name. Of a field that is there only the choices change. */
export function TypeParts({
  id,
  type,
  value,
  onChange,
  errors = {},
  fixed,
}: {
  id: string;
  type: string;
  value: Parts;
  onChange: (p: Parts) => void;
  errors?: Record<string, string>;
  fixed?: boolean;
}) {
  const { t } = useTranslation();
  const objects = (useObjects().data?.objects ?? []).filter((o) => !o.links);
  if (hasChoices(type)) {
    return (
      <Choices
        value={value.choices}
        onChange={(choices) => onChange({ ...value, choices })}
        error={errors.options}
      />
    );
  }
  if (fixed) return null;
  switch (type) {
    case "decimal":
    case "percent":
      return (
        <FieldBox id={`${id}-scale`} label={t("field.scale")} error={errors.scale}>
          <Select
            id={`${id}-scale`}
            value={value.scale}
            onChange={(e) => onChange({ ...value, scale: e.target.value })}
          >
            {Array.from({ length: 9 }, (_, n) => (
              <option key={n}>{n}</option>
            ))}
          </Select>
        </FieldBox>
      );
    case "reference":
      return (
        <FieldBox id={`${id}-target`} label={t("field.target")} required error={errors.targets}>
          <Select
            id={`${id}-target`}
            value={value.targets[0] ?? ""}
            onChange={(e) =>
              onChange({ ...value, targets: e.target.value ? [e.target.value] : [] })
            }
          >
            <option value="">—</option>
            {objects.map((o) => (
              <option key={o.name} value={o.name}>
                {o.label}
              </option>
            ))}
          </Select>
        </FieldBox>
      );
    case "anyreference":
      return (
        <fieldset className={`plain stack tight ${errors.targets ? "field-bad" : ""}`}>
          <legend>{t("field.targets")}</legend>
          <div className="row wrap">
            {objects.map((o) => (
              <label key={o.name} className="row check">
                <input
                  type="checkbox"
                  checked={value.targets.includes(o.name)}
                  onChange={(e) =>
                    onChange({
                      ...value,
                      targets: e.target.checked
                        ? [...value.targets, o.name]
                        : value.targets.filter((x) => x !== o.name),
                    })
                  }
                />
                {o.label}
              </label>
            ))}
          </div>
          {errors.targets && <p className="error-text">{errors.targets}</p>}
        </fieldset>
      );
    case "autonumber":
      return (
        <>
          <FieldBox
            id={`${id}-prefix`}
            label={t("field.prefix")}
            help={t("field.prefix_help")}
            error={errors.prefix}
          >
            <Input
              id={`${id}-prefix`}
              maxLength={10}
              value={value.prefix}
              onChange={(e) => onChange({ ...value, prefix: e.target.value })}
            />
          </FieldBox>
          <div className="field">
            <label className="row check">
              <input
                type="checkbox"
                checked={value.gapless}
                aria-describedby={`${id}-gapless-help`}
                onChange={(e) => onChange({ ...value, gapless: e.target.checked })}
              />
              {t("field.gapless")}
            </label>
            <p id={`${id}-gapless-help`} className="help">
              {t("field.gapless_help")}
            </p>
          </div>
        </>
      );
    default:
      return null;
  }
}
