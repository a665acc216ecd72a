import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Action } from "../../api/types";
import { useSaving } from "../../hooks/useSaving";
import { Sheet } from "../../ui/Sheet";
import { AskedField } from "../actions/AskedField";
import { askedOf, body, missingOf, startOf } from "../actions/actions";

/** Asks what an action of the object asks of many records alike, and begins it. */
export function BulkAction({
  action,
  what,
  ready,
  begin,
  onClose,
}: {
  action: Action;
  /** How many of what. */
  what: { n: string; what: string };
  ready: boolean;
  begin: (input: object) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { errors, setErrors, failure, busy, run } = useSaving();
  const shared = action.fields.filter((f) => !f.own);
  const [values, setValues] = useState<Record<string, unknown>>(() => startOf(shared));
  const asked = askedOf(shared, values);
  const go = () => {
    const missing = missingOf(asked, values);
    setErrors(
      Object.fromEntries(missing.map((f) => [f.name, t("form.required", { what: f.label })])),
    );
    if (!missing.length) void run(() => begin(body(asked, values)));
  };
  const title = t("bulk.action_n", { ...what, action: action.label });
  return (
    <Sheet
      shape="middle"
      title={title}
      deed={action.label}
      busy={busy || !ready}
      failure={failure}
      onSubmit={go}
      onClose={onClose}
    >
      {action.help && <p className="muted">{action.help}</p>}
      {shared.length < action.fields.length && <p className="muted">{t("bulk.each")}</p>}
      {asked.map((f) => (
        <AskedField
          key={f.name}
          id={`bulk-${f.name}`}
          field={f}
          value={values[f.name]}
          error={errors[f.name]}
          onChange={(v) => setValues((b) => ({ ...b, [f.name]: v }))}
        />
      ))}
      <p className={action.reversible ? "muted" : "warn-text"}>
        {t(action.reversible ? "bulk.reversible" : "bulk.once")}
      </p>
    </Sheet>
  );
}
