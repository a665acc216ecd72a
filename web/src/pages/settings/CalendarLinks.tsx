import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { calendarApi } from "../../api/calendar";
import { isProblem } from "../../api/problem";
import { queryClient } from "../../api/queries";
import { shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Secret } from "./Secret";

/** Addresses from which a phone shows my calendar beside its own. */
export default function CalendarLinks() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const list = useQuery({ queryKey: ["calendar-links"], queryFn: calendarApi.links });
  const [name, setName] = useState("");
  const [made, setMade] = useState("");
  const [error, setError] = useState("");
  const changed = () => queryClient.invalidateQueries({ queryKey: ["calendar-links"] });
  async function add(e: FormEvent) {
    e.preventDefault();
    setError("");
    try {
      const link = await calendarApi.addLink(name.trim());
      setMade(window.location.origin + (link.path ?? ""));
      setName("");
      changed();
    } catch (err) {
      setError((isProblem(err) && err.byField().name) || errorText(err));
    }
  }
  async function end(id: string, what: string) {
    if (!window.confirm(t("calendar.link_sure", { what }))) return;
    try {
      await calendarApi.endLink(id);
      setMade("");
      toast(t("deleted", { what }));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
    changed();
  }
  return (
    <section className="panel stack narrow-panel">
      <h2>{t("settings.calendar")}</h2>
      <p className="muted">{t("calendar.link_text")}</p>
      {made ? (
        <div className="stack">
          <p>{t("calendar.link_once")}</p>
          <Secret value={made} />
          <p>
            <a className="btn btn-primary" href={made.replace(/^https?:/, "webcal:")}>
              {t("calendar.link_open")}
            </a>
          </p>
          <ul className="muted">
            <li>{t("calendar.link_iphone")}</li>
            <li>{t("calendar.link_android")}</li>
          </ul>
          <div>
            <Button onClick={() => setMade("")}>{t("done")}</Button>
          </div>
        </div>
      ) : (
        <form className="row nowrap align-end" onSubmit={add}>
          <FieldBox id="calendar-link" label={t("calendar.link_name")} error={error}>
            <Input
              id="calendar-link"
              required
              maxLength={60}
              value={name}
              placeholder={t("calendar.link_hint")}
              onChange={(e) => setName(e.target.value)}
            />
          </FieldBox>
          <Button kind="primary" type="submit" disabled={!name.trim()}>
            {t("calendar.link_make")}
          </Button>
        </form>
      )}
      {list.isPending ? (
        <Skeleton rows={2} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : (
        <ul className="rows">
          {list.data.links.map((l) => (
            <li key={l.id}>
              <Icon name="phone" />
              <div className="grow">
                <div>{l.name}</div>
                <div className="muted">
                  {t("tokens.made", { at: shortDateTime(l.created_at) })}
                  {" · "}
                  {l.used_at
                    ? t("tokens.used", { at: shortDateTime(l.used_at) })
                    : t("tokens.unused")}
                </div>
              </div>
              <Button small kind="danger" onClick={() => end(l.id, l.name)}>
                {t("tokens.end")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
