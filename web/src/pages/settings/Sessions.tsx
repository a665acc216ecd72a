import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { admin, type SessionInfo } from "../../api/admin";
import { queryClient } from "../../api/queries";
import { fullDateTime, shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** "Chrome · Windows" out of what a browser says of itself. */
export function deviceName(agent: string | undefined): string {
  if (!agent) return "";
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /OPR\//.test(agent)
      ? "Opera"
      : /Firefox\//.test(agent)
        ? "Firefox"
        : /Line\//.test(agent)
          ? "LINE"
          : /MicroMessenger\//.test(agent)
            ? "WeChat"
            : /Chrome\//.test(agent)
              ? "Chrome"
              : /Safari\//.test(agent)
                ? "Safari"
                : "";
  const system = /iPhone/.test(agent)
    ? "iPhone"
    : /iPad/.test(agent)
      ? "iPad"
      : /Android/.test(agent)
        ? "Android"
        : /Windows/.test(agent)
          ? "Windows"
          : /Mac OS X/.test(agent)
            ? "macOS"
            : /Linux/.test(agent)
              ? "Linux"
              : "";
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 60);
}

/** Where I am signed in, each of which can be ended at once. */
export default function Sessions() {
  const { t } = useTranslation();
  return (
    <section className="panel stack">
      <SessionList title={<h2>{t("settings.sessions")}</h2>} />
    </section>
  );
}

/** Where somebody is signed in: I myself, or for administrators anybody. */
export function SessionList({ user, title }: { user?: string; title?: ReactNode }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const list = useQuery({
    queryKey: ["sessions", user ?? ""],
    queryFn: () => admin.sessions(user),
    staleTime: 0,
  });
  async function end(all: SessionInfo[]) {
    try {
      for (const s of all) await admin.endSession(s.id);
      toast(t("sessions.ended"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
    queryClient.invalidateQueries({ queryKey: ["sessions"] });
  }
  const others = list.data?.filter((s) => !s.current) ?? [];
  return (
    <>
      {(title || others.length > 1) && (
        <div className="panel-head">
          {title ?? <span />}
          {others.length > 1 && (
            <Button small onClick={() => end(others)}>
              {t(user ? "sessions.end_all" : "sessions.end_others")}
            </Button>
          )}
        </div>
      )}
      {list.isPending ? (
        <Skeleton rows={3} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : list.data.length === 0 ? (
        <EmptyState title={t("sessions.none")} />
      ) : (
        <ul className="rows">
          {list.data.map((s) => (
            <li key={s.id}>
              <Icon name={/iPhone|Android|iPad/.test(s.device ?? "") ? "phone" : "laptop"} />
              <div className="grow">
                <div title={s.device}>
                  {deviceName(s.device) || t("sessions.unknown")}{" "}
                  {s.current && <span className="chip">{t("sessions.current")}</span>}
                </div>
                <div className="muted">
                  {[
                    s.since && t("sessions.since", { at: shortDateTime(s.since) }),
                    s.last_seen && t("sessions.seen", { at: shortDateTime(s.last_seen) }),
                    s.address,
                    s.until && t("sessions.until", { at: fullDateTime(s.until) }),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </div>
              </div>
              {!s.current && (
                <Button small onClick={() => end([s])}>
                  {t("sessions.end")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
