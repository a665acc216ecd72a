import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { mail, type MailServer as Server, type Tried } from "../../api/mail";
import { isProblem } from "../../api/problem";
import { queryClient } from "../../api/queries";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Outbox } from "./Outbox";

const KEY = ["mail-server"];
const PORTS = { starttls: "587", tls: "465", none: "25" };

/** The server that invitations, notices and links to new passwords go out through. */
export default function MailServer() {
  const now = useQuery({ queryKey: KEY, queryFn: mail.server });
  if (now.isPending) return <Skeleton rows={8} />;
  if (now.isError) return <ErrorState error={now.error} retry={() => now.refetch()} />;
  return (
    <>
      <ServerForm server={now.data} />
      {now.data.ready && <TestMail />}
      <Outbox />
    </>
  );
}

function ServerForm({ server }: { server: Server }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [values, setValues] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const of = (k: string) => values[k] ?? String(server[k as keyof Server] ?? "");
  const set = (change: Record<string, string>) => setValues((v) => ({ ...v, ...change }));

  async function save(body: Record<string, unknown>, e?: FormEvent) {
    e?.preventDefault();
    setBusy(true);
    setError("");
    setErrors({});
    try {
      queryClient.setQueryData(KEY, await mail.set(body));
      setValues({});
      queryClient.invalidateQueries({ queryKey: ["setup"] });
      toast(t("saved"));
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }
  const body = () => {
    const sent: Record<string, unknown> = { ...values };
    for (const k of ["port", "invite_days"]) {
      if (values[k] !== undefined) sent[k] = Number(values[k]);
    }
    // The first time what is shown is what is meant.
    if (!server.ready) {
      for (const k of ["security", "site"]) sent[k] ??= of(k);
      for (const k of ["port", "invite_days"]) sent[k] ??= Number(of(k));
    }
    return sent;
  };
  const field = (
    k: string,
    o: { type?: string; help?: string; required?: boolean; placeholder?: string } = {},
  ) => (
    <FieldBox
      id={`mail-${k}`}
      label={t(`mail.${k}`)}
      help={o.help}
      required={o.required}
      error={errors[k]}
    >
      <Input
        id={`mail-${k}`}
        type={o.type ?? "text"}
        autoComplete={k === "password" ? "new-password" : "off"}
        spellCheck={false}
        required={o.required}
        placeholder={o.placeholder}
        value={k === "password" ? (values.password ?? "") : of(k)}
        aria-invalid={!!errors[k]}
        onChange={(e) => set({ [k]: e.target.value })}
      />
    </FieldBox>
  );
  return (
    <form className="panel stack narrow-panel" onSubmit={(e) => save(body(), e)}>
      <h2>{t("settings.mail")}</h2>
      <p className="muted">{t("mail.text")}</p>
      {error && (
        <p className="summary" role="alert">
          {error}
        </p>
      )}
      {server.ready && !server.password_readable && (
        <p className="summary" role="alert">
          {t("mail.unreadable")}
        </p>
      )}
      <div className="form-grid">
        {field("host", { required: true, placeholder: "smtp.example.com" })}
        <FieldBox id="mail-security" label={t("mail.security")} error={errors.security}>
          <Select
            id="mail-security"
            value={of("security")}
            onChange={(e) => {
              const security = e.target.value as keyof typeof PORTS;
              const usual = Object.values(PORTS).includes(of("port"));
              set({ security, ...(usual ? { port: PORTS[security] } : {}) });
            }}
          >
            {(["starttls", "tls", "none"] as const).map((s) => (
              <option key={s} value={s}>
                {t(`mail.security.${s}`)}
              </option>
            ))}
          </Select>
        </FieldBox>
        {field("port", { type: "number" })}
        {field("user")}
        {field("password", {
          type: "password",
          placeholder: server.has_password ? t("mail.password_kept") : "",
        })}
        {field("sender_name", { placeholder: "ECRM" })}
        {field("sender_address", { type: "email", required: true })}
        {field("site", { type: "url", help: t("mail.site_help") })}
        {field("invite_days", { type: "number" })}
      </div>
      <div className="row">
        <Button
          kind="primary"
          type="submit"
          disabled={busy || (server.ready && !Object.keys(values).length)}
        >
          {t("save")}
        </Button>
        {server.ready && (
          <Button
            disabled={busy}
            onClick={() => window.confirm(t("mail.off_sure")) && save({ host: "" })}
          >
            {t("mail.off")}
          </Button>
        )}
      </div>
    </form>
  );
}

/** Sends a mail now and says what the mail server made of it. */
function TestMail() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<Tried>();
  async function send(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setTried(undefined);
    try {
      setTried(await mail.test(to.trim()));
    } catch (err) {
      const more = isProblem(err) ? Object.values(err.byField()).join(" ") : "";
      setTried({ ok: false, message: more || errorText(err) });
    } finally {
      setBusy(false);
    }
  }
  return (
    <form className="panel stack narrow-panel" onSubmit={send}>
      <h2>{t("mail.test")}</h2>
      <div className="row nowrap mail-test">
        <Input
          type="email"
          required
          aria-label={t("mail.test_to")}
          placeholder={t("mail.test_to")}
          value={to}
          onChange={(e) => setTo(e.target.value)}
        />
        <Button type="submit" disabled={busy}>
          {busy ? t("mail.testing") : t("mail.test_send")}
        </Button>
      </div>
      {tried && (
        <div role="status" className={tried.ok ? "mail-tried" : "mail-tried mail-tried-bad"}>
          <Icon name={tried.ok ? "check" : "warn"} size={16} />
          <div>
            {tried.message}
            {tried.answer && <code className="block mail-answer">{tried.answer}</code>}
          </div>
        </div>
      )}
    </form>
  );
}
