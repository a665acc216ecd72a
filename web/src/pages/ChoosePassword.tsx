import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { link } from "../api/mail";
import { isProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import { setLanguage } from "../i18n";
import { wipe } from "../lib/worker";
import { Button } from "../ui/Button";
import { FieldBox } from "../ui/Field";
import { Input } from "../ui/Input";
import { Skeleton, useErrorText } from "../ui/State";
import { forgetDrafts } from "../views/form/draft";
import { Brand } from "./Brand";
import { LanguageChoice } from "./LanguageChoice";
import { SHORTEST } from "./settings/PasswordForm";

/** Whoever was invited, or forgot his password, chooses one by the link in his mail. */
export function ChoosePassword() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  // What stands behind # is sent to no server and stands in no log.
  const [token] = useState(() => decodeURIComponent(window.location.hash.slice(1)));
  const whose = useQuery({
    queryKey: ["password-link"],
    queryFn: () => link.look(token),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const language = whose.data?.language;
  useEffect(() => {
    if (language) void setLanguage(language);
  }, [language]);
  async function submit(e: FormEvent) {
    e.preventDefault();
    const wrong: Record<string, string> = {};
    if ([...password].length < SHORTEST) wrong.password = t("password.short");
    else if (password !== again) wrong.again = t("password.differ");
    setErrors(wrong);
    setError("");
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      await link.choose(token, password);
      queryClient.clear();
      forgetDrafts((await api.me()).user.id);
      await wipe();
      navigate({ to: "/", replace: true });
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      setError(errorText(err));
      setBusy(false);
    }
  }
  const field = (id: string, label: string, value: string, set: (v: string) => void) => (
    <FieldBox
      id={id}
      label={label}
      required
      help={id === "password" ? t("password.help") : undefined}
      error={errors[id]}
    >
      <Input
        id={id}
        type="password"
        autoComplete="new-password"
        autoFocus={id === "password"}
        value={value}
        aria-invalid={!!errors[id]}
        aria-describedby={errors[id] ? `${id}-error` : undefined}
        onChange={(e) => set(e.target.value)}
      />
    </FieldBox>
  );
  return (
    <main className="entrance">
      <form className="card stack" onSubmit={submit} noValidate>
        <Brand />
        {whose.isPending ? (
          <Skeleton rows={3} />
        ) : whose.isError ? (
          <>
            <h1>{t("link.ended")}</h1>
            <p role="alert">{errorText(whose.error)}</p>
            <Link to="/sign-in" search={{}} className="btn">
              {t("signin")}
            </Link>
          </>
        ) : (
          <>
            <h1>
              {whose.data.purpose === "invitation"
                ? t("password.first", { name: whose.data.name })
                : t("link.again")}
            </h1>
            <p className="muted">{t("link.text", { login: whose.data.login })}</p>
            {error && (
              <p className="summary" role="alert">
                {error}
              </p>
            )}
            <input
              className="sr-only"
              type="text"
              tabIndex={-1}
              aria-hidden="true"
              autoComplete="username"
              value={whose.data.login}
              readOnly
            />
            {field("password", t("password.new"), password, setPassword)}
            {field("again", t("password.again"), again, setAgain)}
            <Button kind="primary" type="submit" disabled={busy}>
              {t("link.enter")}
            </Button>
          </>
        )}
        <LanguageChoice />
      </form>
    </main>
  );
}
