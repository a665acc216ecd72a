import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useObjects } from "../../api/queries";
import type { Import, ImportProblem, ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { grouped } from "../../lib/format";
import { span } from "../../lib/span";
import { writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Input, Select } from "../../ui/Input";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";

const BUSY = ["checking", "running"];

export function ImportPage() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const objects = (useObjects().data?.objects ?? []).filter((o) => o.access.import);
  const job = useQuery({
    queryKey: ["import", url.id],
    queryFn: () => api.importGet(url.id ?? ""),
    enabled: !!url.id,
    refetchInterval: (q) => (q.state.data && BUSY.includes(q.state.data.state) ? 500 : false),
  });
  const state = job.data?.state;
  useEffect(() => {
    const o = objects.find((x) => x.name === job.data?.object);
    if (o && (state === "done" || state === "undone" || state === "cancelled")) refresh(o.plural);
  }, [state]);

  const step = !url.id
    ? 0
    : state === "ready"
      ? 1
      : state === "checking" || state === "checked"
        ? 2
        : 3;
  if (!objects.length) return <EmptyState title={t("error.forbidden")} />;
  const object = objects.find((o) => o.name === job.data?.object);
  return (
    <div className="page">
      <h1>{t("import")}</h1>
      <ol className="steps" aria-label={t("import.steps")}>
        {["file", "map", "check", "run"].map((s, i) => (
          <li key={s} aria-current={i === step ? "step" : undefined}>
            {i + 1} {t(`import.step.${s}`)}
          </li>
        ))}
      </ol>
      {!url.id ? (
        <FileStep
          objects={objects}
          chosen={url.object}
          done={(i) => {
            queryClient.setQueryData(["import", i.id], i);
            setUrl({ id: i.id, object: undefined }, { push: true });
          }}
        />
      ) : job.isPending ? (
        <Skeleton />
      ) : job.isError ? (
        <ErrorState error={job.error} retry={() => job.refetch()} />
      ) : (
        object && <Wizard job={job.data} object={object} />
      )}
    </div>
  );
}

function FileStep({
  objects,
  chosen,
  done,
}: {
  objects: ObjectMeta[];
  chosen?: string;
  done: (i: Import) => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [object, setObject] = useState(
    objects.find((o) => o.name === chosen)?.name ??
      objects.find((o) => o.name === "customer")?.name ??
      objects[0]?.name ??
      "",
  );
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const input = useRef<HTMLInputElement>(null);
  async function send(file: File | undefined) {
    if (!file || busy) return;
    setBusy(true);
    setError("");
    try {
      done(await api.importCreate(file, object));
    } catch (e) {
      setError(errorText(e));
    } finally {
      setBusy(false);
      if (input.current) input.current.value = "";
    }
  }
  return (
    <>
      <FieldBox id="import-object" label={t("import.object")}>
        <Select id="import-object" value={object} onChange={(e) => setObject(e.target.value)}>
          {objects.map((o) => (
            <option key={o.name} value={o.name}>
              {o.label}
            </option>
          ))}
        </Select>
      </FieldBox>
      {error && (
        <p className="summary" role="alert">
          {error}
        </p>
      )}
      <div
        className={`dropzone ${over ? "over" : ""}`}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          send(e.dataTransfer.files[0]);
        }}
      >
        <p>{busy ? t("import.uploading") : t("import.drop")}</p>
        <Button kind="primary" disabled={busy} onClick={() => input.current?.click()}>
          {t("import.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          className="sr-only"
          tabIndex={-1}
          aria-label={t("import.choose")}
          accept=".csv,.tsv,.txt,.xlsx,.json,.vcf"
          onChange={(e) => send(e.target.files?.[0])}
        />
        <p className="muted">{t("import.formats")}</p>
      </div>
    </>
  );
}

const ENCODINGS = ["utf-8", "big5", "gb18030", "utf-16le", "utf-16be"];
const DELIMITERS: [string, string][] = [
  [",", "comma"],
  ["\t", "tab"],
  [";", "semicolon"],
  ["|", "pipe"],
];

function Wizard({ job, object }: { job: Import; object: ObjectMeta }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [back, setBack] = useState(false);
  const set = (i: Import | undefined | null) => {
    if (i?.id) queryClient.setQueryData(["import", job.id], i);
  };
  async function attempt(f: () => Promise<Import | undefined>) {
    setBusy(true);
    setError("");
    try {
      set(await f());
      await queryClient.invalidateQueries({ queryKey: ["import", job.id] });
    } catch (e) {
      setError(
        [
          errorText(e),
          ...(isProblem(e) ? e.fields.map((x) => x.message).filter((m) => m !== e.message) : []),
        ].join(" "),
      );
    } finally {
      setBusy(false);
    }
  }
  const change = (body: object) => attempt(() => api.importPatch(job.id, body));
  const act = (a: "check" | "run" | "cancel" | "undo") => {
    setBack(false);
    return attempt(() => api.importAction(job.id, a));
  };
  const mapped = job.columns?.filter((c) => c.field).length ?? 0;
  return (
    <>
      <p className="row">
        <strong>{job.file_name}</strong>
        <span className="muted">
          {object.label_plural} · {t("import.rows", { n: grouped(String(job.rows)) })}
        </span>
      </p>
      {error && (
        <p className="summary" role="alert">
          {error}
        </p>
      )}
      {job.state === "ready" || (job.state === "checked" && back) ? (
        <>
          <MapStep job={job} object={object} change={change} busy={busy} />
          <div className="row">
            <Button kind="primary" disabled={busy || mapped === 0} onClick={() => act("check")}>
              {t("import.check")}
            </Button>
            <Link to="/import" search={{ object: job.object }} className="btn">
              {t("import.other")}
            </Link>
            {mapped === 0 && <span className="muted">{t("import.map_one")}</span>}
          </div>
        </>
      ) : job.state === "checking" || job.state === "running" ? (
        <Progress job={job} cancel={() => act("cancel")} />
      ) : (
        <>
          {job.state === "failed" && (
            <p className="summary" role="alert">
              {t("import.state.failed")}
            </p>
          )}
          {job.state !== "checked" && <Outcome job={job} />}
          {job.state === "checked" && (
            <p>
              {job.failed || job.problems?.length
                ? t("import.checked_bad", {
                    n: grouped(String(job.failed || job.problems?.length)),
                  })
                : t("import.checked_good")}
            </p>
          )}
          <Problems job={job} />
          <div className="row">
            {job.state === "checked" && (
              <>
                <Button kind="primary" disabled={busy} onClick={() => act("run")}>
                  {t("import.run", { n: grouped(String(job.rows)) })}
                </Button>
                <Button onClick={() => setBack(true)}>{t("import.back")}</Button>
              </>
            )}
            {job.state === "done" && (
              <Link
                to="/o/$plural"
                params={{ plural: object.plural }}
                search={{ sort: "-created_at" }}
                className="btn btn-primary"
              >
                {t("import.open")}
              </Link>
            )}
            {(job.state === "done" || job.state === "cancelled") && (
              <Button disabled={busy} kind="danger" onClick={() => act("undo")}>
                {t("import.undo")}
              </Button>
            )}
            {job.state !== "checked" && (
              <Link to="/import" search={{ object: job.object }} className="btn">
                {t("import.other")}
              </Link>
            )}
          </div>
        </>
      )}
    </>
  );
}

function MapStep({
  job,
  object,
  change,
  busy,
}: {
  job: Import;
  object: ObjectMeta;
  change: (b: object) => void;
  busy: boolean;
}) {
  const { t } = useTranslation();
  const fields = object.fields.filter(
    (f) =>
      (writable(f) || f.type === "autonumber") && !["file", "picture", "lines"].includes(f.type),
  );
  const rule = job.duplicates?.rule ?? "skip";
  const keys = job.duplicates?.keys ?? [];
  const encoding = (job.encoding ?? "").toLowerCase();
  const [header, setHeader] = useState(String(job.header_row ?? 1));
  useEffect(() => setHeader(String(job.header_row ?? 1)), [job.header_row]);
  const mapping = () =>
    Object.fromEntries(
      (job.columns ?? []).filter((c) => c.field).map((c) => [String(c.index), c.field as string]),
    );
  const table = /\.(csv|tsv|txt)$/i.test(job.file_name);
  return (
    <>
      <div className="row import-options">
        {table && (
          <FieldBox id="imp-enc" label={t("import.encoding")}>
            <Select
              id="imp-enc"
              value={encoding}
              disabled={busy}
              onChange={(e) => change({ encoding: e.target.value })}
            >
              {[...new Set([encoding, ...ENCODINGS])].filter(Boolean).map((x) => (
                <option key={x} value={x}>
                  {x.toUpperCase()}
                </option>
              ))}
            </Select>
          </FieldBox>
        )}
        {table && (
          <FieldBox id="imp-del" label={t("import.delimiter")}>
            <Select
              id="imp-del"
              value={job.delimiter}
              disabled={busy}
              onChange={(e) => change({ delimiter: e.target.value })}
            >
              {!DELIMITERS.some(([d]) => d === job.delimiter) && (
                <option value={job.delimiter}>{job.delimiter}</option>
              )}
              {DELIMITERS.map(([d, name]) => (
                <option key={name} value={d}>
                  {t(`import.delimiter.${name}`)}
                </option>
              ))}
            </Select>
          </FieldBox>
        )}
        <FieldBox id="imp-head" label={t("import.header")}>
          <Input
            id="imp-head"
            type="number"
            min={0}
            value={header}
            disabled={busy}
            onChange={(e) => setHeader(e.target.value)}
            onBlur={() => {
              const n = Number(header);
              if (n !== job.header_row && Number.isInteger(n) && n >= 0) change({ header_row: n });
            }}
          />
        </FieldBox>
        <FieldBox id="imp-rule" label={t("import.duplicates")}>
          <Select
            id="imp-rule"
            value={rule}
            disabled={busy}
            onChange={(e) => change({ duplicates: { keys, rule: e.target.value } })}
          >
            {(["skip", "update", "create"] as const).map((r) => (
              <option key={r} value={r}>
                {t(`import.rule.${r}`)}
              </option>
            ))}
          </Select>
        </FieldBox>
        {rule !== "create" && (
          <FieldBox id="imp-key" label={t("import.key")}>
            <Select
              id="imp-key"
              value={keys[0] ?? ""}
              disabled={busy}
              onChange={(e) =>
                change({ duplicates: { rule, keys: e.target.value ? [e.target.value] : [] } })
              }
            >
              <option value="">—</option>
              {fields.map((f) => (
                <option key={f.name} value={f.name}>
                  {f.label}
                </option>
              ))}
            </Select>
          </FieldBox>
        )}
      </div>
      <h2>{t("import.mapping")}</h2>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t("import.column")}</th>
              <th>{t("import.samples")}</th>
              <th>{t("import.field")}</th>
            </tr>
          </thead>
          <tbody>
            {job.columns?.map((c) => (
              <tr key={c.index}>
                <td>{c.header || `#${c.index + 1}`}</td>
                <td className="clip muted">{(c.samples ?? []).slice(0, 3).join("、")}</td>
                <td>
                  <div className="row nowrap">
                    <Select
                      aria-label={t("import.field_of", { what: c.header })}
                      value={c.field ?? ""}
                      disabled={busy}
                      onChange={(e) => {
                        const m: Record<string, string> = mapping();
                        if (e.target.value) m[String(c.index)] = e.target.value;
                        else delete m[String(c.index)];
                        change({ mapping: m });
                      }}
                    >
                      <option value="">{t("import.ignore")}</option>
                      {c.field && !fields.some((f) => f.name === c.field) && (
                        <option value={c.field}>{c.field}</option>
                      )}
                      {fields.map((f) => (
                        <option key={f.name} value={f.name}>
                          {f.label}
                          {f.required ? " *" : ""}
                        </option>
                      ))}
                    </Select>
                    {c.field && typeof c.confidence === "number" && c.confidence > 0 && (
                      <span className="muted" title={t("import.confidence")}>
                        {Math.round(c.confidence <= 1 ? c.confidence * 100 : c.confidence)}%
                      </span>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2>{t("import.preview")}</h2>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t("import.preview")}>
        <table className="table">
          <thead>
            <tr>
              {job.columns?.map((c) => (
                <th key={c.index}>{c.header || `#${c.index + 1}`}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(job.preview ?? []).slice(0, 20).map((r, i) => (
              <tr key={i}>
                {r.map((v, n) => (
                  <td key={n} className="clip">
                    {v}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Progress({ job, cancel }: { job: Import; cancel: () => void }) {
  const { t } = useTranslation();
  const text = t(`import.state.${job.state}`);
  return (
    <div className="panel stack">
      <p role="status">{text}</p>
      <progress aria-label={text} max={Math.max(1, job.rows)} value={job.done ?? 0} />
      <p className="row muted">
        <span>
          {grouped(String(job.done ?? 0))} / {grouped(String(job.rows))}
        </span>
        {!!job.rate && (
          <span>{t("job.rate", { n: grouped(String(Math.round(job.rate))) })}</span>
        )}
        {!!job.seconds_left && <span>{t("job.left", { span: span(job.seconds_left, t) })}</span>}
      </p>
      <div>
        <Button onClick={cancel}>{t("cancel")}</Button>
      </div>
    </div>
  );
}

function Outcome({ job }: { job: Import }) {
  const { t } = useTranslation();
  return (
    <>
      <p role="status">{t(`import.state.${job.state}`)}</p>
      <div className="tiles">
        {(["created", "updated", "skipped", "failed"] as const).map((k) => (
          <div key={k} className="tile">
            <strong>{grouped(String(job[k] ?? 0))}</strong>
            {t(`import.${k}`)}
          </div>
        ))}
      </div>
    </>
  );
}

function Problems({ job }: { job: Import }) {
  const { t } = useTranslation();
  const all = job.problems ?? [];
  if (!all.length) return null;
  const kinds = new Map<string, ImportProblem[]>();
  for (const p of all) kinds.set(p.message, [...(kinds.get(p.message) ?? []), p]);
  return (
    <section className="stack">
      <div className="row">
        <h2>{t("import.problems")}</h2>
        <a className="btn btn-small" href={api.importProblemsUrl(job.id)} download>
          {t("import.download")}
        </a>
      </div>
      {[...kinds].map(([message, list]) => (
        <details key={message} className="panel" open={kinds.size <= 3}>
          <summary>
            {message} <span className="muted">({list.length})</span>
          </summary>
          <ul className="mini">
            {list.slice(0, 50).map((p, i) => (
              <li key={i}>
                {t("import.row", { n: p.row })} {p.column ?? ""}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
