import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useMe, useObjects } from "../api/queries";
import type { ObjectMeta } from "../api/types";
import { fieldType } from "../fields";
import { useUrl } from "../hooks/useUrl";
import { grouped } from "../lib/format";
import { recordTitle } from "../lib/records";
import { Button } from "../ui/Button";

function Tile({ object }: { object: ObjectMeta }) {
  const list = useQuery({
    queryKey: ["home", "count", object.plural],
    queryFn: ({ signal }) => api.list(object.plural, { limit: 1, count: "capped" }, signal),
    retry: false,
  });
  const c = list.data?.count;
  return (
    <Link className="tile" to="/o/$plural" params={{ plural: object.plural }}>
      <strong>
        {c && c.relation !== "unknown"
          ? grouped(String(c.value)) + (c.relation === "gte" ? "+" : "")
          : "\u00a0"}
      </strong>
      {object.label_plural}
    </Link>
  );
}

function Latest({ object, filter, title }: { object: ObjectMeta; filter?: string; title: string }) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  const list = useQuery({
    queryKey: ["home", "latest", object.plural, filter],
    queryFn: ({ signal }) =>
      api.list(object.plural, { limit: 8, count: "none", sort: "-created_at", filter }, signal),
    retry: false,
  });
  const when = object.fields.find((f) => ["due_at", "next_at", "created_at"].includes(f.name));
  return (
    <section className="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      {list.data?.records.length ? (
        <ul className="mini">
          {list.data.records.map((r) => {
            const type = when && fieldType(when);
            return (
              <li key={r.id}>
                <Link to="/o/$plural/$id" params={{ plural: object.plural, id: r.id }}>
                  {recordTitle(object, r)}
                </Link>{" "}
                <span className="muted">
                  {type && <type.Display field={when} value={r[when.name]} short />}
                </span>
              </li>
            );
          })}
        </ul>
      ) : (
        <div className="stack">
          <p className="muted">
            {list.isError ? t("error.failed") : list.data ? t("none") : "\u00a0"}
          </p>
          {list.data && object.access.create && (
            <div>
              <Button small onClick={() => setUrl({ create: object.name }, { push: true })}>
                {t("new.of", { what: object.label })}
              </Button>
            </div>
          )}
        </div>
      )}
    </section>
  );
}

export function Home() {
  const { t } = useTranslation();
  const me = useMe();
  const objects = (useObjects().data?.objects ?? []).filter(
    (o) => o.name !== "user" && o.name !== "department",
  );
  return (
    <div className="page">
      <h1>{t("home.hello", { name: me.data?.user.name })}</h1>
      <div className="tiles">
        {objects.slice(0, 8).map((o) => (
          <Tile key={o.name} object={o} />
        ))}
      </div>
      <div className="home-grid">
        {["task", "activity", "customer", "opportunity"].map((n) => {
          const o = objects.find((x) => x.name === n);
          return (
            o && <Latest key={n} object={o} title={t("home.latest", { what: o.label_plural })} />
          );
        })}
      </div>
    </div>
  );
}
