import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { type Job, jobs, type JobRow as Row, underWay, useJobs } from "../../api/jobs";
import { queryClient, useMe, useObject, useObjects } from "../../api/queries";
import { fullDateTime, grouped, shortDateTime } from "../../lib/format";
import { span } from "../../lib/span";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

const COUNTS = [
  "created",
  "updated",
  "continued",
  "done",
  "unchanged",
  "skipped",
  "failed",
  "changed_since",
];

/** Imports, exports and changes of many records: how far they are, and what came of them. */
export function JobsPage() {
  const { t } = useTranslation();
  const list = useJobs();
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("jobs")}</h1>
      </div>
      {list.isPending ? (
        <Skeleton rows={4} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : list.data.length === 0 ? (
        <EmptyState title={t("jobs.empty")}>
          <p>{t("jobs.empty_text")}</p>
          <Link to="/import" search={{}} className="btn">
            {t("list.import")}
          </Link>
        </EmptyState>
      ) : (
        <ul className="jobs" aria-label={t("jobs")}>
          {list.data.map((j) => (
            <JobRow key={j.id} job={j} />
          ))}
        </ul>
      )}
    </div>
  );
}

type JobState = Row["state"];

const LOOK: Record<Job["state"], string> = {
  queued: "",
  running: "status-busy",
  done: "status-good",
  failed: "status-bad",
  cancelled: "",
};

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const me = useMe();
  const objects = useObjects().data?.objects ?? [];
  const [busy, setBusy] = useState(false);
  const object = objects.find((o) => o.name === job.object);
  const mine = String(idOf(job.created_by) ?? "") === me.data?.user.id;
  const kind = t(`job.kind.${job.kind}`, { defaultValue: job.kind });
  async function act(f: () => Promise<unknown>) {
    setBusy(true);
    try {
      await f();
      await queryClient.invalidateQueries({ queryKey: ["jobs"] });
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }
  const result = (job.result ?? {}) as Record<string, unknown>;
  const imported = result.import;
  return (
    <li className="panel job">
      <div className="job-what">
        <strong>{job.title || [kind, object?.label_plural].filter(Boolean).join(" · ")}</strong>
        <span className="muted">
          {[job.title ? kind : "", object?.label_plural, mine ? t("me") : ""]
            .filter(Boolean)
            .join(" · ")}
          {!mine && <MakerName id={idOf(job.created_by)} />}
        </span>
      </div>
      <div className="job-state">
        <span className={`status ${LOOK[job.state]}`}>{t(`job.state.${job.state}`)}</span>
        {job.created_at && (
          <time className="muted" dateTime={job.created_at} title={fullDateTime(job.created_at)}>
            {shortDateTime(job.finished_at || job.created_at)}
          </time>
        )}
      </div>
      <div className="job-how">
        {job.state === "running" ? (
          <JobProgress job={job} />
        ) : (
          <p className="muted">
            {COUNTS.filter((k) => Number(result[k]) > 0)
              .map((k) => t(`job.count.${k}`, { n: grouped(String(result[k])) }))
              .join(" · ") ||
              (job.state === "done" && job.total
                ? t("job.count.rows", { n: grouped(String(job.total)) })
                : "")}
          </p>
        )}
        {object &&
          job.kind.startsWith("bulk_") &&
          (["failed", "changed_since"] as const).map(
            (state) =>
              Number(result[state]) > 0 && (
                <Rows key={state} job={job} state={state} plural={object.plural} />
              ),
          )}
        {job.state === "failed" && <p className="error-text">{words(job.error)}</p>}
      </div>
      <div className="job-acts row">
        {underWay(job) && (
          <Button small disabled={busy} onClick={() => act(() => jobs.cancel(job.id))}>
            {t("cancel")}
          </Button>
        )}
        {!!imported && (
          <Link to="/import" search={{ id: String(imported) }} className="btn btn-small">
            {t("job.open_import")}
          </Link>
        )}
        {job.state === "done" && job.kind === "export" && (
          <a className="btn btn-small btn-primary" href={jobs.resultUrl(job.id)} download>
            <Icon name="download" size={14} />
            {t("job.download")}
          </a>
        )}
        {["done", "cancelled"].includes(job.state) && job.undoable && mine && (
          <Button
            small
            disabled={busy}
            icon={<Icon name="undo" size={14} />}
            onClick={() => act(() => jobs.undo(job.id))}
          >
            {t("undo")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** The records that were refused, or changed by somebody else since, with the reason. */
function Rows({ job, state, plural }: { job: Job; state: JobState; plural: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const rows = useQuery({
    queryKey: ["job", job.id, "rows", state],
    queryFn: () => jobs.rows(job.id, state),
    enabled: open,
  });
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t(`job.rows.${state}`)}</summary>
      {rows.isError && <p className="error-text">{errorText(rows.error)}</p>}
      <ul className="mini">
        {rows.data?.rows.map((r) => (
          <li key={r.id}>
            <Link to="/o/$plural/$id" params={{ plural, id: r.id }}>
              {r.label || r.id}
            </Link>{" "}
            <span className="muted">{r.message}</span>
          </li>
        ))}
        {rows.data?.next && <li className="muted">…</li>}
      </ul>
    </details>
  );
}

/** How far a job is: the share done, rows a second, time left. */
export function JobProgress({ job }: { job: Job }) {
  const { t } = useTranslation();
  const total = job.total ?? 0;
  return (
    <>
      <progress
        aria-label={t(`job.state.${job.state}`)}
        max={Math.max(1, total)}
        value={total > 0 ? (job.done ?? 0) : undefined}
      />
      <p className="row muted">
        <span>
          {grouped(String(job.done ?? 0))}
          {total > 0 && ` / ${grouped(String(total))}`}
        </span>
        {!!job.rate && (
          <span>{t("job.rate", { n: grouped(String(Math.max(1, Math.round(job.rate)))) })}</span>
        )}
        {!!job.seconds_left && <span>{t("job.left", { span: span(job.seconds_left, t) })}</span>}
      </p>
    </>
  );
}

function idOf(v: Job["created_by"]): string | number | undefined {
  return v && typeof v === "object" ? v.id : (v ?? undefined);
}

/** Whose job it is; only administrators see those of others. */
function MakerName({ id }: { id: string | number | undefined }) {
  const user = useObject("user");
  const maker = useQuery({
    queryKey: ["record", user?.plural, String(id)],
    queryFn: ({ signal }) => api.get(user?.plural ?? "", String(id), signal),
    enabled: !!user && !!id,
    staleTime: 300_000,
    retry: false,
  });
  return maker.data ? <> · {String(maker.data.name)}</> : null;
}

function words(error: unknown): string {
  if (!error) return "";
  if (typeof error === "string") return error;
  const e = error as { message?: string; detail?: string };
  return e.message ?? e.detail ?? "";
}
