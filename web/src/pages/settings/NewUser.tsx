import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { changesOf, writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { useErrorText } from "../../ui/State";

const ASKED = [
  "name",
  "login",
  "department",
  "role",
  "more_roles",
  "assistant_of",
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
  // Most who are added sell.
  const roles = useQuery({
    queryKey: ["list", "roles", "all"],
    queryFn: () => api.list("roles", { limit: 100, fields: "name,key", count: "none" }),
    retry: false,
  });
  const mails = !!useQuery({ queryKey: ["setup"], queryFn: api.setup }).data?.mail;
  const [byMail, setByMail] = useState(true);
  useEffect(() => {
    const usual = roles.data?.records.find((r) => r.key === "salesperson");
    if (!usual) return;
    const role = { id: usual.id, object: "role", label: String(usual.name) };
    setValues((b) => (b.role ? b : { ...b, role }));
  }, [roles.data]);
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
    try {
      const body = changesOf(fields, {}, values);
      for (const k of Object.keys(body)) if (body[k] === null) delete body[k];
      if (mails && byMail) body.invite = "mail";
      const answer = await admin.addUser(body);
      refresh("users");
      made(String(values.name), String(answer.temporary_password ?? ""));
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
        <p className="muted">{t(mails && byMail ? "users.new_mail" : "users.new_text")}</p>
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
        {mails && (
          <label className="row check">
            <input type="checkbox" checked={byMail} onChange={(e) => setByMail(e.target.checked)} />
            {t("users.by_mail")}
          </label>
        )}
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
