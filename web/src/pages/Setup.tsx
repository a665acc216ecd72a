import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { isProblem } from "../api/problem";
import { queryClient } from "../api/queries";
import { Button } from "../ui/Button";
import { FieldBox } from "../ui/Field";
import { Input, Select } from "../ui/Input";
import { useErrorText } from "../ui/State";
import { Brand } from "./Brand";
import { LanguageChoice } from "./LanguageChoice";

const CURRENCY: Record<string, string> = { "zh-TW": "TWD", "zh-CN": "CNY", en: "USD" };

export function Setup() {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const setup = useQuery({ queryKey: ["setup"], queryFn: api.setup, staleTime: 0 });
  const [company, setCompany] = useState("");
  const [currency, setCurrency] = useState("");
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");

  useEffect(() => {
    if (setup.data && !setup.data.needed) navigate({ to: "/sign-in", replace: true });
  }, [setup.data, navigate]);

  async function submit(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setError("");
    setErrors({});
    try {
      await api.doSetup({
        company: company.trim(),
        language: i18n.language,
        currency: currency || CURRENCY[i18n.language] || "TWD",
        administrator: { name: name.trim(), login: login.trim(), password },
      });
      queryClient.clear();
      navigate({ to: "/", replace: true });
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

  const text = (
    id: string,
    label: string,
    value: string,
    set: (v: string) => void,
    more: object = {},
    help?: string,
  ) => (
    <FieldBox id={id} label={label} required help={help} error={errors[id]}>
      <Input
        id={id}
        name={id}
        required
        value={value}
        aria-invalid={!!errors[id]}
        onChange={(e) => set(e.target.value)}
        {...more}
      />
    </FieldBox>
  );

  return (
    <main className="entrance">
      <form className="card stack" onSubmit={submit}>
        <Brand />
        <h1>{t("setup.title")}</h1>
        <p className="muted">{t("setup.text")}</p>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <FieldBox id="language" label={t("language")}>
          <LanguageChoice id="language" />
        </FieldBox>
        {text("company", t("setup.company"), company, setCompany, {
          autoFocus: true,
          autoComplete: "organization",
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
        <h2>{t("setup.administrator")}</h2>
        {text("name", t("setup.name"), name, setName, { autoComplete: "name" })}
        {text("login", t("login"), login, setLogin, {
          autoComplete: "username",
          autoCapitalize: "none",
        })}
        {text(
          "password",
          t("password"),
          password,
          setPassword,
          { type: "password", autoComplete: "new-password", minLength: 8 },
          t("password.help"),
        )}
        <Button kind="primary" type="submit" disabled={busy}>
          {t("setup.start")}
        </Button>
      </form>
      {!!setup.data?.addresses?.length && (
        <p className="muted">
          {t("setup.addresses")} {setup.data.addresses.join("  ")}
        </p>
      )}
    </main>
  );
}
