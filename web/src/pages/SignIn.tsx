import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { isProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import { wipe } from "../lib/worker";
import type { Search } from "../router";
import { Button } from "../ui/Button";
import { FieldBox } from "../ui/Field";
import { Input } from "../ui/Input";
import { useErrorText } from "../ui/State";
import { forgetDrafts } from "../views/form/draft";
import { Brand } from "./Brand";
import { LanguageChoice } from "./LanguageChoice";

export function SignIn() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const { back } = useSearch({ strict: false }) as Search;
  const setup = useQuery({ queryKey: ["setup"], queryFn: api.setup, staleTime: 0 });
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");

  useEffect(() => {
    if (setup.data?.needed) navigate({ to: "/setup", replace: true });
  }, [setup.data, navigate]);

  async function submit(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setError("");
    try {
      await api.signIn(login.trim(), password);
      queryClient.clear();
      forgetDrafts((await api.me()).user.id);
      await wipe();
      // Only an address of ours: a path that cannot name another host.
      const to = back?.startsWith("/") && !/^\/[/\\]/.test(back) ? back : "/";
      navigate({ href: to, replace: true });
    } catch (err) {
      setError(isProblem(err) && err.status === 401 ? t("signin.wrong") : errorText(err));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="entrance">
      <form className="card stack" onSubmit={submit}>
        <Brand />
        <h1>{t("signin")}</h1>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <FieldBox id="login" label={t("login")}>
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
        <FieldBox id="password" label={t("password")}>
          <Input
            id="password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </FieldBox>
        <Button kind="primary" type="submit" disabled={busy}>
          {t("signin")}
        </Button>
        <p className="muted help">
          {setup.data?.mail ? (
            <Link to="/forgotten" search={{}}>
              {t("signin.forgotten")}
            </Link>
          ) : (
            t("signin.forgot")
          )}
        </p>
        <LanguageChoice />
      </form>
    </main>
  );
}
