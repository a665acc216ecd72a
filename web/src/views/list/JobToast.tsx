import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Job, jobs, underWay } from "../../api/jobs";
import { refresh } from "../../api/queries";
import { follow } from "../../lib/followed";
import { grouped } from "../../lib/format";
import { Button } from "../../ui/Button";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** Follows a job in a toast: progress, cancel; at its end what it did, undo or its file. */
export function followJob(job: Job, plural: string, onEnd?: () => void) {
  follow(job.id);
  const close = toast(
    <JobToast first={job} plural={plural} onEnd={onEnd} close={() => close()} />,
    {
      key: `job${job.id}`,
      stays: true,
    },
  );
}

/** What leaves nothing behind that could be taken back, or has a way of its own for it. */
const LASTING = ["export", "find_duplicates"];

function JobToast({
  first,
  plural,
  onEnd,
  close,
}: {
  first: Job;
  plural: string;
  onEnd?: () => void;
  close: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { data: job = first } = useQuery({
    queryKey: ["job", first.id],
    queryFn: () => jobs.get(first.id),
    initialData: first,
    refetchInterval: (q) => (q.state.data && underWay(q.state.data) ? 700 : false),
  });
  const running = underWay(job);
  useEffect(() => {
    if (running) return;
    refresh(plural);
    onEnd?.();
    const timer = setTimeout(close, 12_000);
    return () => clearTimeout(timer);
  }, [running]);
  const what = job.title || t(`job.kind.${job.kind}`, { defaultValue: job.kind });
  const act = async (run: () => Promise<unknown>) => {
    try {
      await run();
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  };
  const result = (job.result ?? {}) as { failed?: number; groups?: number };
  return (
    <div className="job-toast">
      <span>
        {running
          ? `${what} ${grouped(String(job.done ?? 0))} / ${grouped(String(job.total ?? 0))}`
          : t(`job.told.${job.state}`, { what })}
        {job.state === "done" &&
          ` · ${
            result.groups === undefined
              ? t("job.count.done", { n: grouped(String(job.done ?? 0)) })
              : t("job.count.groups", { n: grouped(String(result.groups)) })
          }`}
        {!running && !!result.failed && ` · ${t("job.count.failed", { n: result.failed })}`}
      </span>
      {running && (
        <progress aria-label={what} max={Math.max(1, job.total ?? 1)} value={job.done ?? 0} />
      )}
      {running && (
        <Button small onClick={() => act(() => jobs.cancel(job.id))}>
          {t("cancel")}
        </Button>
      )}
      {!running && job.kind === "export" && job.state === "done" && (
        <a className="btn btn-small" href={jobs.resultUrl(job.id)} download>
          {t("job.download")}
        </a>
      )}
      {!running && job.undoable && !LASTING.includes(job.kind) && (job.done ?? 0) > 0 && (
        <Button
          small
          onClick={() =>
            act(async () => {
              const undo = await jobs.undo(job.id);
              close();
              followJob(undo, plural);
            })
          }
        >
          {t("undo")}
        </Button>
      )}
    </div>
  );
}
