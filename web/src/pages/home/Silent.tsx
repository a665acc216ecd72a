import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { dayOf, daysBetween, today } from "../../lib/format";
import { Select } from "../../ui/Input";
import { both, whoChips, whoFilter } from "../charts/who";
import { CustomerRows } from "./CustomerRows";
import { Panel } from "./Panel";

const DAYS = ["14", "30", "60", "90"];

/** Customers whom nobody has spoken to for some days, the longest first. */
export function Silent({ object, who }: { object: ObjectMeta; who: string | undefined }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const days = DAYS.includes(url.days ?? "") ? (url.days as string) : "30";
  const found = useQuery({
    queryKey: ["home", "silent", days, who],
    enabled: !!who,
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        {
          filter: both(whoFilter(who ?? ""), `last_contact_at < today(-${days})`),
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
            onChange={(e) => setUrl({ days: e.target.value === "30" ? undefined : e.target.value })}
          >
            {DAYS.map((d) => (
              <option key={d} value={d}>
                {t("follow.days", { n: d })}
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
            f: JSON.stringify([
              ...whoChips(who ?? "me"),
              ["last_contact_at", "lt", `today(-${days})`],
            ]),
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
