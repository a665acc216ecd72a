import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { mail, type Outgoing } from "../../api/mail";
import { queryClient } from "../../api/queries";
import { fullDateTime, shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

const STATES = ["", "failed", "queued", "sent"] as const;
const LOOK: Record<Outgoing["state"], string> = {
  queued: "status-busy",
  sent: "status-good",
  failed: "status-bad",
  skipped: "",
};

/** The mails that went out or could not, and why. */
export function Outbox() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [state, setState] = useState<(typeof STATES)[number]>("");
  const list = useInfiniteQuery({
    queryKey: ["mails", state],
    queryFn: ({ pageParam }) => mail.list({ state, cursor: pageParam || undefined }),
    initialPageParam: "",
    getNextPageParam: (p) => p.next ?? undefined,
    refetchInterval: 15_000,
  });
  const all = list.data?.pages.flatMap((p) => p.mails) ?? [];
  async function retry(m: Outgoing) {
    try {
      await mail.retry(m.id);
      toast(t("mail.retrying"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
    queryClient.invalidateQueries({ queryKey: ["mails"] });
  }
  return (
    <section className="panel stack" aria-label={t("mail.outbox")}>
      <div className="panel-head">
        <h2>{t("mail.outbox")}</h2>
        <div className="row" role="group" aria-label={t("mail.which")}>
          {STATES.map((s) => (
            <button
              key={s}
              type="button"
              className={`chip-btn ${state === s ? "on" : ""}`}
              aria-pressed={state === s}
              onClick={() => setState(s)}
            >
              {s ? t(`mail.state.${s}`) : t("all")}
            </button>
          ))}
        </div>
      </div>
      {list.isPending ? (
        <Skeleton rows={3} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : all.length === 0 ? (
        <p className="muted">{t("mail.none")}</p>
      ) : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{t("mail.when")}</th>
                <th>{t("mail.to")}</th>
                <th>{t("mail.kind")}</th>
                <th>{t("mail.state")}</th>
                <th>
                  <span className="sr-only">{t("actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map((m) => (
                <tr key={m.id}>
                  <td>
                    <time dateTime={m.created_at} title={fullDateTime(m.created_at)}>
                      {shortDateTime(m.sent_at ?? m.created_at)}
                    </time>
                  </td>
                  <td>
                    {m.user?.name}
                    {m.address && <span className="muted block">{m.address}</span>}
                  </td>
                  <td>{t(`mail.kind.${m.kind}`, { defaultValue: m.kind })}</td>
                  <td className="mail-why">
                    <span className={`status ${LOOK[m.state]}`}>{t(`mail.state.${m.state}`)}</span>
                    {m.problem && m.state !== "sent" && <span className="block">{m.problem}</span>}
                    {m.answer && m.state !== "sent" && (
                      <code className="block mail-answer">{m.answer}</code>
                    )}
                    {m.next_at && m.attempts > 0 && (
                      <span className="muted block">
                        {t("mail.next", { at: shortDateTime(m.next_at), n: m.attempts })}
                      </span>
                    )}
                  </td>
                  <td>
                    {(m.state === "failed" || (m.state === "queued" && m.attempts > 0)) && (
                      <Button small onClick={() => retry(m)}>
                        {t("mail.retry")}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <div>
          <Button onClick={() => list.fetchNextPage()}>{t("load.more")}</Button>
        </div>
      )}
    </section>
  );
}
