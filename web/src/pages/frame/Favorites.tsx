import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Favorite, orderFavorites, useFavorites, VIEW } from "../../api/favorites";
import type { ObjectMeta } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { reordered, useReorder } from "../../ui/useReorder";
import { analysisSearch, searchOf, useSavedAnalyses, useViews } from "../../views/list/views";

/** So many stand in the rail until more are asked for. */
const SHOWN = 8;

/** What this person starred, above the objects. */
export function Favorites({ objects, onGo }: { objects: ObjectMeta[]; onGo: () => void }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const list = useFavorites().data ?? [];
  const errorText = useErrorText();
  const order = useReorder(list.length, (from, to) =>
    orderFavorites(reordered(list, from, to), (e) => toast(errorText(e), { bad: true })),
  );
  if (!list.length) return null;
  return (
    <div className="nav-group favorites">
      <div className="rail-group">{t("favorites")}</div>
      {order.live}
      {(all ? list : list.slice(0, SHOWN)).map((f, i) => {
        const of = objects.find((o) => o.name === (f.object === VIEW ? f.of : f.object));
        if (!of) return null;
        const One = f.object !== VIEW ? StarredRecord : f.analysis ? StarredAnalysis : StarredView;
        return (
          <div key={f.object + f.id} className="favorite" {...order.item(i)}>
            <One favorite={f} object={of} onGo={onGo} />
            {list.length > 1 && order.grip(i, f.label)}
          </div>
        );
      })}
      {list.length > SHOWN && (
        <button
          type="button"
          className="rail-link"
          aria-expanded={all}
          title={t(all ? "favorites.fewer" : "favorites.more", { n: list.length - SHOWN })}
          onClick={() => setAll(!all)}
        >
          <Icon name={all ? "up" : "down"} />
          <span>{t(all ? "favorites.fewer" : "favorites.more", { n: list.length - SHOWN })}</span>
        </button>
      )}
    </div>
  );
}

interface One {
  favorite: Favorite;
  object: ObjectMeta;
  onGo: () => void;
}

function StarredRecord({ favorite, object, onGo }: One) {
  return (
    <Link
      to="/o/$plural/$id"
      params={{ plural: object.plural, id: favorite.id }}
      className="rail-link"
      title={`${object.label} ${favorite.label}`}
      onClick={onGo}
    >
      <Icon name={object.icon || object.name} />
      <span className="ellipsis">{favorite.label}</span>
    </Link>
  );
}

function StarredView({ favorite, object, onGo }: One) {
  const view = useViews(object.name).data?.find((v) => v.id === favorite.id);
  return (
    <Link
      to="/o/$plural"
      params={{ plural: object.plural }}
      search={(view ? searchOf(view) : {}) as never}
      activeOptions={{ exact: true, includeSearch: true }}
      className="rail-link"
      title={`${object.label_plural} · ${favorite.label}`}
      onClick={onGo}
    >
      <Icon name="list" />
      <span className="ellipsis">{favorite.label}</span>
    </Link>
  );
}

function StarredAnalysis({ favorite, object, onGo }: One) {
  const view = useSavedAnalyses(object.name).data?.find((v) => v.id === favorite.id);
  return (
    <Link
      to="/analyses/$name"
      params={{ name: favorite.analysis ?? "" }}
      search={(view ? analysisSearch(view) : {}) as never}
      activeOptions={{ exact: true, includeSearch: true }}
      className="rail-link"
      title={favorite.label}
      onClick={onGo}
    >
      <Icon name="chart" />
      <span className="ellipsis">{favorite.label}</span>
    </Link>
  );
}
