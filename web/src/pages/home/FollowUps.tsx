import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta, RecordData } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { dayOf, daysBetween, shortDate, today } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { Skeleton, useErrorText } from "../../ui/State";
import { both, whoChips, whoFilter } from "../charts/who";
import { About } from "./About";

const DAYS = ["14", "30", "60", "90"];

/** Customers whose next contact is due, or whom nobody has spoken to for some days. */
export function FollowUps({ object, who }: { object: ObjectMeta; who: string | undefined }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [url, setUrl] = useUrl();
  const days = DAYS.includes(url.days ?? "") ? (url.days as string) : "30";
  const due = useQuery({
    queryKey: ["home", "due", who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        {
          filter: both(whoFilter(who ?? ""), "next_contact_at < today(1)"),
          sort: "next_contact_at",
          limit: 8,
          count: "none",
        },
        signal,
      ),
    retry: false,
  });
  const silent = useQuery({
    queryKey: ["home", "silent", days, who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        {
          filter: both(whoFilter(who ?? ""), `last_contact_at < today(-${days})`),
          sort: "last_contact_at",
          limit: 8,
          count: "none",
        },
        signal,
      ),
    retry: false,
    placeholderData: (before) => before,
  });
  const follow = (r: RecordData) =>
    setUrl(
      {
        create: "activity",
        preset: JSON.stringify({
          customer: { id: r.id, object: object.name, label: recordTitle(object, r) },
        }),
      },
      { push: true },
    );
  const level = object.fields.find((f) => f.name === "level");
  const levels = new Map((level?.options ?? []).map((o) => [o.value, o.label]));
  const rows = (list: RecordData[], when: (r: RecordData) => React.ReactNode) => (
    <ul className="todo">
      {list.map((r) => (
        <li key={r.id}>
          <div className="grow">
            <Link
              className="strong plain-link"
              to="/o/$plural/$id"
              params={{ plural: object.plural, id: r.id }}
            >
              {recordTitle(object, r)}
            </Link>
            <About text={levels.get(String(r.level))} record={r} owner={who !== "me"} />
          </div>
          {when(r)}
          <Button
            small
            aria-label={t("follow.log_of", { what: recordTitle(object, r) })}
            onClick={() => follow(r)}
          >
            {t("follow.log")}
          </Button>
        </li>
      ))}
    </ul>
  );
  const nothing = due.data?.records.length === 0 && silent.data?.records.length === 0;
  return (
    <section className="panel" aria-labelledby="home-follow">
      <header>
        <h2 id="home-follow">{t("home.follow")}</h2>
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          search={{
            f: JSON.stringify([...whoChips(who ?? "me"), ["next_contact_at", "lt", "today(1)"]]),
          }}
          aria-label={t("home.all_of", { what: t("home.follow") })}
        >
          {t("home.all")}
        </Link>
      </header>
      {due.isPending || silent.isPending ? (
        <Skeleton rows={4} />
      ) : due.isError || silent.isError ? (
        <p className="muted">{errorText(due.error ?? silent.error)}</p>
      ) : (
        <>
          {due.data.records.length > 0 && (
            <>
              <h3 className="group-head">{t("follow.due")}</h3>
              {rows(due.data.records, (r) => {
                const day = dayOf(new Date(String(r.next_contact_at)));
                return (
                  <time
                    className={day < today() ? "late" : "muted"}
                    dateTime={String(r.next_contact_at)}
                  >
                    {shortDate(day)}
                  </time>
                );
              })}
            </>
          )}
          <h3 className="group-head">
            {t("follow.silent")}
            <Select
              className="fit small"
              aria-label={t("follow.days_label")}
              value={days}
              onChange={(e) =>
                setUrl({ days: e.target.value === "30" ? undefined : e.target.value })
              }
            >
              {DAYS.map((d) => (
                <option key={d} value={d}>
                  {t("follow.days", { n: d })}
                </option>
              ))}
            </Select>
          </h3>
          {silent.data.records.length > 0 ? (
            rows(silent.data.records, (r) => (
              <span className="muted">
                {t("follow.since", {
                  n: daysBetween(dayOf(new Date(String(r.last_contact_at))), today()),
                })}
              </span>
            ))
          ) : (
            <p className="muted empty-line">
              <Icon name="check" size={14} /> {t(nothing ? "follow.none" : "follow.silent_none")}
            </p>
          )}
        </>
      )}
    </section>
  );
}
