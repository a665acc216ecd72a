import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { queryClient, useMe } from "../../api/queries";
import type { Me } from "../../api/types";
import { keysOn, setKeys } from "../../hooks/useKeys";
import { LANGUAGES, setLanguage } from "../../i18n";
import { setTheme } from "../../lib/theme";
import { ZONES } from "../../lib/zones";
import { FieldBox } from "../../ui/Field";
import { Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { AwayDates } from "./AwayDates";
import { Photo } from "./Photo";

type Key = "language" | "time_zone" | "theme" | "density";

/** Language, time zone, look and keys of whoever is signed in; each takes effect at once. */
export function Personal() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const me = useMe();
  const user = me.data?.user;
  if (!user || !me.data) return null;
  async function change(key: Key, value: string) {
    const before = me.data as Me;
    queryClient.setQueryData(["me"], { ...before, user: { ...before.user, [key]: value } });
    if (key === "theme") setTheme(value, user?.density);
    if (key === "density") setTheme(user?.theme, value);
    try {
      if (key === "language") await setLanguage(value);
      await api.patchMe({ [key]: value });
      // Labels of fields and options come in the reader's language from the server.
      if (key === "language" || key === "time_zone") queryClient.invalidateQueries();
      toast(t("saved"));
    } catch (e) {
      queryClient.setQueryData(["me"], before);
      toast(errorText(e), { bad: true });
    }
  }
  const zone = user.time_zone || me.data.company.time_zone || "Asia/Taipei";
  const choice = (id: Key, value: string, options: [string, string][]) => (
    <FieldBox id={id} label={t(id)}>
      <Select id={id} value={value} onChange={(e) => change(id, e.target.value)}>
        {options.map(([v, label]) => (
          <option key={v} value={v}>
            {label}
          </option>
        ))}
      </Select>
    </FieldBox>
  );
  return (
    <section className="panel stack narrow-panel">
      <h2>{t("settings.me")}</h2>
      <p className="muted">
        {user.name} · {user.login}
      </p>
      <Photo user={user} />
      <div className="form-grid">
        {choice(
          "language",
          user.language || document.documentElement.lang,
          LANGUAGES.map((l) => [l.code, l.name]),
        )}
        {choice(
          "time_zone",
          zone,
          [...new Set([zone, ...ZONES])].map((z) => [z, t(`zone.${z}`, { defaultValue: z })]),
        )}
        {choice(
          "theme",
          user.theme || "system",
          ["system", "light", "dark"].map((x) => [x, t(`theme.${x}`)]),
        )}
        {choice(
          "density",
          user.density || "compact",
          ["compact", "comfortable"].map((x) => [x, t(`density.${x}`)]),
        )}
      </div>
      <AwayDates user={user} />
      <label className="row check">
        <input
          type="checkbox"
          defaultChecked={keysOn()}
          onChange={(e) => {
            setKeys(e.target.checked);
            toast(t("saved"));
          }}
        />
        <span>
          {t("keys.on")}
          <span className="help block">{t("keys.help")}</span>
        </span>
      </label>
    </section>
  );
}
