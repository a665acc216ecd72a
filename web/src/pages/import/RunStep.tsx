import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Job } from "../../api/jobs";
import type { Import, ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { JobProgress } from "../jobs/JobsPage";
import { Counts } from "./CheckStep";
import type { Hand } from "./ImportPage";
import { Problems } from "./Problems";

/** The run under way, and what came of it. */
export function RunStep({
  job,
  live,
  object,
  hand,
}: {
  job: Import;
  live: Job | undefined;
  object: ObjectMeta;
  hand: Hand;
}) {
  const { t } = useTranslation();
  if (job.state === "checking" || job.state === "running" || job.state === "undoing") {
    const now: Job = {
      id: job.job ?? job.id,
      kind: "import",
      state: "running",
      total: live?.total || job.rows,
      done: Math.max(live?.done ?? 0, job.done ?? 0),
      rate: live?.rate || job.rate,
      seconds_left: live?.seconds_left || job.seconds_left,
    };
    return (
      <section className="panel stack">
        <h2 role="status">{t(`import.state.${job.state}`)}</h2>
        <JobProgress job={now} />
        <div className="row">
          <Button disabled={hand.busy} onClick={() => hand.act("cancel")}>
            {t("cancel")}
          </Button>
          <span className="muted">
            {t("import.leave")}{" "}
            <Link to="/jobs" search={{}}>
              {t("jobs")}
            </Link>
          </span>
        </div>
      </section>
    );
  }
  const changed = job.changed_since ?? [];
  return (
    <>
      <p
        className={`verdict ${job.state === "done" || job.state === "undone" ? "good" : ""}`}
        role="status"
      >
        <Icon name={job.state === "done" || job.state === "undone" ? "check" : "warn"} />
        {t(`import.state.${job.state}`)}
      </p>
      <Counts job={job} />
      {changed.length > 0 && (
        <section className="panel stack">
          <h2>{t("import.kept", { n: changed.length })}</h2>
          <ul className="rows">
            {changed.map((c) => (
              <li key={c.id}>
                <Link to="/o/$plural/$id" params={{ plural: object.plural, id: c.id }}>
                  {c.label || c.id}
                </Link>
                <span className="muted">
                  {[
                    c.row ? t("import.row", { n: c.row }) : "",
                    (c.fields ?? [])
                      .map((n) => object.fields.find((f) => f.name === n)?.label ?? n)
                      .join(t("list.comma")),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Problems job={job} />
      <div className="import-foot">
        {(job.state === "done" || job.state === "cancelled") && (
          <Link
            to="/o/$plural"
            params={{ plural: object.plural }}
            search={{ sort: "-created_at" }}
            className="btn btn-primary"
          >
            {t("import.open")}
          </Link>
        )}
        {/* A staff list is half the way in: without passwords nobody comes. */}
        {job.state === "done" && object.name === "user" && !!job.created && (
          <Link to="/settings/$section" params={{ section: "users" }} search={{}} className="btn">
            {t("users.invite")}
          </Link>
        )}
        {(job.state === "done" || job.state === "cancelled") && (
          <Button
            disabled={hand.busy}
            icon={<Icon name="undo" size={16} />}
            onClick={() => {
              if (window.confirm(t("import.undo_sure"))) hand.act("undo");
            }}
          >
            {t("import.undo")}
          </Button>
        )}
        {job.state === "failed" && (
          <Button kind="primary" disabled={hand.busy} onClick={() => hand.act("run")}>
            {t("retry")}
          </Button>
        )}
      </div>
    </>
  );
}
