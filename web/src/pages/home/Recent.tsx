import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { useRecent } from "../../lib/recent";
import { Icon } from "../../ui/Icon";

/** What I opened last on this device. */
export function Recent({ objects }: { objects: ObjectMeta[] }) {
  const { t } = useTranslation();
  const all = useRecent().slice(0, 8);
  return (
    <section className="panel" aria-labelledby="home-recent">
      <header>
        <h2 id="home-recent">{t("home.recent")}</h2>
      </header>
      {all.length === 0 ? (
        <p className="muted empty-line">{t("home.recent_none")}</p>
      ) : (
        <ul className="todo">
          {all.map((v) => {
            const o = objects.find((x) => x.plural === v.plural);
            return (
              <li key={v.id}>
                <Icon name={o?.icon || v.object} size={16} />
                <Link
                  className="grow plain-link line"
                  to="/o/$plural/$id"
                  params={{ plural: v.plural, id: v.id }}
                >
                  {v.label}
                </Link>
                <span className="muted">{o?.label}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
