import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { isProblem } from "../../api/problem";
import { queryClient, useMe } from "../../api/queries";
import { LANGUAGES } from "../../i18n";
import { ZONES } from "../../lib/zones";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Input, Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { FollowUpDays } from "./FollowUpDays";

/** The company's name and defaults. */
export default function Company() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const me = useMe().data;
  const [values, setValues] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  if (!me) return null;
  const now: Record<string, string> = {
    name: me.company.name,
    language: me.company.language || "zh-TW",
    time_zone: me.company.time_zone || "Asia/Taipei",
    ...values,
  };
  const dirty = Object.keys(values).length > 0;
  async function submit(e: FormEvent) {
    e.preventDefault();
    setError("");
    setErrors({});
    try {
      await admin.company(values);
      setValues({});
      await queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      setError(errorText(err));
    }
  }
  const choice = (id: string, label: string, options: [string, string][], help?: string) => (
    <FieldBox id={`company-${id}`} label={label} help={help} error={errors[id]}>
      <Select
        id={`company-${id}`}
        value={now[id]}
        onChange={(e) => setValues({ ...values, [id]: e.target.value })}
      >
        {options.map(([v, l]) => (
          <option key={v} value={v}>
            {l}
          </option>
        ))}
      </Select>
    </FieldBox>
  );
  return (
    <>
      <form className="panel stack narrow-panel" onSubmit={submit}>
        <h2>{t("settings.company")}</h2>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <FieldBox id="company-name" label={t("setup.company")} required error={errors.name}>
          <Input
            id="company-name"
            required
            maxLength={200}
            value={now.name}
            onChange={(e) => setValues({ ...values, name: e.target.value })}
          />
        </FieldBox>
        <div className="form-grid">
          {choice(
            "language",
            t("company.language"),
            LANGUAGES.map((l) => [l.code, l.name]),
            t("company.language_help"),
          )}
          {choice(
            "time_zone",
            t("time_zone"),
            [...new Set([now.time_zone ?? "", ...ZONES])].map((z) => [
              z,
              t(`zone.${z}`, { defaultValue: z }),
            ]),
            t("company.zone_help"),
          )}
        </div>
        <p className="muted">
          {t("setup.currency")}{" "}
          {t(`currency.${me.company.currency}`, { defaultValue: me.company.currency })}
          {" · "}
          {t("company.currency_help")}
        </p>
        <div>
          <Button kind="primary" type="submit" disabled={!dirty}>
            {t("save")}
          </Button>
        </div>
      </form>
      <FollowUpDays />
      <section className="panel stack narrow-panel">
        <h2>{t("company.letterheads")}</h2>
        <p className="muted">{t("company.letterheads_text")}</p>
        <Link to="/o/$plural" params={{ plural: "letterheads" }}>
          {t("company.letterheads")}
        </Link>
      </section>
    </>
  );
}
