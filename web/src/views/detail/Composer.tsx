import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useMe, useObjects, useRecord } from "../../api/queries";
import type { ObjectMeta, RecordData, Reference } from "../../api/types";
import type { FileRef } from "../../api/upload";
import { Files } from "../../fields/file/Files";
import { Uploader, useUploads } from "../../fields/file/Uploader";
import { place as placeType } from "../../fields/place";
import { isComposing } from "../../hooks/useComposition";
import { useKeys } from "../../hooks/useKeys";
import { fromLocalInput, shortDateTime, today, toLocalInput } from "../../lib/format";
import type { Place } from "../../lib/place";
import { recordTitle, toWrite } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { draftKey, dropDraft, keepDraft, readDraft } from "../form/draft";
import { Recorder } from "../log/Recorder";
import { type Template, Templates } from "../log/Templates";
import { chatOf, readChatFile } from "./chat";
import { kindsOf, linkField, morning } from "./composing";
import { Kinds } from "./Kinds";
import { MentionBox } from "./MentionBox";

/** So many kinds of contact stand before tasks and files. */
const SHOWN = 5;
const DAYS = [1, 3, 7, 14];
/** Kinds that happen at a place. */
const PLACED = ["visit", "meeting"];

interface Draft {
  text: string;
  /** When it happened, or is to happen, where that was told; else now. */
  at: string | null;
  next: string;
  nextAt: string | null;
  place: Place | null;
}
const EMPTY: Draft = { text: "", at: null, next: "", nextAt: null, place: null };

/** Records an activity belongs to one of. */
const NEEDED = ["customer", "lead"];

/** What was done, what came of it and what comes next, in one form. */
export function Composer({
  object,
  id,
  start,
  alone,
  onDone,
}: {
  object: ObjectMeta;
  id: string;
  start?: { kind?: string; at?: string };
  /** Away from the record's page: what it stands in is left when it is done. */
  alone?: boolean;
  onDone?: () => void;
}) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const objects = useObjects().data?.objects;
  const record = useRecord(object.plural, id).data;
  const activity = objects?.find((o) => o.name === "activity");
  const task = objects?.find((o) => o.name === "task");
  const link = activity && linkField(activity, object);
  const taskLink = task && linkField(task, object);
  const own = NEEDED.includes(object.name) || NEEDED.some((n) => record?.[n]);
  const canLog = !!(activity?.access.create && link && own && object.name !== "activity");
  const canTask = !!(task?.access.create && taskLink && object.name !== "task");
  const kinds = canLog ? kindsOf(activity, i18n.language) : [];
  const usual = start?.kind ?? kinds[0]?.value ?? "comment";
  const [chosen, setMode] = useState<string>();
  const mode = chosen ?? (canLog ? usual : "comment");
  const [open, setOpen] = useState(!!alone);
  const me = useMe().data?.user.id ?? "";
  const kept = draftKey(me, "timeline", id);
  const [draft, setDraft] = useState<Draft>(() => ({
    ...EMPTY,
    ...readDraft(kept)?.values,
    ...(start?.at ? { at: start.at } : {}),
  }));
  const [files, setFiles] = useState<FileRef[]>([]);
  const [adding, setAdding] = useState(false);
  const [dating, setDating] = useState(!!start?.at);
  const uploads = useUploads((f) => setFiles((list) => [...list, f]));
  const remark = mode === "comment" || mode === "files";
  const logs = !remark && mode !== "task";
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const chatFile = useRef<HTMLInputElement>(null);
  /** What the box held before a conversation was recognised, to take that back. */
  const [pasted, setPasted] = useState<{ messages: number; mode: string; plain: string }>();
  const set = (change: Partial<Draft>) => setDraft((d) => ({ ...d, ...change }));
  useEffect(() => {
    if (draft.text || draft.next) keepDraft(kept, { values: { ...draft } });
    else dropDraft(kept);
  }, [draft, kept]);
  useEffect(() => {
    if (alone) box.current?.focus();
  }, [alone]);
  const choose = (m: string) => {
    setMode(m);
    setOpen(true);
    requestAnimationFrame(() => box.current?.focus());
  };
  useKeys(
    alone
      ? {}
      : {
          f: (e) => {
            e.preventDefault();
            choose(canLog ? usual : "comment");
          },
          t: (e) => {
            if (!canTask) return;
            e.preventDefault();
            choose("task");
          },
        },
  );

  /** Takes a conversation over; false: it is none. */
  function take(plain: string): boolean {
    const now = toLocalInput(new Date().toISOString()).slice(11);
    const chat = chatOf(plain, today(), now);
    if (!chat) return false;
    setPasted({ messages: chat.messages, mode, plain });
    setOpen(true);
    if (kinds.some((k) => k.value === chat.app)) setMode(chat.app);
    set({ text: chat.text, at: chat.at ? fromLocalInput(chat.at) : null });
    return true;
  }
  function paste(e: React.ClipboardEvent<HTMLTextAreaElement>) {
    if (e.clipboardData.files.length && mode !== "task") {
      e.preventDefault();
      if (remark) setMode("files");
      setAdding(true);
      return uploads.add(e.clipboardData.files);
    }
    if (!canLog || !logs || draft.text.trim()) return;
    if (take(e.clipboardData.getData("text/plain"))) e.preventDefault();
  }
  /** The file LINE or 微信 exports a conversation to; any other is kept as a file. */
  async function takeFile(file: File) {
    const text = await readChatFile(file);
    if (text !== undefined && take(text)) return;
    setAdding(true);
    uploads.add([file]);
    toast(t("log.chat_none"));
  }
  function unpaste() {
    if (!pasted) return;
    setMode(pasted.mode);
    set({ text: pasted.plain, at: null });
    setPasted(undefined);
    box.current?.focus();
  }
  function fill(x: Template) {
    setOpen(true);
    set({
      text: draft.text.trim() ? `${draft.text.trimEnd()}\n${x.result}` : x.result,
      next: x.next || draft.next,
      nextAt: x.days === undefined ? draft.nextAt : morning(x.days),
    });
    requestAnimationFrame(() => box.current?.focus());
  }

  /** What is made here belongs to the record, and to whom that belongs. */
  function belongs(target: ObjectMeta, through: NonNullable<typeof link>) {
    const body: Record<string, unknown> = {
      [through.name]: toWrite(through, { id, object: object.name }),
    };
    for (const name of [...NEEDED, "opportunity", "contact"]) {
      const f = target.fields.find((x) => x.name === name);
      const value = record?.[name] as Reference | null | undefined;
      if (f && f.name !== through.name && value?.id) body[name] = toWrite(f, value);
    }
    return body;
  }

  async function send() {
    if (busy) return;
    const text = draft.text.trim();
    if (uploads.going.length) return setFailure(t("file.wait"));
    const planned = logs && !!draft.at && Date.parse(draft.at) > Date.now();
    if (!text && !draft.next.trim() && !files.length && !planned) {
      box.current?.focus();
      return setFailure(t("composer.empty"));
    }
    setBusy(true);
    setFailure("");
    try {
      if (remark) {
        const ids = files.map((f) => f.id);
        await api.comment(object.plural, id, text, ids);
      } else if (mode === "task" && task && taskLink) {
        await api.create(task.plural, {
          ...belongs(task, taskLink),
          subject: text,
          due_at: draft.nextAt ?? undefined,
        });
        refresh(task.plural);
      } else if (activity && link) {
        const made = await api.create(activity.plural, {
          ...belongs(activity, link),
          kind: mode,
          at: draft.at ?? undefined,
          result: text || undefined,
          place: PLACED.includes(mode) && draft.place ? draft.place : undefined,
          files: files.length ? files.map((f) => f.id) : undefined,
          next_step: draft.next.trim() || undefined,
          next_at: draft.nextAt ?? undefined,
        });
        tell(activity, made, planned);
      }
      setFiles([]);
      setAdding(false);
      setDating(false);
      setDraft(EMPTY);
      setPasted(undefined);
      setOpen(!!alone);
      refresh(object.plural, id);
      for (const key of ["list", "home", "calendar"]) {
        queryClient.invalidateQueries({ queryKey: [key] });
      }
      dropDraft(kept);
      onDone?.();
    } catch (e) {
      const more = isProblem(e) ? Object.values(e.byField()).join(" ") : "";
      setFailure(more || errorText(e));
    } finally {
      setBusy(false);
    }
  }

  function tell(made: ObjectMeta, r: RecordData, planned: boolean) {
    refresh(made.plural);
    if (task) refresh(task.plural);
    const what = record ? recordTitle(object, record) : "";
    const next = r.next_task as Reference | null | undefined;
    const said = t(planned ? "log.planned" : next ? "log.logged_next" : "composer.logged", {
      what,
    });
    // Whoever may not delete could not take it back either.
    toast(said, {
      action: made.access.delete
        ? {
            label: t("undo"),
            run: async () => {
              try {
                await api.remove(made.plural, r.id);
                if (next?.id && task) await api.remove(task.plural, next.id);
              } catch (e) {
                toast(errorText(e), { bad: true });
              }
              refresh(object.plural, id);
              queryClient.invalidateQueries({ queryKey: ["list"] });
            },
          }
        : undefined,
    });
  }

  const tabs = [
    ...kinds.slice(0, SHOWN).map(({ value, label }) => ({ value, label })),
    ...(canTask ? [{ value: "task", label: t("timeline.task") }] : []),
    ...(alone ? [] : [{ value: "files", label: t("composer.files") }]),
    ...(alone ? [] : [{ value: "comment", label: t("comment") }]),
    ...kinds.slice(SHOWN).map(({ value, label }) => ({ value, label })),
  ];
  const hint = remark ? "comment.hint" : mode === "task" ? "composer.task" : "composer.result";
  const full = open || draft.text || draft.next || files.length > 0;
  return (
    <form
      className={alone ? "stack composer" : "panel stack composer"}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        send();
      }}
      onKeyDown={(e) => {
        if (e.key !== "Enter" || isComposing(e)) return;
        if (e.ctrlKey || e.metaKey) {
          e.preventDefault();
          send();
        } else if ((e.target as HTMLElement).tagName === "INPUT") e.preventDefault();
      }}
    >
      <Kinds kinds={tabs} value={mode} onChoose={choose} />
      {failure && (
        <p className="summary" role="alert">
          {failure}
        </p>
      )}
      <MentionBox
        box={box}
        plural={object.plural}
        id={id}
        offers={mode !== "task"}
        className="input composer-text"
        rows={pasted ? 8 : full ? 3 : 1}
        aria-label={t(hint)}
        placeholder={t(hint)}
        value={draft.text}
        onFocus={() => setOpen(true)}
        onPaste={paste}
        onText={(text) => {
          if (!text) {
            setPasted(undefined);
            set(pasted ? { text: "", at: null } : { text: "" });
          } else set({ text });
        }}
      />
      {full && logs && (
        <div className="row composer-extras">
          <Templates kind={mode} onChoose={fill} />
          <button
            type="button"
            className="chip-btn"
            aria-pressed={adding}
            onClick={() => setAdding(!adding)}
          >
            <Icon name="camera" size={14} /> {t("composer.files")}
          </button>
          <Recorder
            onFile={(f) => {
              setAdding(true);
              uploads.add([f]);
            }}
          />
          <button type="button" className="chip-btn" onClick={() => chatFile.current?.click()}>
            <Icon name="chat" size={14} /> {t("log.chat_file")}
          </button>
          {!pasted && (
            <button
              type="button"
              className="chip-btn"
              aria-pressed={dating}
              onClick={() => {
                if (dating) set({ at: null });
                setDating(!dating);
              }}
            >
              <Icon name="clock" size={14} /> {t("log.when")}
            </button>
          )}
          <input
            ref={chatFile}
            type="file"
            hidden
            accept=".txt,text/plain"
            aria-label={t("log.chat_file")}
            onChange={(e) => {
              const f = e.target.files?.[0];
              if (f) void takeFile(f);
              e.target.value = "";
            }}
          />
        </div>
      )}
      {full && logs && PLACED.includes(mode) && (
        <placeType.Editor
          id={`place-${id}`}
          field={{ name: "place", type: "place", label: t("place") }}
          value={draft.place}
          onChange={(v) => set({ place: v as Place | null })}
        />
      )}
      {full && logs && dating && !pasted && (
        <div className="row">
          <Input
            type="datetime-local"
            className="composer-at"
            aria-label={t("log.when")}
            value={draft.at ? toLocalInput(draft.at) : toLocalInput(new Date().toISOString())}
            onChange={(e) => set({ at: e.target.value ? fromLocalInput(e.target.value) : null })}
          />
          <span className="muted">
            {draft.at && Date.parse(draft.at) > Date.now() ? t("log.is_planned") : ""}
          </span>
        </div>
      )}
      {(mode === "files" ||
        (adding && mode !== "task") ||
        files.length > 0 ||
        uploads.going.length > 0) && (
        <div className="stack tight">
          <Files
            files={files}
            remove={(f) => setFiles((list) => list.filter((x) => x.id !== f.id))}
          />
          <Uploader uploads={uploads} many />
        </div>
      )}
      {(pasted || (draft.at && !dating)) && (
        <p className="row muted composer-pasted" role="status">
          <Icon name="chat" size={14} />
          {pasted
            ? t(draft.at ? "composer.chat_at" : "composer.chat", {
                app: kinds.find((k) => k.value === mode)?.label ?? "",
                n: pasted.messages,
                at: draft.at ? shortDateTime(draft.at) : "",
              })
            : t("composer.at", { at: shortDateTime(draft.at ?? "") })}
          <button
            type="button"
            className="link-btn"
            onClick={pasted ? unpaste : () => set({ at: null })}
          >
            {t(pasted ? "undo" : "composer.at_now")}
          </button>
        </p>
      )}
      {full && (
        <>
          {!remark && (
            <div className="composer-next">
              {mode !== "task" && (
                <Input
                  aria-label={t("composer.next")}
                  placeholder={t("composer.next")}
                  value={draft.next}
                  onChange={(e) => set({ next: e.target.value })}
                />
              )}
              <div className="row" role="group" aria-label={t("composer.when")}>
                {DAYS.map((n) => {
                  const at = morning(n);
                  return (
                    <button
                      key={n}
                      type="button"
                      className={`chip-btn ${draft.nextAt === at ? "on" : ""}`}
                      aria-pressed={draft.nextAt === at}
                      onClick={() => set({ nextAt: draft.nextAt === at ? null : at })}
                    >
                      {n === 1 ? t("date.tomorrow") : t("date.days_ahead", { n })}
                    </button>
                  );
                })}
                <Input
                  type="datetime-local"
                  className="composer-at"
                  aria-label={t("composer.when")}
                  value={draft.nextAt ? toLocalInput(draft.nextAt) : ""}
                  onChange={(e) =>
                    set({ nextAt: e.target.value ? fromLocalInput(e.target.value) : null })
                  }
                />
              </div>
            </div>
          )}
          <div className="row">
            <Button kind="primary" type="submit" disabled={busy}>
              {remark ? t("comment.send") : t("save")}
            </Button>
            <span className="muted only-desktop">
              <kbd>Ctrl</kbd> <kbd>Enter</kbd>
            </span>
          </div>
        </>
      )}
    </form>
  );
}
