import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useObjects } from "../../api/queries";
import type { Field, ObjectMeta, RecordData, TimelineEntry } from "../../api/types";
import { fieldType } from "../../fields";
import { isComposing } from "../../hooks/useComposition";
import { fullDateTime, shortDateTime } from "../../lib/format";
import { recordTitle, toWrite, writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Avatar, EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

const WANTED = ["kind", "result", "next_step", "next_at"];

/** The field through which an activity belongs to a record of this object. */
function linkField(activity: ObjectMeta, object: ObjectMeta): Field | undefined {
  const fits = (f: Field) =>
    (f.type === "reference" || f.type === "anyreference") && f.targets?.includes(object.name);
  return (
    activity.fields.find((f) => f.name === object.name && fits(f)) ?? activity.fields.find(fits)
  );
}

function Composer({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const activity = useObjects().data?.objects.find((o) => o.name === "activity");
  const link = activity && linkField(activity, object);
  const canLog = !!(activity?.access.create && link && object.name !== "activity");
  const [mode, setMode] = useState<"activity" | "comment">(canLog ? "activity" : "comment");
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [text, setText] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const fields = canLog
    ? WANTED.map((n) => activity.fields.find((f) => f.name === n)).filter(
        (f): f is Field => !!f && writable(f),
      )
    : [];
  const start = (f: Field) =>
    values[f.name] ?? f.default ?? (f.name === "kind" ? f.options?.[0]?.value : null);

  async function send() {
    if (busy) return;
    setBusy(true);
    setFailure("");
    setErrors({});
    try {
      if (mode === "activity" && activity && link) {
        const body: Record<string, unknown> = {
          [link.name]: toWrite(link, { id, object: object.name }),
        };
        // A contact's or an opportunity's activity is also its customer's.
        const customer = activity.fields.find((f) => f.name === "customer");
        const own = queryClient.getQueryData<RecordData>(["record", object.plural, id])?.customer;
        if (customer && link.name !== "customer" && own) body.customer = toWrite(customer, own);
        for (const f of fields) {
          const v = toWrite(f, start(f));
          if (v !== null) body[f.name] = v;
        }
        await api.create(activity.plural, body);
        refresh(activity.plural);
      } else {
        if (!text.trim()) return;
        await api.comment(object.plural, id, text.trim());
      }
      setValues({});
      setText("");
      toast(t("saved"));
      refresh(object.plural, id);
      queryClient.invalidateQueries({ queryKey: ["list"] });
    } catch (e) {
      if (isProblem(e)) setErrors(e.byField());
      setFailure(errorText(e));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="panel stack"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
      onKeyDown={(e) => {
        if (e.key !== "Enter") return;
        if (isComposing(e)) return;
        if (e.ctrlKey || e.metaKey) {
          e.preventDefault();
          send();
        } else if ((e.target as HTMLElement).tagName === "INPUT") e.preventDefault();
      }}
    >
      {canLog && (
        <div className="tablist" role="group" aria-label={t("composer")}>
          {(["activity", "comment"] as const).map((m) => (
            <button
              key={m}
              type="button"
              className={`tab ${mode === m ? "active" : ""}`}
              aria-pressed={mode === m}
              onClick={() => setMode(m)}
            >
              {m === "activity" ? activity.label : t("comment")}
            </button>
          ))}
        </div>
      )}
      {failure && (
        <p className="summary" role="alert">
          {failure}
        </p>
      )}
      {mode === "activity" ? (
        <div className="form-grid">
          {fields.map((f) => {
            const type = fieldType(f);
            const fid = `compose-${f.name}`;
            return (
              <FieldBox
                key={f.name}
                id={fid}
                label={f.label}
                required={f.required}
                error={errors[f.name]}
                wide={type.wide}
              >
                <type.Editor
                  id={fid}
                  field={f}
                  value={start(f)}
                  invalid={!!errors[f.name]}
                  onChange={(v) => setValues((b) => ({ ...b, [f.name]: v }))}
                />
              </FieldBox>
            );
          })}
        </div>
      ) : (
        <textarea
          className="input"
          aria-label={t("comment")}
          placeholder={t("comment.hint")}
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
      )}
      <div className="row">
        <Button kind="primary" type="submit" disabled={busy}>
          {mode === "activity" ? t("save") : t("comment.send")}
        </Button>
        <span className="muted only-desktop">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </span>
      </div>
    </form>
  );
}

function Entry({ entry, object }: { entry: TimelineEntry; object: ObjectMeta }) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const who = entry.actor?.name ?? entry.actor?.label ?? t("system");
  const about = objects.find((o) => o.name === entry.object);
  const fieldOf = (name: string) =>
    (about ?? object).fields.find((f) => f.name === name) ??
    object.fields.find((f) => f.name === name);
  const value = (name: string, v: unknown) => {
    const f = fieldOf(name);
    if (v === null || v === undefined || v === "") return <span className="muted">—</span>;
    if (!f) return typeof v === "object" ? JSON.stringify(v) : String(v);
    const type = fieldType(f);
    return <type.Display field={f} value={v} short />;
  };
  const r = entry.record;
  return (
    <li>
      <Avatar name={who} />
      <div className="timeline-body">
        <div className="row">
          <strong>{who}</strong>
          <span className="muted">
            {entry.kind === "activity" || entry.kind === "task"
              ? (about?.label ?? t(`timeline.${entry.kind}`))
              : t(`timeline.${entry.kind}`)}
          </span>
          <time className="when" dateTime={entry.at} title={fullDateTime(entry.at)}>
            {shortDateTime(entry.at)}
          </time>
        </div>
        {entry.text && <div>{entry.text}</div>}
        {r && about && (
          <div>
            {entry.kind === "task" && (
              <Link to="/o/$plural/$id" params={{ plural: about.plural, id: r.id ?? entry.id }}>
                {recordTitle(about, r)}
              </Link>
            )}
            {entry.kind === "activity" &&
              WANTED.map((n) => {
                const f = about.fields.find((x) => x.name === n);
                const v = r[n];
                if (!f || v === null || v === undefined || v === "") return null;
                if (n === "result") return <div key={n}>{value(n, v)}</div>;
                return (
                  <div key={n} className="row">
                    <span className="muted">{f.label}</span> {value(n, v)}
                  </div>
                );
              })}
          </div>
        )}
        {!!entry.changes?.length && (
          <details open={entry.changes.length <= 2}>
            <summary className="muted">{t("changes.n", { n: entry.changes.length })}</summary>
            {entry.changes.map((c) => (
              <div key={c.field} className="row">
                <span className="muted">{fieldOf(c.field)?.label ?? c.field}</span>
                {value(c.field, c.before)} → {value(c.field, c.after)}
              </div>
            ))}
          </details>
        )}
      </div>
    </li>
  );
}

export function Timeline({
  object,
  id,
  brief,
}: {
  object: ObjectMeta;
  id: string;
  brief?: boolean;
}) {
  const { t } = useTranslation();
  const [kind, setKind] = useState("");
  const list = useInfiniteQuery({
    queryKey: ["timeline", object.plural, id],
    queryFn: ({ pageParam }) => api.timeline(object.plural, id, pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (p) => p.next ?? undefined,
  });
  const entries = list.data?.pages.flatMap((p) => p.entries ?? []) ?? [];
  const shown = kind ? entries.filter((e) => e.kind === kind) : entries;
  return (
    <>
      {!brief && <Composer object={object} id={id} />}
      <section className="panel" aria-label={t("timeline")}>
        <header>
          <h2>{t("timeline")}</h2>
          <select
            className="input short wide-auto"
            aria-label={t("timeline.filter")}
            value={kind}
            onChange={(e) => setKind(e.target.value)}
          >
            <option value="">{t("all")}</option>
            {["activity", "task", "comment", "change"].map((k) => (
              <option key={k} value={k}>
                {t(`timeline.${k}`)}
              </option>
            ))}
          </select>
        </header>
        {list.isPending ? (
          <Skeleton rows={4} />
        ) : list.isError ? (
          <ErrorState error={list.error} retry={() => list.refetch()} />
        ) : shown.length === 0 ? (
          <EmptyState title={t("timeline.empty")} />
        ) : (
          <ol className="timeline">
            {shown.map((e, i) => (
              <Entry key={`${e.kind}${e.id ?? ""}${e.at}${i}`} entry={e} object={object} />
            ))}
          </ol>
        )}
        {list.hasNextPage && <Button onClick={() => list.fetchNextPage()}>{t("load.more")}</Button>}
      </section>
    </>
  );
}
