import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { markNotices, useNotices } from "../../api/notices";
import { isComposing } from "../../hooks/useComposition";
import { useKeys } from "../../hooks/useKeys";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Popover } from "../../ui/Popover";
import { ErrorState, Skeleton } from "../../ui/State";
import { NoticeItem } from "../notices/NoticeItem";

/** The bell in the top bar: how many notices are unread, and the newest of them. */
export function Bell() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const unread = useNotices().data?.unread ?? 0;
  useKeys({
    n: (e) => {
      e.preventDefault();
      setOpen(true);
    },
  });
  const label = unread ? t("notices.some", { n: unread }) : t("notices");
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="icon-btn bell"
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="bell" />
        {unread > 0 && <b className="badge">{unread > 99 ? "99+" : unread}</b>}
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} align="end" className="bell-panel">
          <Panel close={() => setOpen(false)} />
        </Popover>
      )}
    </>
  );
}

function Panel({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const list = useNotices();
  const ref = useRef<HTMLDivElement>(null);
  const notices = list.data?.notices ?? [];
  const unread = list.data?.unread ?? 0;
  useEffect(() => ref.current?.focus(), []);
  return (
    <div
      ref={ref}
      role="dialog"
      aria-label={t("notices")}
      tabIndex={-1}
      className="bell-list"
      onKeyDown={(e) => {
        if (isComposing(e) || (e.key !== "ArrowDown" && e.key !== "ArrowUp")) return;
        const all = [...(ref.current?.querySelectorAll<HTMLElement>(".told-open") ?? [])];
        const i = all.indexOf(document.activeElement as HTMLElement);
        const next = e.key === "ArrowDown" ? Math.min(i + 1, all.length - 1) : Math.max(i - 1, 0);
        all[next]?.focus();
        e.preventDefault();
      }}
    >
      <header className="bell-head">
        <h2>{t("notices")}</h2>
        <Button
          small
          kind="quiet"
          disabled={!unread}
          onClick={() => notices[0] && void markNotices({ through: notices[0].id })}
        >
          {t("notices.read_all")}
        </Button>
      </header>
      {list.isPending ? (
        <Skeleton rows={4} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : notices.length === 0 ? (
        <div className="state">
          <p className="state-title">{t("notices.empty")}</p>
          <p className="muted">{t("notices.empty_text")}</p>
        </div>
      ) : (
        <ul className="notices">
          {notices.map((n) => (
            <NoticeItem key={n.id} notice={n} onOpen={close} />
          ))}
        </ul>
      )}
      <footer className="bell-foot">
        <Link to="/notices" search={{}} onClick={close}>
          {t("notices.all")}
        </Link>
        <Link
          to="/settings/$section"
          params={{ section: "notices" }}
          search={{}}
          className="muted"
          onClick={close}
        >
          {t("settings.notices")}
        </Link>
      </footer>
    </div>
  );
}
