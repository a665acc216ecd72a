import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OfferedCandidates } from "../../api/actions";
import { useObjects } from "../../api/queries";
import type { Field, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { listed } from "../../lib/format";
import { useWhy } from "../merge/why";

/** What is there already and may be meant, another to look for, or a new one. */
export function Candidates({
  id,
  field,
  candidates,
  value,
  error,
  onChange,
}: {
  id: string;
  field: Field;
  candidates: OfferedCandidates;
  value: unknown;
  error?: string;
  onChange: (value: unknown) => void;
}) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects;
  const target = objects?.find((o) => o.name === field.targets?.[0]);
  const now = (value as Reference | null)?.id;
  const known = candidates.records.some((c) => c.id === now);
  const [other, setOther] = useState(!!now && !known);
  const type = fieldType(field);
  const why = useWhy(target);
  return (
    <fieldset className={`field field-wide candidates ${error ? "field-bad" : ""}`}>
      <legend>{field.label}</legend>
      {candidates.records.map((c) => (
        <label key={c.id} className="check">
          <input
            type="radio"
            name={id}
            checked={!other && now === c.id}
            onChange={() => {
              setOther(false);
              onChange({ id: c.id, object: target?.name ?? "", label: c.label });
            }}
          />
          <span>
            {t("action.use", { what: c.label })}{" "}
            <span className="muted">
              {[c.owner, listed((c.matched ?? []).map(why))].filter(Boolean).join(" · ")}
            </span>
          </span>
        </label>
      ))}
      {target?.access.create !== false && (
        <label className="check">
          <input
            type="radio"
            name={id}
            checked={!other && !now}
            onChange={() => {
              setOther(false);
              onChange(null);
            }}
          />
          <span>{t("new.of", { what: target?.label ?? field.label })}</span>
        </label>
      )}
      <label className="check">
        <input
          type="radio"
          name={id}
          checked={other}
          onChange={() => {
            setOther(true);
            onChange(null);
          }}
        />
        <span>{t("action.other")}</span>
      </label>
      {other && (
        <type.Editor id={id} field={field} value={value} invalid={!!error} onChange={onChange} />
      )}
      {candidates.hidden > 0 && (
        <p className="warn-text">{t("duplicate.hidden", { n: candidates.hidden })}</p>
      )}
      {error && (
        <p className="error-text" id={`${id}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
