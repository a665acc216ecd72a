import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { merging } from "../../api/merge";
import type { ObjectMeta } from "../../api/types";
import { fullDateTime, listed } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { UnmergeDialog } from "../merge/UnmergeDialog";
import { detail } from "./api";
import { Changes } from "./Entry";

/** Every change of a record: who, when, through what, before and after. */
export function HistoryDrawer({
  object,
  id,
  onClose,
}: {
  object: ObjectMeta;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const history = useQuery({
    queryKey: ["timeline", object.plural, id, "history"],
    queryFn: () => detail.history(object.plural, id),
  });
  const [undoing, setUndoing] = useState<string>();
  const some = !!history.data?.entries.some((e) => e.merged);
  const merges = useQuery({
    queryKey: ["merges", object.name, id],
    queryFn: () => merging.merges(object.name, id),
    enabled: some,
  });
  // Until it is known, none is offered.
  const open = merges.data?.merges.filter((m) => !m.undone_at).map((m) => m.id) ?? [];
  return (
    <Drawer title={t("history")} onClose={onClose}>
      {history.isPending ? (
        <Skeleton rows={6} />
      ) : history.isError ? (
        <ErrorState error={history.error} retry={() => history.refetch()} />
      ) : history.data.entries.length === 0 ? (
        <EmptyState title={t("none")} />
      ) : (
        <ol className="timeline">
          {history.data.entries.map((e, i) => (
            <li key={`${e.at}${i}`}>
              <div className="timeline-body">
                <div className="row">
                  <strong>{e.actor?.name ?? t("system")}</strong>
                  <span>{t(`history.${e.action}`, { defaultValue: e.action })}</span>
                  {e.merged && <span>{listed(e.merged.records.map((r) => r.label))}</span>}
                  {e.of && <span className="chip">{t("history.of_merged")}</span>}
                  {e.share && <span>{e.share.user?.name ?? e.share.department?.name}</span>}
                  {e.origin && e.origin !== "form" && (
                    <span className="muted">
                      {t("history.through", {
                        what: cameThrough(t, e.origin),
                      })}
                    </span>
                  )}
                  {e.address && <span className="muted">{e.address}</span>}
                  <time className="when" dateTime={e.at}>
                    {fullDateTime(e.at)}
                  </time>
                </div>
                {e.reason && <div>{t("history.reason", { why: e.reason })}</div>}
                <Changes object={object} changes={e.changes ?? []} />
                {e.merged && open.includes(e.merged.merge) && (
                  <Button small onClick={() => setUndoing(e.merged?.merge)}>
                    {t("merge.undo")}
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ol>
      )}
      {undoing && (
        <UnmergeDialog object={object} merge={undoing} onClose={() => setUndoing(undefined)} />
      )}
    </Drawer>
  );
}

/** Through what a change came: import 17, bulk 4, token accounting, undo of import 17. */
function cameThrough(t: TFunction, origin: string): string {
  const [kind = "", ...rest] = origin.split(" ");
  if (kind === "token") return t("origin.token", { name: rest.join(" ") });
  return t(`origin.${kind}`, { defaultValue: origin });
}
