import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { colorOf } from "../../fields/base";
import { fullDateTime } from "../../lib/format";
import { span } from "../../lib/span";
import { stageField } from "../../lib/stages";
import { Drawer } from "../../ui/Drawer";
import { ErrorState, Skeleton } from "../../ui/State";
import { detail } from "./api";

/** The stages a record went through: when it came, how long it stayed, who moved it on. */
export function StagesDrawer({
  object,
  record,
  onClose,
}: {
  object: ObjectMeta;
  record: RecordData;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const list = useQuery({
    queryKey: ["timeline", object.plural, record.id, "stages", record.version],
    queryFn: () => detail.stays(object.plural, record.id),
  });
  const stays = list.data?.stays ?? [];
  const longest = Math.max(1, ...stays.map((s) => s.seconds));
  const optionOf = (v: string) => stageField(object)?.options?.find((o) => o.value === v);
  return (
    <Drawer title={t("stage.history")} onClose={onClose}>
      {list.isPending ? (
        <Skeleton rows={5} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : (
        <ol className="stays">
          {stays.map((s, i) => {
            const o = optionOf(s.stage);
            const rotten = !!o?.rotten_days && s.seconds >= o.rotten_days * 86_400;
            return (
              <li key={`${s.stage}${i}`}>
                <div className="row">
                  {o?.color && (
                    <span className="dot-small" style={{ background: colorOf(o.color) }} />
                  )}
                  <strong className="grow">{s.label}</strong>
                  <span className={`num ${rotten ? "warn-text" : ""}`}>{span(s.seconds, t)}</span>
                </div>
                <span className="stage-track" aria-hidden="true">
                  <span style={{ width: `${Math.max(1, (s.seconds / longest) * 100)}%` }} />
                </span>
                <div className="muted">
                  <time dateTime={s.entered_at}>{fullDateTime(s.entered_at)}</time>
                  {s.left_at ? (
                    <>
                      {" → "}
                      <time dateTime={s.left_at}>{fullDateTime(s.left_at)}</time>
                      {s.by?.name && ` · ${t("stage.moved_by", { who: s.by.name })}`}
                    </>
                  ) : (
                    ` → ${t("stage.now")}`
                  )}
                </div>
              </li>
            );
          })}
        </ol>
      )}
    </Drawer>
  );
}
