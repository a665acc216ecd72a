import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { markNotices, useAllNotices, useNotices } from "../../api/notices";
import { useUrl } from "../../hooks/useUrl";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { NoticeItem } from "./NoticeItem";

/** All that concerned me, newest first. */
export function NoticesPage() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const only = url.unread === "1";
  const list = useAllNotices(only);
  const unread = useNotices().data?.unread ?? 0;
  const all = list.data?.pages.flatMap((p) => p.notices) ?? [];
  const newest = all[0];
  return (
    <div className="page notices-page">
      <div className="page-head">
        <h1>{t("notices")}</h1>
        <div className="row" role="group" aria-label={t("notices.which")}>
          {[false, true].map((u) => (
            <button
              key={String(u)}
              type="button"
              className={`chip-btn ${only === u ? "on" : ""}`}
              aria-pressed={only === u}
              onClick={() => setUrl({ unread: u ? "1" : undefined })}
            >
              {u ? t("notices.unread", { n: unread }) : t("all")}
            </button>
          ))}
        </div>
        <div className="grow" />
        <Button
          disabled={!unread || !newest}
          onClick={() => newest && void markNotices({ through: newest.id })}
        >
          {t("notices.read_all")}
        </Button>
        <Link
          to="/settings/$section"
          params={{ section: "notices" }}
          search={{}}
          className="icon-btn"
          title={t("settings.notices")}
          aria-label={t("settings.notices")}
        >
          <Icon name="gear" />
        </Link>
      </div>
      {list.isPending ? (
        <Skeleton rows={8} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : all.length === 0 ? (
        <EmptyState title={t(only ? "notices.none_unread" : "notices.empty")}>
          <p>{t("notices.empty_text")}</p>
        </EmptyState>
      ) : (
        <ul className="panel notices" aria-label={t("notices")}>
          {all.map((n) => (
            <NoticeItem key={n.id} notice={n} />
          ))}
        </ul>
      )}
      {list.hasNextPage && <Button onClick={() => list.fetchNextPage()}>{t("load.more")}</Button>}
    </div>
  );
}
