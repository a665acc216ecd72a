import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, Option, RecordData } from "../../api/types";
import { isEmpty } from "../../lib/records";
import { openChecks, stageOf } from "../../lib/stages";
import { Sheet } from "../../ui/Sheet";
import { AskedField } from "../actions/AskedField";

/** What has to be said when a card moves to a stage, such as why a deal was lost. */
export function MoveSheet({
  object,
  to,
  record,
  fields,
  offered,
  error,
  onSave,
  onClose,
}: {
  object: ObjectMeta;
  to: Option;
  record: RecordData;
  /** Without these it does not move. */
  fields: string[];
  /** These may stay empty. */
  offered: string[];
  error?: string;
  onSave: (values: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [missing, setMissing] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const all = [...fields, ...offered];
  const asked = object.fields
    .filter((f) => all.includes(f.name))
    .sort((a, b) => all.indexOf(a.name) - all.indexOf(b.name))
    .map((f) => {
      if (f.name !== object.checks_field) return f;
      // Of the checklists that of the stage it leaves.
      const items = stageOf(object, record)?.checklist ?? [];
      const its = f.options?.filter((o) => items.some((c) => c.value === o.value));
      return { ...f, options: its };
    });
  const given = (n: string) => (n in values ? values[n] : record[n]);

  async function save() {
    if (busy) return;
    const open = openChecks(object, { ...record, ...values }, to);
    const empty = asked.filter(
      (f) =>
        fields.includes(f.name) &&
        (f.name === object.checks_field ? open.length : isEmpty(given(f.name))),
    );
    setMissing(empty.map((f) => f.name));
    if (empty.length) return;
    setBusy(true);
    await onSave(Object.fromEntries(asked.map((f) => [f.name, given(f.name)])));
    setBusy(false);
  }

  return (
    <Sheet
      shape="middle"
      title={t("board.move_to", { to: to.label })}
      busy={busy}
      failure={error}
      onSubmit={save}
      onClose={onClose}
    >
      {asked.map((f) => {
        const bad = missing.includes(f.name);
        const open = f.name === object.checks_field;
        return (
          <AskedField
            key={f.name}
            id={`move-${f.name}`}
            field={f}
            value={given(f.name)}
            required={fields.includes(f.name)}
            error={
              bad ? t(open ? "stage.checks_open" : "form.required", { what: f.label }) : undefined
            }
            onChange={(v) => setValues((b) => ({ ...b, [f.name]: v }))}
          />
        );
      })}
    </Sheet>
  );
}
