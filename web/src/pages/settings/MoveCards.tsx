import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Job, jobs, underWay } from "../../api/jobs";
import { refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { quoteText } from "../../lib/quote";
import { pipelinesOf } from "../../lib/stages";
import { Button } from "../../ui/Button";
import { Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { startBulk } from "../../views/list/bulk";

/** A stage cannot go while there are records in it: asks where they go, and moves them there. */
export function MoveCards({
  object,
  stage,
  message,
  onDone,
}: {
  object: ObjectMeta;
  stage: string;
  message: string;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const pipelines = pipelinesOf(object);
  const field = object.stage_field ?? "";

  async function move() {
    setBusy(true);
    try {
      let job: Job = await startBulk(object.plural, "edit", {
        filter: `${field} = ${quoteText(stage)}`,
        input: { fields: { [field]: to } },
      });
      while (underWay(job)) {
        await new Promise((done) => setTimeout(done, 300));
        job = await jobs.get(job.id);
      }
      refresh(object.plural);
      if (job.state === "done" && !Number(job.result?.failed ?? 0)) {
        toast(t("pipelines.moved"));
        onDone();
      } else toast(t("pipelines.moved_some"), { bad: true });
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="summary row" role="alert">
      <span className="grow">{message}</span>
      <Select
        className="fit"
        aria-label={t("pipelines.move_to")}
        value={to}
        onChange={(e) => setTo(e.target.value)}
      >
        <option value="">{t("pipelines.move_to")}</option>
        {pipelines.map((p) => (
          <optgroup key={p.value} label={p.label || object.label}>
            {p.stages
              .filter((s) => s.value !== stage)
              .map((s) => (
                <option key={s.value} value={s.value}>
                  {s.label}
                </option>
              ))}
          </optgroup>
        ))}
      </Select>
      <Button small disabled={!to || busy} onClick={() => void move()}>
        {t("pipelines.move")}
      </Button>
    </div>
  );
}
