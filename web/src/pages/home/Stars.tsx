import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFavorites, VIEW } from "../../api/favorites";
import type { ObjectMeta } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { Panel } from "./Panel";

/** What I starred. */
export function Stars({ objects }: { objects: ObjectMeta[] }) {
  const { t } = useTranslation();
  const found = useFavorites();
  return (
    <Panel title={t("home.favorites")} query={found} rows={4}>
      {() =>
        !found.data?.length ? (
          <p className="muted empty-line">{t("home.favorites_none")}</p>
        ) : (
          <ul className="todo">
            {found.data.map((f) => {
              const o = objects.find((x) => x.name === (f.object === VIEW ? f.of : f.object));
              if (!o) return null;
              return (
                <li key={f.object + f.id}>
                  <Icon name={f.object === VIEW ? "list" : o.icon || o.name} size={16} />
                  {f.object === VIEW ? (
                    <Link
                      className="grow plain-link line"
                      to="/o/$plural"
                      params={{ plural: o.plural }}
                      search={{ view: f.id }}
                    >
                      {f.label}
                    </Link>
                  ) : (
                    <Link
                      className="grow plain-link line"
                      to="/o/$plural/$id"
                      params={{ plural: o.plural, id: f.id }}
                    >
                      {f.label}
                    </Link>
                  )}
                  <span className="muted">{o.label}</span>
                </li>
              );
            })}
          </ul>
        )
      }
    </Panel>
  );
}
