import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { useNear } from "../../hooks/useNear";
import { shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { Composer } from "./Composer";
import { Entry } from "./Entry";
import { folded } from "./fold";

const KINDS = ["activity", "task", "comment", "change"] as const;

/** Everything that happened, newest first; above it the place to add to it. */
export function Timeline({
  object,
  id,
  brief,
}: {
  object: ObjectMeta;
  id: string;
  /** Beside a list: only what happened. */
  brief?: boolean;
}) {
  const { t } = useTranslation();
  const [kind, setKind] = useState("");
  const list = useInfiniteQuery({
    queryKey: ["timeline", object.plural, id, kind],
    queryFn: ({ pageParam }) =>
      api.timeline(object.plural, id, kind || undefined, pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (p) => p.next ?? undefined,
  });
  const shown = list.data?.pages.flatMap((p) => p.entries ?? []) ?? [];
  const goesOn = list.hasNextPage && !list.isFetchingNextPage && !list.isFetchNextPageError;
  const end = useNear(goesOn ? () => void list.fetchNextPage() : undefined);
  return (
    <>
      {!brief && <Composer object={object} id={id} />}
      <section className={brief ? "" : "panel"} aria-label={t("timeline")}>
        <header className="timeline-head">
          <h2>{t("timeline")}</h2>
          {!brief && (
            <div className="row kinds" role="group" aria-label={t("timeline.filter")}>
              {["", ...KINDS].map((k) => (
                <button
                  key={k}
                  type="button"
                  className={`chip-btn ${kind === k ? "on" : ""}`}
                  aria-pressed={kind === k}
                  onClick={() => setKind(k)}
                >
                  {k ? t(`timeline.${k}`) : t("all")}
                </button>
              ))}
            </div>
          )}
        </header>
        {list.isPending ? (
          <Skeleton rows={4} />
        ) : list.isError ? (
          <ErrorState error={list.error} retry={() => list.refetch()} />
        ) : shown.length === 0 ? (
          <EmptyState title={t("timeline.empty")} />
        ) : (
          <ol className="timeline">
            {folded(shown).map((f, i) =>
              f.kind === "one" ? (
                <Entry
                  key={`${f.entry.kind}${f.entry.id ?? ""}${f.entry.at}`}
                  entry={f.entry}
                  object={object}
                />
              ) : (
                <li key={`changes${i}`} className="entry-changes">
                  <details open={kind === "change"}>
                    <summary>
                      {t("timeline.changes_n", { n: f.entries.length })}{" "}
                      <span className="when">{shortDateTime(f.entries[0]?.at ?? "")}</span>
                    </summary>
                    <ol className="timeline">
                      {f.entries.map((e, n) => (
                        <Entry key={`${e.at}${n}`} entry={e} object={object} />
                      ))}
                    </ol>
                  </details>
                </li>
              ),
            )}
          </ol>
        )}
        <div ref={end}>
          {list.isFetchingNextPage ? (
            <Skeleton rows={2} />
          ) : (
            list.hasNextPage && (
              <Button onClick={() => list.fetchNextPage()}>{t("load.more")}</Button>
            )
          )}
        </div>
      </section>
    </>
  );
}
