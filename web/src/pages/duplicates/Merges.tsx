import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { merging } from "../../api/merge";
import type { ObjectMeta } from "../../api/types";
import { fullDateTime, listed, shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { UnmergeDialog } from "../../views/merge/UnmergeDialog";

/** What was merged lately, each to be undone. */
export function Merges({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const [undoing, setUndoing] = useState<string>();
  const list = useQuery({
    queryKey: ["merges", object.name],
    queryFn: () => merging.merges(object.name),
  });
  if (list.isPending) return <Skeleton rows={4} />;
  if (list.isError) return <ErrorState error={list.error} retry={() => list.refetch()} />;
  if (!list.data.merges.length) return <EmptyState title={t("duplicates.merged_none")} />;
  return (
    <section className="panel">
      <ul className="rows" aria-label={t("duplicates.merged")}>
        {list.data.merges.map((m) => (
          <li key={m.id}>
            <div className="grow">
              <div>
                <Link to="/o/$plural/$id" params={{ plural: object.plural, id: m.winner.id }}>
                  {m.winner.label}
                </Link>{" "}
                <span className="muted">← {listed(m.merged.map((x) => x.label))}</span>
              </div>
              <div className="muted">
                {m.by.name} ·{" "}
                <time dateTime={m.at} title={fullDateTime(m.at)}>
                  {shortDateTime(m.at)}
                </time>
              </div>
            </div>
            {m.undone_at ? (
              <span className="chip">{t("merge.undone_chip")}</span>
            ) : (
              <Button small onClick={() => setUndoing(m.id)}>
                {t("merge.undo")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing && (
        <UnmergeDialog object={object} merge={undoing} onClose={() => setUndoing(undefined)} />
      )}
    </section>
  );
}
