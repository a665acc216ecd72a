import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, Option, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { isComposing } from "../../hooks/useComposition";
import { isEmpty } from "../../lib/records";
import { openChecks, stageOf } from "../../lib/stages";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";

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
    <Drawer
      shape="middle"
      title={t("board.move_to", { to: to.label })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" disabled={busy} onClick={save}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form
        className="stack"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          save();
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter" && isComposing(e)) e.preventDefault();
        }}
      >
        {/* With it Enter saves from any field. */}
        <button type="submit" hidden />
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        {asked.map((f) => {
          const type = fieldType(f);
          const id = `move-${f.name}`;
          const bad = missing.includes(f.name);
          return (
            <FieldBox
              key={f.name}
              id={id}
              label={f.label}
              required={fields.includes(f.name)}
              error={
                !bad
                  ? undefined
                  : f.name === object.checks_field
                    ? t("stage.checks_open")
                    : t("form.required", { what: f.label })
              }
            >
              <type.Editor
                id={id}
                field={f}
                value={given(f.name)}
                invalid={bad}
                describedBy={bad ? `${id}-error` : undefined}
                onChange={(v) => setValues((b) => ({ ...b, [f.name]: v }))}
              />
            </FieldBox>
          );
        })}
      </form>
    </Drawer>
  );
}
