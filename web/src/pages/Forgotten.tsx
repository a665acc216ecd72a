import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { link } from "../api/mail";
import { Button } from "../ui/Button";
import { FieldBox } from "../ui/Field";
import { Input } from "../ui/Input";
import { useErrorText } from "../ui/State";
import { Brand } from "./Brand";
import { LanguageChoice } from "./LanguageChoice";

/** Asks for a mail with a link to a new password; the answer is the same for everybody. */
export function Forgotten() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [login, setLogin] = useState("");
  const [told, setTold] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setError("");
    try {
      setTold((await link.forget(login.trim())).message);
    } catch (err) {
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }
  return (
    <main className="entrance">
      <form className="card stack" onSubmit={submit}>
        <Brand />
        <h1>{t("forgotten.title")}</h1>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        {told ? (
          <p role="status">{told}</p>
        ) : (
          <>
            <p className="muted">{t("forgotten.text")}</p>
            <FieldBox id="login" label={t("forgotten.login")}>
              <Input
                id="login"
                name="login"
                autoComplete="username"
                autoCapitalize="none"
                required
                autoFocus
                value={login}
                onChange={(e) => setLogin(e.target.value)}
              />
            </FieldBox>
            <Button kind="primary" type="submit" disabled={busy}>
              {t("forgotten.send")}
            </Button>
          </>
        )}
        <p className="help">
          <Link to="/sign-in" search={{}}>
            {t("forgotten.back")}
          </Link>
        </p>
        <LanguageChoice />
      </form>
    </main>
  );
}
