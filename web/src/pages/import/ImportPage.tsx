import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { type Job, jobs, underWay } from "../../api/jobs";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useObjects } from "../../api/queries";
import type { Import, ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { grouped } from "../../lib/format";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { CheckStep } from "./CheckStep";
import { FileStep } from "./FileStep";
import { MapStep } from "./MapStep";
import { RunStep } from "./RunStep";
import { Unfinished } from "./Unfinished";

const BUSY = ["checking", "running", "undoing"];
export type Act = "check" | "run" | "cancel" | "undo";

/** What the steps may do with an import. */
export interface Hand {
  busy: boolean;
  change: (body: object) => Promise<void>;
  act: (action: Act) => Promise<void>;
  back: () => void;
}

/** 檔案 → 對應 → 檢查 → 匯入. The address holds the import, so that one may leave and come back. */
export function ImportPage() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const objects = (useObjects().data?.objects ?? []).filter((o) => o.access.import);
  const [back, setBack] = useState(false);
  const job = useQuery({
    queryKey: ["import", url.id],
    queryFn: () => api.importGet(url.id ?? ""),
    enabled: !!url.id,
    // The event stream tells how far it is; this is for when the stream is cut.
    refetchInterval: (q) => (q.state.data && BUSY.includes(q.state.data.state) ? 10_000 : false),
  });
  const state = job.data?.state;
  const runs = state && BUSY.includes(state) ? (job.data?.job ?? "") : "";
  // Read once; from then on the event stream keeps it.
  const live = useQuery({
    queryKey: ["job", runs],
    queryFn: () => jobs.get(runs),
    enabled: !!runs,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const ended = !!live.data && live.data.id === runs && !underWay(live.data);
  useEffect(() => {
    if (ended) queryClient.invalidateQueries({ queryKey: ["import", url.id] });
  }, [ended, url.id]);
  useEffect(() => {
    const o = objects.find((x) => x.name === job.data?.object);
    if (o && (state === "done" || state === "undone" || state === "cancelled")) refresh(o.plural);
  }, [state]);
  const mapping = state === "ready" || (state === "checked" && back);
  const step = !url.id ? 0 : mapping ? 1 : state === "checking" || state === "checked" ? 2 : 3;
  if (!objects.length) return <EmptyState title={t("import.forbidden")} />;
  const object = objects.find((o) => o.name === job.data?.object);
  return (
    <div className="page import">
      <div className="page-head">
        <h1>{t("import")}</h1>
        <ol className="steps" aria-label={t("import.steps")}>
          {["file", "map", "check", "run"].map((s, i) => (
            <li
              key={s}
              aria-current={i === step ? "step" : undefined}
              className={i < step ? "past" : ""}
            >
              <span className="step-n" aria-hidden="true">
                {i < step ? "✓" : i + 1}
              </span>
              {t(`import.step.${s}`)}
            </li>
          ))}
        </ol>
      </div>
      {!url.id ? (
        <>
          <Unfinished objects={objects} />
          <FileStep
            objects={objects}
            chosen={url.object}
            done={(i) => {
              queryClient.setQueryData(["import", i.id], i);
              setBack(false);
              setUrl({ id: i.id, object: undefined }, { push: true });
            }}
          />
        </>
      ) : job.isPending ? (
        <Skeleton />
      ) : job.isError ? (
        isProblem(job.error) && job.error.status === 404 ? (
          <EmptyState title={t("import.gone")}>
            <Link to="/import" search={{}} className="btn">
              {t("import.other")}
            </Link>
          </EmptyState>
        ) : (
          <ErrorState error={job.error} retry={() => job.refetch()} />
        )
      ) : object ? (
        <Wizard
          job={job.data}
          live={live.data}
          object={object}
          objects={objects}
          mapping={mapping}
          setBack={setBack}
        />
      ) : (
        <EmptyState title={t("import.forbidden")} />
      )}
    </div>
  );
}

function Wizard({
  job,
  live,
  object,
  objects,
  mapping,
  setBack,
}: {
  job: Import;
  /** The job under way, as the event stream tells it. */
  live: Job | undefined;
  object: ObjectMeta;
  objects: ObjectMeta[];
  mapping: boolean;
  setBack: (back: boolean) => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  async function attempt(f: () => Promise<Import | undefined>) {
    setBusy(true);
    setError("");
    try {
      const i = await f();
      if (i?.id && i.columns) queryClient.setQueryData(["import", job.id], i);
      else await queryClient.invalidateQueries({ queryKey: ["import", job.id] });
    } catch (e) {
      const more = isProblem(e)
        ? e.fields.map((x) => x.message).filter((m) => m !== e.message)
        : [];
      setError([errorText(e), ...more].join(" "));
    } finally {
      setBusy(false);
    }
  }
  const hand: Hand = {
    busy,
    change: (body) => attempt(() => api.importPatch(job.id, body)),
    act: (a) => {
      setBack(false);
      return attempt(() => api.importAction(job.id, a));
    },
    back: () => setBack(true),
  };
  return (
    <>
      <div className="import-file panel">
        <Icon name="file" />
        <strong>{job.file_name}</strong>
        <span className="muted">{t("import.rows", { n: grouped(String(job.rows)) })}</span>
        <span className="grow" />
        {mapping && job.groups ? (
          <label className="row">
            <span className="muted">{t("import.object")}</span>
            <Select
              className="fit"
              value={object.name}
              disabled={busy}
              onChange={(e) => hand.change({ object: e.target.value })}
            >
              {objects.map((o) => (
                <option key={o.name} value={o.name}>
                  {o.label}
                </option>
              ))}
            </Select>
          </label>
        ) : (
          <span className="chip">{object.label_plural}</span>
        )}
        <Link to="/import" search={{ object: job.object }} className="btn btn-small">
          {t("import.other")}
        </Link>
      </div>
      {error && (
        <p className="summary" role="alert">
          {error}
        </p>
      )}
      {mapping ? (
        <MapStep job={job} object={object} hand={hand} />
      ) : job.state === "checked" ? (
        <CheckStep job={job} object={object} hand={hand} />
      ) : (
        <RunStep job={job} live={live} object={object} hand={hand} />
      )}
    </>
  );
}
