import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { isProblem } from "../api/problem";
import { queryClient, useMe, useObjects } from "../api/queries";
import { useUrl } from "../hooks/useUrl";
import { LANGUAGES, setLanguage } from "../i18n";
import { setTheme } from "../lib/theme";
import { Button } from "../ui/Button";
import { FieldBox } from "../ui/Field";
import { Input, Select } from "../ui/Input";
import { EmptyState, useErrorText } from "../ui/State";
import { toast } from "../ui/Toast";

const ZONES = [
  "Asia/Taipei",
  "Asia/Shanghai",
  "Asia/Hong_Kong",
  "Asia/Tokyo",
  "America/Los_Angeles",
  "America/New_York",
  "Europe/London",
  "UTC",
];

export function SettingsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [url, setUrl] = useUrl();
  const objects = useObjects().data?.objects ?? [];
  const admin = !!me.data?.admin;
  const tab = admin && url.tab === "fields" ? "fields" : "me";
  return (
    <div className="page">
      <h1>{t("settings")}</h1>
      <nav className="tablist self-start" aria-label={t("settings")}>
        <button
          type="button"
          className={`tab ${tab === "me" ? "active" : ""}`}
          aria-current={tab === "me" ? "page" : undefined}
          onClick={() => setUrl({ tab: undefined })}
        >
          {t("settings.me")}
        </button>
        {admin && (
          <button
            type="button"
            className={`tab ${tab === "fields" ? "active" : ""}`}
            aria-current={tab === "fields" ? "page" : undefined}
            onClick={() => setUrl({ tab: "fields" })}
          >
            {t("settings.fields")}
          </button>
        )}
        {["user", "department"].map((n) => {
          const o = objects.find((x) => x.name === n);
          return (
            admin &&
            o && (
              <Link key={n} to="/o/$plural" params={{ plural: o.plural }}>
                {o.label_plural || o.label}
              </Link>
            )
          );
        })}
      </nav>
      {tab === "fields" ? <Fields /> : <MySettings />}
    </div>
  );
}

function MySettings() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const me = useMe();
  const user = me.data?.user;
  const [oldPassword, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  if (!user) return null;
  async function change(body: Record<string, string>) {
    if (body.theme !== undefined) setTheme(body.theme);
    if (body.density) setTheme(user?.theme, body.density);
    if (body.language) await setLanguage(body.language);
    try {
      await api.patchMe(body);
      if (body.language) queryClient.invalidateQueries();
      else queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  async function changePassword(e: FormEvent) {
    e.preventDefault();
    setError("");
    try {
      await api.patchMe({ old_password: oldPassword, password });
      setOld("");
      setPassword("");
      queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    } catch (err) {
      setError(
        [
          errorText(err),
          ...(isProblem(err)
            ? err.fields.map((f) => f.message).filter((m) => m !== err.message)
            : []),
        ].join(" "),
      );
    }
  }
  const choice = (
    id: "language" | "theme" | "density" | "time_zone",
    value: string,
    options: [string, string][],
  ) => (
    <FieldBox id={id} label={t(id)}>
      <Select id={id} value={value} onChange={(e) => change({ [id]: e.target.value })}>
        {options.map(([v, l]) => (
          <option key={v} value={v}>
            {l}
          </option>
        ))}
      </Select>
    </FieldBox>
  );
  return (
    <div className="home-grid">
      <section className="panel stack">
        <h2>{t("settings.me")}</h2>
        {choice(
          "language",
          user.language || document.documentElement.lang,
          LANGUAGES.map((l) => [l.code, l.name]),
        )}
        {choice(
          "time_zone",
          user.time_zone || me.data?.company.time_zone || "Asia/Taipei",
          [
            ...new Set([user.time_zone || me.data?.company.time_zone || "Asia/Taipei", ...ZONES]),
          ].map((z) => [z, z]),
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
      </section>
      <form className="panel stack" onSubmit={changePassword}>
        <h2>{t("password.change")}</h2>
        {user.must_change_password && <p className="summary">{t("password.must")}</p>}
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <FieldBox id="old" label={t("password.old")}>
          <Input
            id="old"
            type="password"
            autoComplete="current-password"
            required
            value={oldPassword}
            onChange={(e) => setOld(e.target.value)}
          />
        </FieldBox>
        <FieldBox id="new" label={t("password.new")} help={t("password.help")}>
          <Input
            id="new"
            type="password"
            autoComplete="new-password"
            required
            minLength={8}
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </FieldBox>
        <div>
          <Button kind="primary" type="submit">
            {t("password.change")}
          </Button>
        </div>
      </form>
    </div>
  );
}

const TYPES = [
  "text",
  "longtext",
  "integer",
  "decimal",
  "money",
  "percent",
  "boolean",
  "date",
  "datetime",
  "picklist",
  "multipicklist",
  "tags",
  "phones",
  "mails",
  "url",
  "address",
  "user",
  "department",
];

function Fields() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [url, setUrl] = useUrl();
  const objects = useObjects().data?.objects ?? [];
  const object = objects.find((o) => o.name === url.object) ?? objects[0];
  const [name, setName] = useState("");
  const [type, setType] = useState("text");
  const [labels, setLabels] = useState<Record<string, string>>({});
  const [options, setOptions] = useState("");
  const [required, setRequired] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  if (!object) return <EmptyState title={t("none")} />;
  const choices = type === "picklist" || type === "multipicklist";
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (!object) return;
    setBusy(true);
    setError("");
    setErrors({});
    try {
      const first = Object.values(labels).find((x) => x?.trim()) ?? "";
      await api.addField(object.name, {
        name: `x_${name.trim().replace(/^x_/, "")}`,
        type,
        labels: Object.fromEntries(LANGUAGES.map((l) => [l.code, labels[l.code]?.trim() || first])),
        required,
        ...(choices
          ? {
              options: options
                .split("\n")
                .map((l) => l.trim())
                .filter(Boolean)
                .map((l) => {
                  const [value, ...label] = l.split("=");
                  return { value: value?.trim(), label: (label.join("=") || value || "").trim() };
                }),
            }
          : {}),
      });
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      setName("");
      setLabels({});
      setOptions("");
      toast(t("saved"));
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className="home-grid">
      <section className="panel stack">
        <FieldBox id="fields-object" label={t("object")}>
          <Select
            id="fields-object"
            value={object.name}
            onChange={(e) => setUrl({ object: e.target.value })}
          >
            {objects.map((o) => (
              <option key={o.name} value={o.name}>
                {o.label}
              </option>
            ))}
          </Select>
        </FieldBox>
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{t("field.label")}</th>
                <th>{t("field.name")}</th>
                <th>{t("field.type")}</th>
              </tr>
            </thead>
            <tbody>
              {object.fields.map((f) => (
                <tr key={f.name}>
                  <td>
                    {f.label} {f.custom && <span className="chip">{t("field.custom")}</span>}
                  </td>
                  <td className="muted">{f.name}</td>
                  <td>{t(`type.${f.type}`, { defaultValue: f.type })}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <form className="panel stack self-start" onSubmit={submit}>
        <h2>{t("field.new", { what: object.label })}</h2>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        {LANGUAGES.map((l) => (
          <FieldBox
            key={l.code}
            id={`label-${l.code}`}
            label={`${t("field.label")} (${l.name})`}
            error={l.code === document.documentElement.lang ? errors.labels : undefined}
          >
            <Input
              id={`label-${l.code}`}
              required={l.code === document.documentElement.lang}
              value={labels[l.code] ?? ""}
              onChange={(e) => setLabels({ ...labels, [l.code]: e.target.value })}
            />
          </FieldBox>
        ))}
        <FieldBox
          id="field-name"
          label={t("field.name")}
          help={t("field.name_help")}
          error={errors.name}
        >
          <Input
            id="field-name"
            required
            pattern="[a-z][a-z0-9_]*"
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        </FieldBox>
        <FieldBox id="field-type" label={t("field.type")} error={errors.type}>
          <Select id="field-type" value={type} onChange={(e) => setType(e.target.value)}>
            {TYPES.map((x) => (
              <option key={x} value={x}>
                {t(`type.${x}`)}
              </option>
            ))}
          </Select>
        </FieldBox>
        {choices && (
          <FieldBox
            id="field-options"
            label={t("field.options")}
            help={t("field.options_help")}
            error={errors.options}
          >
            <textarea
              id="field-options"
              className="input"
              required
              value={options}
              onChange={(e) => setOptions(e.target.value)}
            />
          </FieldBox>
        )}
        <label className="row">
          <input
            type="checkbox"
            checked={required}
            onChange={(e) => setRequired(e.target.checked)}
          />
          {t("field.required")}
        </label>
        <div>
          <Button kind="primary" type="submit" disabled={busy}>
            {t("field.add")}
          </Button>
        </div>
      </form>
    </div>
  );
}
