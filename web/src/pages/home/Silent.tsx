import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useMe } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { dayOf, daysBetween, today } from "../../lib/format";
import { silentFilter } from "../../lib/silence";
import { Select } from "../../ui/Input";
import { both, whoFilter } from "../charts/who";
import { CustomerRows } from "./CustomerRows";
import { Panel } from "./Panel";

const DAYS = ["level", "14", "30", "60", "90"];

/** Customers whom nobody has spoken to for as long as their level allows, or for some days. */
export function Silent({ object, who }: { object: ObjectMeta; who: string | undefined }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const days = DAYS.includes(url.days ?? "") ? (url.days as string) : "level";
  const patience = useMe().data?.company.follow_up_days;
  const quiet =
    days === "level" ? silentFilter(object, patience) : `last_contact_at < today(-${days})`;
  const found = useQuery({
    queryKey: ["home", "silent", quiet, who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        {
          filter: both(whoFilter(who ?? ""), quiet),
          sort: "last_contact_at",
          limit: 12,
          count: "none",
        },
        signal,
      ),
    retry: false,
    placeholderData: (before) => before,
  });
  return (
    <Panel
      title={
        <span className="row nowrap">
          {t("follow.silent")}
          <Select
            className="fit small"
            aria-label={t("follow.days_label")}
            value={days}
            onChange={(e) =>
              setUrl({ days: e.target.value === "level" ? undefined : e.target.value })
            }
          >
            {DAYS.map((d) => (
              <option key={d} value={d}>
                {d === "level" ? t("follow.by_level") : t("follow.days", { n: d })}
              </option>
            ))}
          </Select>
        </span>
      }
      link={
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          search={{
            filter: both(whoFilter(who ?? ""), quiet),
            sort: "last_contact_at",
          }}
          aria-label={t("home.all_of", { what: t("follow.silent") })}
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
          none={t("follow.silent_none")}
          when={(r) => (
            <span className="muted">
              {t("follow.since", {
                n: daysBetween(dayOf(new Date(String(r.last_contact_at))), today()),
              })}
            </span>
          )}
        />
      )}
    </Panel>
  );
}
