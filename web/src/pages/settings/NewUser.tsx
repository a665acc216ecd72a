import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { isProblem } from "../../api/problem";
import { refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { changesOf, writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { useErrorText } from "../../ui/State";

// Letters and digits nobody mistakes for others when reading them out.
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** A password to be read out once and changed at the first sign-in. */
export function temporaryPassword(): string {
  const bytes = crypto.getRandomValues(new Uint32Array(12));
  const text = [...bytes].map((b) => LETTERS[b % LETTERS.length]).join("");
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}

const ASKED = [
  "name",
  "login",
  "department",
  "role",
  "roles",
  "assistants_of",
  "position",
  "supervisor",
  "mails",
  "phones",
];

export function NewUser({
  object,
  onClose,
  made,
}: {
  object: ObjectMeta;
  onClose: () => void;
  made: (name: string, password: string) => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const fields = ASKED.flatMap((n) => object.fields.find((f) => f.name === n && writable(f)) ?? []);
  const [values, setValues] = useState<Record<string, unknown>>(() =>
    Object.fromEntries(fields.filter((f) => f.default != null).map((f) => [f.name, f.default])),
  );
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(e: FormEvent) {
    e.preventDefault();
    const missing: Record<string, string> = {};
    for (const f of fields) {
      if (f.required && !values[f.name]) {
        missing[f.name] = t("form.required", { what: f.label });
      }
    }
    setErrors(missing);
    setError("");
    if (Object.keys(missing).length) return;
    setBusy(true);
    const password = temporaryPassword();
    try {
      await admin.addUser({ ...changesOf(fields, {}, values), password });
      refresh("users");
      made(String(values.name), password);
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Drawer title={t("new.of", { what: object.label })} onClose={onClose}>
      <form className="stack" noValidate onSubmit={submit}>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <p className="muted">{t("users.new_text")}</p>
        <div className="form-grid">
          {fields.map((f, i) => {
            const type = fieldType(f);
            const id = `user-${f.name}`;
            return (
              <FieldBox
                key={f.name}
                id={id}
                label={f.label}
                required={f.required}
                help={f.help}
                error={errors[f.name]}
                wide={type.wide}
              >
                <type.Editor
                  id={id}
                  field={f}
                  value={values[f.name]}
                  autoFocus={i === 0}
                  invalid={!!errors[f.name]}
                  describedBy={errors[f.name] ? `${id}-error` : undefined}
                  onChange={(v) => setValues((b) => ({ ...b, [f.name]: v }))}
                />
              </FieldBox>
            );
          })}
        </div>
        <div className="row">
          <Button kind="primary" type="submit" disabled={busy}>
            {t("users.make")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
        </div>
      </form>
    </Drawer>
  );
}
