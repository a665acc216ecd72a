import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient } from "../../api/queries";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Input } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

export const SHORTEST = 8;

/** Changes the password of whoever is signed in; all his other sessions end. */
export function PasswordForm({ first }: { first?: boolean }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  async function submit(e: FormEvent) {
    e.preventDefault();
    setError("");
    const wrong: Record<string, string> = {};
    if (!old) wrong.old_password = t("form.required", { what: t("password.old") });
    if ([...password].length < SHORTEST) wrong.password = t("password.short");
    else if (password !== again) wrong.again = t("password.differ");
    setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      await api.patchMe({ old_password: old, password });
      setOld("");
      setPassword("");
      setAgain("");
      toast(t("password.changed"));
      await queryClient.invalidateQueries({ queryKey: ["me"] });
    } catch (e) {
      if (isProblem(e) && e.status === 401) setErrors({ old_password: t("password.wrong_old") });
      else {
        if (isProblem(e)) setErrors(e.byField());
        setError(errorText(e));
      }
    } finally {
      setBusy(false);
    }
  }
  const field = (
    id: string,
    label: string,
    value: string,
    set: (v: string) => void,
    autoComplete: string,
    help?: string,
  ) => (
    <FieldBox id={id} label={label} required help={help} error={errors[id]}>
      <Input
        id={id}
        type="password"
        autoComplete={autoComplete}
        autoFocus={first && id === "old_password"}
        value={value}
        aria-invalid={!!errors[id]}
        aria-describedby={errors[id] ? `${id}-error` : undefined}
        onChange={(e) => set(e.target.value)}
      />
    </FieldBox>
  );
  return (
    <form className="stack" onSubmit={submit} noValidate>
      {error && (
        <p className="summary" role="alert">
          {error}
        </p>
      )}
      {field(
        "old_password",
        t(first ? "password.temporary" : "password.old"),
        old,
        setOld,
        "current-password",
      )}
      {field(
        "password",
        t("password.new"),
        password,
        setPassword,
        "new-password",
        t("password.help"),
      )}
      {field("again", t("password.again"), again, setAgain, "new-password")}
      <div>
        <Button kind="primary" type="submit" disabled={busy}>
          {t("password.change")}
        </Button>
      </div>
    </form>
  );
}
