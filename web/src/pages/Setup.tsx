import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { isProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import { Button } from "../ui/Button";
import { FieldBox } from "../ui/Field";
import { Input, Select } from "../ui/Input";
import { ErrorState, useErrorText } from "../ui/State";
import { Addresses } from "./Addresses";
import { Brand } from "./Brand";
import { LanguageChoice } from "./LanguageChoice";
import { SHORTEST } from "./settings/PasswordForm";

const CURRENCY: Record<string, string> = { "zh-TW": "TWD", "zh-CN": "CNY", en: "USD" };
const DEMO = 1000;

interface Account {
  login: string;
  password?: string;
  name?: string;
  role?: string;
}

/** The first page of all: who runs this, in what language, with example data or without. */
export function Setup() {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const setup = useQuery({ queryKey: ["setup"], queryFn: api.setup, staleTime: 0 });
  const [values, setValues] = useState({ company: "", name: "", login: "", password: "" });
  const [currency, setCurrency] = useState("");
  const [demo, setDemo] = useState(false);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  const [accounts, setAccounts] = useState<Account[]>();
  const form = useRef<HTMLFormElement>(null);
  const made = accounts !== undefined;

  useEffect(() => {
    if (setup.data && !setup.data.needed && !made) navigate({ to: "/sign-in", replace: true });
  }, [setup.data, navigate, made]);

  useEffect(() => {
    if (Object.keys(errors).length) {
      form.current?.querySelector<HTMLElement>(".field-bad input")?.focus();
    }
  }, [errors]);

  async function submit(e: FormEvent) {
    e.preventDefault();
    setError("");
    const wrong: Record<string, string> = {};
    for (const [k, label] of [
      ["company", t("setup.company")],
      ["name", t("setup.name")],
      ["login", t("login")],
    ] as const) {
      if (!values[k].trim()) wrong[k] = t("form.required", { what: label });
    }
    if ([...values.password].length < SHORTEST) wrong.password = t("password.short");
    setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      const answer = (await api.doSetup({
        company: values.company.trim(),
        language: i18n.language,
        currency: currency || CURRENCY[i18n.language] || "TWD",
        administrator: {
          name: values.name.trim(),
          login: values.login.trim(),
          password: values.password,
        },
        demo: demo ? { customers: DEMO } : false,
      })) as { accounts?: Account[] | null } | undefined;
      queryClient.removeQueries({ queryKey: ["me"] });
      setAccounts(answer?.accounts ?? []);
    } catch (err) {
      if (isProblem(err)) {
        const found: Record<string, string> = {};
        for (const f of err.fields) found[f.field.replace(/^administrator\./, "")] ??= f.message;
        setErrors(found);
      }
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }

  if (setup.isError) {
    return (
      <main className="entrance">
        <ErrorState error={setup.error} retry={() => setup.refetch()} />
      </main>
    );
  }

  if (made) {
    return (
      <main className="entrance">
        <section className="card stack">
          <Brand />
          <h1>{t("setup.ready", { company: values.company.trim() })}</h1>
          {demo && accounts.length === 0 && <p className="summary">{t("setup.no_demo")}</p>}
          {accounts.length > 0 && (
            <>
              <p>{t("setup.accounts")}</p>
              <div className="table-wrap">
                <table className="table">
                  <thead>
                    <tr>
                      <th>{t("setup.name")}</th>
                      <th>{t("login")}</th>
                      <th>{t("password")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {accounts.map((a) => (
                      <tr key={a.login}>
                        <td>
                          {a.name} <span className="muted">{a.role}</span>
                        </td>
                        <td>
                          <code>{a.login}</code>
                        </td>
                        <td>
                          <code>{a.password}</code>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )}
          <h2>{t("setup.reach")}</h2>
          <Addresses />
          <Button
            kind="primary"
            autoFocus
            onClick={() => {
              queryClient.clear();
              navigate({ to: "/", search: {}, replace: true });
            }}
          >
            {t("setup.enter")}
          </Button>
        </section>
      </main>
    );
  }

  const text = (id: keyof typeof values, label: string, more: object = {}, help?: string) => (
    <FieldBox id={id} label={label} required help={help} error={errors[id]}>
      <Input
        id={id}
        name={id}
        value={values[id]}
        aria-required
        aria-invalid={!!errors[id]}
        aria-describedby={errors[id] ? `${id}-error` : undefined}
        onChange={(e) => setValues({ ...values, [id]: e.target.value })}
        {...more}
      />
    </FieldBox>
  );

  return (
    <main className="entrance">
      <form ref={form} className="card stack setup" noValidate onSubmit={submit}>
        <Brand />
        <div>
          <h1>{t("setup.title")}</h1>
          <p className="muted">{t("setup.text")}</p>
        </div>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <fieldset className="plain stack">
          <legend className="sr-only">{t("setup.company")}</legend>
          <FieldBox id="language" label={t("language")}>
            <LanguageChoice id="language" />
          </FieldBox>
          <div className="form-grid company-line">
            {text("company", t("setup.company"), {
              autoFocus: true,
              autoComplete: "organization",
              maxLength: 200,
            })}
            <FieldBox id="currency" label={t("setup.currency")} error={errors.currency}>
              <Select
                id="currency"
                value={currency || CURRENCY[i18n.language] || "TWD"}
                onChange={(e) => setCurrency(e.target.value)}
              >
                {["TWD", "CNY", "USD"].map((c) => (
                  <option key={c} value={c}>
                    {t(`currency.${c}`)}
                  </option>
                ))}
              </Select>
            </FieldBox>
          </div>
        </fieldset>
        <fieldset className="plain stack">
          <legend>{t("setup.administrator")}</legend>
          <div className="form-grid">
            {text("name", t("setup.name"), { autoComplete: "name", maxLength: 100 })}
            {text("login", t("login"), {
              autoComplete: "username",
              autoCapitalize: "none",
              spellCheck: false,
              maxLength: 100,
            })}
          </div>
          {text(
            "password",
            t("password"),
            { type: "password", autoComplete: "new-password" },
            t("password.help"),
          )}
        </fieldset>
        <fieldset className="plain choices">
          <legend>{t("setup.data")}</legend>
          {[false, true].map((x) => (
            <label key={String(x)} className={`choice-card ${demo === x ? "on" : ""}`}>
              <input type="radio" name="demo" checked={demo === x} onChange={() => setDemo(x)} />
              <span>
                <strong>{t(x ? "setup.demo" : "setup.empty")}</strong>
                <span className="help block">
                  {t(x ? "setup.demo_text" : "setup.empty_text", { n: DEMO })}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        <Button kind="primary" type="submit" disabled={busy}>
          {busy && demo ? t("setup.making") : t("setup.start")}
        </Button>
      </form>
    </main>
  );
}
