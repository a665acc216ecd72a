import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { dayOf, shortDate, today } from "../../lib/format";
import { both, whoChips, whoFilter } from "../charts/who";
import { CustomerRows } from "./CustomerRows";
import { Panel } from "./Panel";

/** Customers whose next contact is due: today's calls and visits, and those that are late. */
export function Due({ object, who }: { object: ObjectMeta; who: string | undefined }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["home", "due", who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        {
          filter: both(whoFilter(who ?? ""), "next_contact_at < today(1)"),
          sort: "next_contact_at",
          limit: 12,
          count: "none",
        },
        signal,
      ),
    retry: false,
  });
  return (
    <Panel
      title={t("home.follow")}
      link={
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
      }
      query={found}
      rows={5}
    >
      {() => (
        <CustomerRows
          object={object}
          records={found.data?.records ?? []}
          who={who}
          none={t("follow.due_none")}
          when={(r) => {
            const day = dayOf(new Date(String(r.next_contact_at)));
            return (
              <time
                className={day < today() ? "late" : "muted"}
                dateTime={String(r.next_contact_at)}
              >
                {shortDate(day)}
              </time>
            );
          }}
        />
      )}
    </Panel>
  );
}
