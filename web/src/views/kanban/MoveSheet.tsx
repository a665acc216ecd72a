import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, Option, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { isComposing } from "../../hooks/useComposition";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";

/** What has to be said when a card moves to a stage, such as why a deal was lost. */
export function MoveSheet({
  object,
  to,
  record,
  fields,
  error,
  onSave,
  onClose,
}: {
  object: ObjectMeta;
  to: Option;
  record: RecordData;
  fields: string[];
  error?: string;
  onSave: (values: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [missing, setMissing] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const asked = object.fields.filter((f) => fields.includes(f.name));
  const given = (n: string) => (n in values ? values[n] : record[n]);

  async function save() {
    if (busy) return;
    const empty = asked.filter((f) => [null, undefined, ""].includes(given(f.name) as null));
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
              required
              error={bad ? t("form.required", { what: f.label }) : undefined}
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
