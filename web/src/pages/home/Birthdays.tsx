import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta, RecordData } from "../../api/types";
import { birthdayText, isBirthday } from "../../fields/birthday/words";
import { shortDate, today } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { Skeleton, useErrorText } from "../../ui/State";
import { both, whoChips, whoFilter } from "../charts/who";
import { About } from "./About";

const DAYS = 14;
const MOST = 6;
const FIELD = "birthday";

const nextOf = (r: RecordData) => (isBirthday(r[FIELD]) && r[FIELD].next) || "9999";

/** Whose birthday comes within two weeks; nothing where there is none. */
export function Birthdays({ objects, who }: { objects: ObjectMeta[]; who: string | undefined }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const asked = objects.filter(
    (o) => o.access.view !== false && o.fields.some((f) => f.name === FIELD && f.type === FIELD),
  );
  const found = useQuery({
    queryKey: ["home", "birthdays", who, asked.map((o) => o.plural).join()],
    enabled: !!who && asked.length > 0,
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        asked.map((o) =>
          api.list(
            o.plural,
            {
              filter: both(whoFilter(who ?? ""), `${FIELD} = next_days(${DAYS})`),
              sort: FIELD,
              limit: MOST,
              count: "none",
            },
            signal,
          ),
        ),
      );
      return pages
        .flatMap((p, i) => p.records.map((r) => ({ o: asked[i] as ObjectMeta, r })))
        .sort((a, b) => nextOf(a.r).localeCompare(nextOf(b.r)))
        .slice(0, MOST);
    },
    retry: false,
  });
  return (
    <section className="panel" aria-labelledby="home-birthdays">
      <header>
        <h2 id="home-birthdays">{t("home.birthdays", { n: DAYS })}</h2>
        <Link
          to="/o/$plural"
          params={{ plural: asked[0]?.plural ?? "" }}
          search={{
            f: JSON.stringify([...whoChips(who ?? "me"), [FIELD, "eq", `next_days(${DAYS})`]]),
            sort: FIELD,
          }}
          aria-label={t("home.all_of", { what: t("home.birthdays", { n: DAYS }) })}
        >
          {t("home.all")}
        </Link>
      </header>
      {found.isPending && <Skeleton rows={3} />}
      {found.isError && <p className="muted">{errorText(found.error)}</p>}
      {found.data?.length === 0 && (
        <p className="muted empty-line">{t("home.birthdays_none", { n: DAYS })}</p>
      )}
      <ul className="todo">
        {(found.data ?? []).map(({ o, r }) => {
          const b = r[FIELD];
          return (
            <li key={o.name + r.id}>
              <div className="grow">
                <Link
                  className="strong plain-link"
                  to="/o/$plural/$id"
                  params={{ plural: o.plural, id: r.id }}
                >
                  {recordTitle(o, r)}
                </Link>
                <About
                  text={isBirthday(b) ? birthdayText(b, i18n.language) : ""}
                  record={r}
                  owner={who !== "me"}
                />
              </div>
              <time className={nextOf(r) === today() ? "strong" : "muted"} dateTime={nextOf(r)}>
                {shortDate(nextOf(r))}
              </time>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
