import { useNavigate } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { markNotices, type Notice } from "../../api/notices";
import { useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { PersonFace } from "../../fields/picture/PersonFace";
import { fullDateTime, shortDateTime } from "../../lib/format";
import { Icon } from "../../ui/Icon";

/** What happened, in a sentence. */
export function noticeText(n: Notice, objects: ObjectMeta[], t: TFunction): string {
  const object = objects.find((o) => o.name === n.object);
  const who = n.by?.name ?? t("system");
  const what = object?.label ?? "";
  if (n.kind === "job") {
    const job = n.job?.title || t(`job.kind.${n.job?.kind}`, { defaultValue: t("jobs") });
    return t(`job.told.${n.job?.state ?? "done"}`, { what: job });
  }
  if (n.kind === "reminder") return t("notice.reminder", { what });
  if (n.kind === "wanted" && n.period) {
    const [, m, d] = n.period.day.split("-");
    const wanted = t(`notice.wanted.${n.period.kind}`, { day: `${Number(m)}/${Number(d)}` });
    return t(n.by ? "notice.wanted" : "notice.wanted_by_clock", { who, what: wanted });
  }
  const many = n.count > 1 && n.kind !== "mentioned";
  return t(`notice.${n.kind}${many ? "_many" : ""}`, { who, what, n: n.count });
}

/** Where it leads; nowhere when one may not see it any more. */
function wayOf(n: Notice, object: ObjectMeta | undefined) {
  if (n.kind === "job") return { to: "/jobs", search: {} };
  if (n.kind === "wanted" && n.period) {
    return { to: "/reports", search: { kind: n.period.kind, day: n.period.day } };
  }
  if (!object || !n.record || n.record.hidden) return undefined;
  if (["assigned", "finished", "lapsed"].includes(n.kind) && n.count > 1) {
    return {
      to: "/o/$plural",
      params: { plural: object.plural },
      search: { filter: "owner = me()", sort: "-updated_at" },
    };
  }
  return { to: "/o/$plural/$id", params: { plural: object.plural, id: n.record.id } };
}

/** One notice: opening it leads to what it is about and marks it read. */
export function NoticeItem({ notice: n, onOpen }: { notice: Notice; onOpen?: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const objects = useObjects().data?.objects ?? [];
  const object = objects.find((o) => o.name === n.object);
  const way = wayOf(n, object);
  const hidden = n.record?.hidden;
  return (
    <li className={`told ${n.read ? "" : "told-new"}`}>
      <button
        type="button"
        className="told-open"
        onClick={() => {
          if (!n.read) void markNotices({ ids: [n.id] });
          if (!way) return;
          onOpen?.();
          void navigate(way as never);
        }}
      >
        {n.by && n.kind !== "job" ? (
          <PersonFace id={n.by.id} name={n.by.name} />
        ) : (
          <span className="entry-icon">
            <Icon name={n.kind === "job" ? "clock" : "bell"} size={14} />
          </span>
        )}
        <span className="told-body">
          <span className="told-line">
            {!n.read && <span className="sr-only">{t("notice.unread")} </span>}
            <span>{noticeText(n, objects, t)}</span>
            <time className="when" dateTime={n.at} title={fullDateTime(n.at)}>
              {shortDateTime(n.at)}
            </time>
          </span>
          {hidden ? (
            <span className="muted">{t("notice.hidden")}</span>
          ) : (
            n.record?.label && (
              <strong className="ellipsis">
                {n.record.label}
                {n.due_at && <span className="muted"> · {shortDateTime(n.due_at)}</span>}
              </strong>
            )
          )}
          {n.text && <span className="told-said">{n.text}</span>}
        </span>
      </button>
      <button
        type="button"
        className="told-mark"
        title={t(n.read ? "notice.mark_unread" : "notice.mark_read")}
        aria-label={t(n.read ? "notice.mark_unread" : "notice.mark_read")}
        onClick={() => void markNotices({ ids: [n.id], unread: n.read })}
      />
    </li>
  );
}
