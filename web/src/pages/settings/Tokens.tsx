import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { isProblem } from "../../api/problem";
import { queryClient } from "../../api/queries";
import { fullDateTime, shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Secret } from "./Secret";

const SCOPES = ["read", "write", "import"];
const SPANS = ["30", "90", "365", ""];

/** Keys for programs that speak to the API in my name. */
export default function Tokens() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const list = useQuery({ queryKey: ["tokens"], queryFn: admin.tokens });
  const [making, setMaking] = useState(false);
  async function end(id: string, name: string) {
    if (!window.confirm(t("tokens.sure", { what: name }))) return;
    try {
      await admin.endToken(id);
      toast(t("deleted", { what: name }));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
    queryClient.invalidateQueries({ queryKey: ["tokens"] });
  }
  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.tokens")}</h2>
        <Button small kind="primary" onClick={() => setMaking(true)}>
          {t("tokens.new")}
        </Button>
      </div>
      <p className="muted">{t("tokens.text")}</p>
      {list.isPending ? (
        <Skeleton rows={2} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : list.data.length === 0 ? (
        <EmptyState title={t("tokens.none")} />
      ) : (
        <ul className="rows">
          {list.data.map((k) => (
            <li key={k.id}>
              <Icon name="key" />
              <div className="grow">
                <div>
                  {k.name}{" "}
                  {(k.scopes ?? []).map((s) => (
                    <span key={s} className="chip">
                      {t(`tokens.scope.${s}`, { defaultValue: s })}
                    </span>
                  ))}
                </div>
                <div className="muted">
                  {[
                    k.created_at && t("tokens.made", { at: shortDateTime(k.created_at) }),
                    k.last_used
                      ? t("tokens.used", { at: shortDateTime(k.last_used) })
                      : t("tokens.unused"),
                    k.expires_at
                      ? t("tokens.until", { at: fullDateTime(k.expires_at) })
                      : t("tokens.forever"),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </div>
              </div>
              <Button small kind="danger" onClick={() => end(k.id, k.name)}>
                {t("tokens.end")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
    </section>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["read"]);
  const [days, setDays] = useState("90");
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  async function submit(e: FormEvent) {
    e.preventDefault();
    setError("");
    try {
      const until = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null;
      const made = await admin.makeToken({ name: name.trim(), scopes, expires_at: until });
      setSecret(made.secret ?? "");
      queryClient.invalidateQueries({ queryKey: ["tokens"] });
    } catch (e) {
      if (isProblem(e)) setErrors(e.byField());
      setError(errorText(e));
    }
  }
  return (
    <Drawer title={t("tokens.new")} shape="middle" onClose={onClose}>
      {secret ? (
        <div className="stack">
          <p>{t("tokens.once")}</p>
          <Secret value={secret} />
          <div>
            <Button kind="primary" onClick={onClose}>
              {t("done")}
            </Button>
          </div>
        </div>
      ) : (
        <form className="stack" onSubmit={submit}>
          {error && (
            <p className="summary" role="alert">
              {error}
            </p>
          )}
          <FieldBox id="token-name" label={t("tokens.name")} required error={errors.name}>
            <Input
              id="token-name"
              required
              maxLength={100}
              value={name}
              placeholder={t("tokens.name_hint")}
              onChange={(e) => setName(e.target.value)}
            />
          </FieldBox>
          <fieldset className="plain stack tight">
            <legend>{t("tokens.scopes")}</legend>
            {SCOPES.map((s) => (
              <label key={s} className="row check">
                <input
                  type="checkbox"
                  checked={scopes.includes(s)}
                  onChange={(e) =>
                    setScopes(e.target.checked ? [...scopes, s] : scopes.filter((x) => x !== s))
                  }
                />
                {t(`tokens.scope.${s}`)}
              </label>
            ))}
          </fieldset>
          <FieldBox id="token-days" label={t("tokens.valid")} error={errors.expires_at}>
            <Select id="token-days" value={days} onChange={(e) => setDays(e.target.value)}>
              {SPANS.map((d) => (
                <option key={d} value={d}>
                  {d ? t("tokens.days", { n: d }) : t("tokens.forever")}
                </option>
              ))}
            </Select>
          </FieldBox>
          <div>
            <Button kind="primary" type="submit" disabled={!scopes.length}>
              {t("tokens.make")}
            </Button>
          </div>
        </form>
      )}
    </Drawer>
  );
}
