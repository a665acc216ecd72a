import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Icon } from "../../ui/Icon";

/** A list, or a board where the object has stages; the same query either way. */
export function ShapeTabs({ object, board }: { object: ObjectMeta; board: boolean }) {
  const { t } = useTranslation();
  if (!object.stage_field) return null;
  const params = { plural: object.plural };
  return (
    <nav className="tablist" aria-label={t("shape")}>
      <Link
        to="/o/$plural"
        params={params}
        search
        className={board ? "" : "active"}
        activeProps={{}}
      >
        <Icon name="list" size={16} />
        <span className="word">{t("view.list")}</span>
      </Link>
      <Link
        to="/o/$plural/board"
        params={params}
        search
        className={board ? "active" : ""}
        activeProps={{}}
      >
        <Icon name="board" size={16} />
        <span className="word">{t("view.board")}</span>
      </Link>
    </nav>
  );
}
