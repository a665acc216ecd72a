import { useTranslation } from "react-i18next";
import { type Favorite, setStar, useStarred } from "../../api/favorites";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** Stars or unstars, and tells when that failed. */
export function useStar(favorite: Favorite) {
  const errorText = useErrorText();
  const on = useStarred(favorite.object, favorite.id);
  const toggle = () => void setStar(favorite, !on).catch((e) => toast(errorText(e), { bad: true }));
  return { on, toggle };
}

/** Puts a record or a view among the favourites in the rail, or takes it out. */
export function Star(favorite: Favorite) {
  const { t } = useTranslation();
  const { on, toggle } = useStar(favorite);
  return (
    <IconButton
      label={t(on ? "favorites.remove" : "favorites.add")}
      aria-pressed={on}
      className={`star ${on ? "on" : ""}`}
      onClick={toggle}
    >
      <Icon name="star" size={18} />
    </IconButton>
  );
}
