import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { dayOf, daysBetween, today } from "../../lib/format";
import { isOpen, stageOf } from "../../lib/stages";

/** Since when a record is in its stage, whether that is too long, and the way it came. */
export function StageTime({
  object,
  record,
  onOpen,
}: {
  object: ObjectMeta;
  record: RecordData;
  onOpen: () => void;
}) {
  const { t } = useTranslation();
  const stage = stageOf(object, record);
  const since = record[object.stage_since ?? ""];
  if (!stage || typeof since !== "string") return null;
  const n = daysBetween(dayOf(new Date(since)), today());
  const rotten = isOpen(stage) && !!stage.rotten_days && n >= stage.rotten_days;
  return (
    <p className="stage-time">
      <span className={rotten ? "warn-text" : "muted"}>
        {rotten
          ? t("board.rotten", { n, max: stage.rotten_days })
          : t("stage.since", { stage: stage.label, n })}
      </span>
      <button type="button" className="link-btn" onClick={onOpen}>
        {t("stage.history")}
      </button>
    </p>
  );
}
