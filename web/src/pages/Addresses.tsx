import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, BASE } from "../api/client";
import { useMe } from "../api/queries";
import { ErrorState, Skeleton } from "../ui/State";
import { Secret } from "./settings/Secret";

/** What makes a server reachable from the office, over HTTPS. */
const OPEN = "ecrm serve --addr 0.0.0.0:8443 --tls auto";

const DEVICES = ["ios", "android", "windows", "mac", "firefox"];

/** How colleagues come here: addresses with codes for a phone's camera, and what devices must trust. */
export function Addresses() {
  const { t } = useTranslation();
  const me = useMe().data;
  const reach = useQuery({ queryKey: ["reach"], queryFn: api.reach, staleTime: 0 });
  if (reach.isPending) return <Skeleton rows={3} />;
  if (reach.isError) return <ErrorState error={reach.error} retry={() => reach.refetch()} />;
  const { addresses, alone, authority } = reach.data;
  if (alone) {
    return (
      <div className="stack">
        <p className="muted">{t("reach.alone")}</p>
        <Secret value={OPEN} />
        <p className="muted">{t("reach.alone_then")}</p>
      </div>
    );
  }
  // Where HTTPS is not trusted yet, the certificate comes without it.
  const certificate = (a: string) => a.replace(/^https:/, "http:") + (authority?.path ?? "");
  return (
    <div className="stack">
      <p className="muted">{t("reach.text")}</p>
      <ul className="addresses">
        {addresses.map((a) => (
          <li key={a}>
            <Code address={a} />
            <a href={a}>{a}</a>
            {a === window.location.origin && <span className="muted small">{t("reach.this")}</span>}
          </li>
        ))}
      </ul>
      {addresses.every((a) => a.startsWith("http:")) && (
        <p className="summary">{t("reach.insecure")}</p>
      )}
      {me?.admin && (
        <p className="muted">
          {t("reach.accounts")}{" "}
          <Link to="/settings/$section" params={{ section: "users" }} search={{}}>
            {t("settings.users")}
          </Link>
        </p>
      )}
      {authority && (
        <section className="stack">
          <h3>{t("reach.trust")}</h3>
          <p className="muted">{t("reach.trust_text")}</p>
          <ul className="addresses">
            {addresses
              .slice(0, 1)
              .map(certificate)
              .map((a) => (
                <li key={a}>
                  <Code address={a} />
                  <a href={a}>{a}</a>
                </li>
              ))}
          </ul>
          {DEVICES.map((d) => (
            <details key={d}>
              <summary>{t(`reach.${d}`)}</summary>
              <p className="muted">{t(`reach.${d}_steps`)}</p>
            </details>
          ))}
          <p className="muted small">
            {t("reach.fingerprint")}
            <br />
            <code className="fingerprint">{authority.fingerprint}</code>
          </p>
        </section>
      )}
    </div>
  );
}

function Code({ address }: { address: string }) {
  const { t } = useTranslation();
  return (
    <img
      src={`${BASE}/reach/code.svg?address=${encodeURIComponent(address)}`}
      alt={t("reach.qr", { address })}
      width={176}
      height={176}
    />
  );
}
