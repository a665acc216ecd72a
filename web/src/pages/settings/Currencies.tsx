import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, useMe, useObject } from "../../api/queries";
import type { Option, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { isComposing } from "../../hooks/useComposition";
import { shortDate, today } from "../../lib/format";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Select } from "../../ui/Input";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

const PLURAL = "exchange_rates";

/** Which currencies are offered, and what they are worth from which day on. */
export default function Currencies() {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const own = useMe().data?.company.currency ?? "";
  const object = useObject("exchange_rate");
  const field = object?.fields.find((f) => f.name === "currency");
  const rates = useQuery({
    queryKey: ["list", PLURAL, "settings"],
    queryFn: ({ signal }) => api.list(PLURAL, { sort: "-date", limit: 500, count: "none" }, signal),
  });
  const [busy, setBusy] = useState("");
  if (!object || !field) return <Skeleton rows={5} />;
  const options = field.options ?? [];
  const offered = options.filter((o) => !o.inactive && o.value !== own);

  async function offer(o: Option, on: boolean) {
    setBusy(o.value);
    try {
      await admin.changeField("exchange_rate", "currency", {
        options: options.map((x) => ({
          value: x.value,
          label: { [i18n.language]: x.label },
          inactive: x.value === o.value ? !on : !!x.inactive,
        })),
      });
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy("");
    }
  }

  const newest = (code: string): RecordData | undefined =>
    rates.data?.records.find((r) => r.currency === code && String(r.date) <= today());

  return (
    <>
      <section className="panel stack">
        <div className="panel-head">
          <h2>{t("settings.currencies")}</h2>
          <Link to="/o/$plural" params={{ plural: PLURAL }}>
            {t("rates.all")}
          </Link>
        </div>
        <p className="muted">{t("rates.text", { currency: own })}</p>
        {rates.isPending ? (
          <Skeleton rows={4} />
        ) : rates.isError ? (
          <ErrorState error={rates.error} retry={() => rates.refetch()} />
        ) : (
          <div className="table-wrap" role="region" tabIndex={0} aria-label={t("rates.now")}>
            <table className="table">
              <thead>
                <tr>
                  <th>{field.label}</th>
                  <th className="num">{t("rates.rate", { currency: own })}</th>
                  <th>{t("rates.since")}</th>
                </tr>
              </thead>
              <tbody>
                {offered.map((o) => {
                  const r = newest(o.value);
                  return (
                    <tr key={o.value}>
                      <th scope="row">{o.label}</th>
                      <td className="num">
                        {r ? String(r.rate) : <span className="warn-text">{t("rates.none")}</span>}
                      </td>
                      <td>{r ? shortDate(String(r.date)) : ""}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
        <NewRate offered={offered} />
      </section>
      <section className="panel stack">
        <h2>{t("rates.offered")}</h2>
        <p className="muted">{t("rates.offered_text")}</p>
        <div className="check-columns">
          {options.map((o) => (
            <label key={o.value} className="check">
              <input
                type="checkbox"
                checked={o.value === own || !o.inactive}
                disabled={o.value === own || busy === o.value}
                onChange={(e) => offer(o, e.target.checked)}
              />
              <span>{o.label}</span>
            </label>
          ))}
        </div>
      </section>
    </>
  );
}

/** One more rate, from a day on. */
function NewRate({ offered }: { offered: Option[] }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const object = useObject("exchange_rate");
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const now: Record<string, unknown> = {
    currency: offered[0]?.value,
    date: today(),
    ...values,
  };
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setErrors({});
    try {
      await api.create(PLURAL, now);
      setValues({ currency: now.currency, date: now.date });
      await queryClient.invalidateQueries({ queryKey: ["list", PLURAL] });
      toast(t("rates.saved"));
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      toast(errorText(err), { bad: true });
    } finally {
      setBusy(false);
    }
  }
  if (!offered.length) return null;
  return (
    <form
      className="rate-form"
      onSubmit={submit}
      onKeyDown={(e) => {
        if (e.key === "Enter" && isComposing(e)) e.preventDefault();
      }}
      noValidate
    >
      {["currency", "date", "rate"].map((name) => {
        const f = object?.fields.find((x) => x.name === name);
        if (!f) return null;
        const type = fieldType(f);
        const id = `rate-${name}`;
        return (
          <FieldBox key={name} id={id} label={f.label} required error={errors[name]}>
            {name === "currency" ? (
              <Select
                id={id}
                value={String(now.currency ?? "")}
                onChange={(e) => setValues({ ...values, currency: e.target.value })}
              >
                {offered.map((o) => (
                  <option key={o.value} value={o.value}>
                    {o.label}
                  </option>
                ))}
              </Select>
            ) : (
              <type.Editor
                id={id}
                field={f}
                value={now[name]}
                invalid={!!errors[name]}
                describedBy={errors[name] ? `${id}-error` : undefined}
                onChange={(v) => setValues((b) => ({ ...b, [name]: v }))}
              />
            )}
          </FieldBox>
        );
      })}
      <Button kind="primary" type="submit" disabled={busy}>
        {t("rates.add")}
      </Button>
    </form>
  );
}
