import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { merging } from "../../api/merge";
import type { ObjectMeta } from "../../api/types";
import { listed } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { ErrorState, Skeleton } from "../../ui/State";
import { unmerge } from "./merged";

/** What undoing a merge would come to, before it is undone. */
export function UnmergeDialog({
  object,
  merge,
  onClose,
}: {
  object: ObjectMeta;
  merge: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const told = useQuery({
    queryKey: ["merge", merge],
    queryFn: () => merging.of(merge),
    gcTime: 0,
    retry: false,
  });
  const out = told.data;
  return (
    <Drawer
      shape="middle"
      title={t("merge.undo")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            kind="primary"
            disabled={busy || !out?.may_undo}
            onClick={async () => {
              setBusy(true);
              const done = await unmerge(object, merge);
              setBusy(false);
              if (done) onClose();
            }}
          >
            {t("merge.undo")}
          </Button>
        </>
      }
    >
      {told.isError ? (
        <ErrorState error={told.error} retry={() => told.refetch()} />
      ) : !out ? (
        <Skeleton rows={4} />
      ) : out.merge.undone_at ? (
        <p>{t("merge.undone_before")}</p>
      ) : !out.may_undo ? (
        <p className="error-text">{t("merge.undo_may_not")}</p>
      ) : (
        <div className="stack">
          <p>
            {t("merge.undo_text", {
              what: listed(out.merge.merged.map((m) => m.label)),
              winner: out.merge.winner.label,
            })}
          </p>
          {out.stays.length === 0 ? (
            <p className="muted">{t("merge.undo_exact")}</p>
          ) : (
            <>
              <p>{t("merge.undo_stays")}</p>
              <ul className="merge-stays">
                {out.stays.map((s, i) => (
                  <li key={i}>{s.message}</li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </Drawer>
  );
}
