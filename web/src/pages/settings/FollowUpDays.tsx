import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { queryClient, useMe, useObject } from "../../api/queries";
import { daysFor } from "../../lib/silence";
import { Button } from "../../ui/Button";
import { Input } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** After how many days without contact a customer of each level stands among those to follow up. */
export function FollowUpDays() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const kept = useMe().data?.company.follow_up_days;
  const level = useObject("customer")?.fields.find((f) => f.name === "level");
  const [values, setValues] = useState<Record<string, string>>({});
  const levels = [
    ...(level?.options ?? []).map((o) => ({ value: o.value, label: o.label })),
    { value: "", label: t("silence.no_level") },
  ];
  const now = (v: string) => values[v] ?? String(daysFor(kept, v));
  const valid = levels.every((l) => /^\d{1,4}$/.test(now(l.value)) && Number(now(l.value)) > 0);
  async function submit(e: FormEvent) {
    e.preventDefault();
    try {
      await admin.company({
        follow_up_days: Object.fromEntries(levels.map((l) => [l.value, Number(now(l.value))])),
      });
      setValues({});
      await queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    } catch (err) {
      toast(errorText(err), { bad: true });
    }
  }
  return (
    <form className="panel stack narrow-panel" onSubmit={submit}>
      <h2>{t("company.follow_up")}</h2>
      <p className="muted">{t("company.follow_up_text")}</p>
      <div className="row">
        {levels.map((l) => (
          <label key={l.value} className="row nowrap">
            {l.label}
            <Input
              type="number"
              className="narrow-number"
              min={1}
              max={3650}
              aria-label={t("company.follow_up_of", { what: l.label })}
              value={now(l.value)}
              onChange={(e) => setValues({ ...values, [l.value]: e.target.value })}
            />
          </label>
        ))}
        <span className="muted">{t("company.days")}</span>
      </div>
      <div>
        <Button kind="primary" type="submit" disabled={!valid || !Object.keys(values).length}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
