import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useMe, useObjects } from "../../api/queries";
import type { ObjectMeta, RecordData } from "../../api/types";
import type { FileRef } from "../../api/upload";
import { Files } from "../../fields/file/Files";
import { Uploader, useUploads } from "../../fields/file/Uploader";
import { isComposing } from "../../hooks/useComposition";
import { useKeys } from "../../hooks/useKeys";
import { fromLocalInput, shortDateTime, today, toLocalInput } from "../../lib/format";
import { recordTitle, toWrite } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { draftKey, dropDraft, keepDraft, readDraft } from "../form/draft";
import { chatOf } from "./chat";
import { kindsOf, linkField, morning } from "./composing";
import { Kinds } from "./Kinds";
import { MentionBox } from "./MentionBox";

/** So many kinds of contact stand before tasks and files. */
const SHOWN = 5;
const DAYS = [1, 3, 7, 14];

interface Draft {
  text: string;
  /** When it happened, where a pasted conversation told; else now. */
  at: string | null;
  next: string;
  nextAt: string | null;
}
const EMPTY: Draft = { text: "", at: null, next: "", nextAt: null };

/** What was done, what came of it and what comes next, in one form. */
export function Composer({ object, id }: { object: ObjectMeta; id: string }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const objects = useObjects().data?.objects;
  const activity = objects?.find((o) => o.name === "activity");
  const task = objects?.find((o) => o.name === "task");
  const link = activity && linkField(activity, object);
  const taskLink = task && linkField(task, object);
  const canLog = !!(activity?.access.create && link && object.name !== "activity");
  const canTask = !!(task?.access.create && taskLink && object.name !== "task");
  const kinds = canLog ? kindsOf(activity, i18n.language) : [];
  const [mode, setMode] = useState(canLog ? (kinds[0]?.value ?? "comment") : "comment");
  const [open, setOpen] = useState(false);
  const me = useMe().data?.user.id ?? "";
  const kept = draftKey(me, "timeline", id);
  const [draft, setDraft] = useState<Draft>(() => ({ ...EMPTY, ...readDraft(kept)?.values }));
  const [files, setFiles] = useState<FileRef[]>([]);
  const uploads = useUploads((f) => setFiles((list) => [...list, f]));
  const remark = mode === "comment" || mode === "files";
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  /** What the box held before a conversation was recognised, to take that back. */
  const [pasted, setPasted] = useState<{ messages: number; mode: string; plain: string }>();
  const set = (change: Partial<Draft>) => setDraft((d) => ({ ...d, ...change }));
  useEffect(() => {
    if (draft.text || draft.next) keepDraft(kept, { values: { ...draft } });
    else dropDraft(kept);
  }, [draft, kept]);
  const choose = (m: string) => {
    setMode(m);
    setOpen(true);
    requestAnimationFrame(() => box.current?.focus());
  };
  useKeys({
    f: (e) => {
      e.preventDefault();
      choose(canLog ? (kinds[0]?.value ?? "comment") : "comment");
    },
    t: (e) => {
      if (!canTask) return;
      e.preventDefault();
      choose("task");
    },
  });

  function paste(e: React.ClipboardEvent<HTMLTextAreaElement>) {
    if (remark && e.clipboardData.files.length) {
      e.preventDefault();
      setMode("files");
      return uploads.add(e.clipboardData.files);
    }
    const plain = e.clipboardData.getData("text/plain");
    if (!canLog || mode === "task" || remark || draft.text.trim()) return;
    const now = toLocalInput(new Date().toISOString()).slice(11);
    const chat = chatOf(plain, today(), now);
    if (!chat) return;
    e.preventDefault();
    setPasted({ messages: chat.messages, mode, plain });
    setOpen(true);
    if (kinds.some((k) => k.value === chat.app)) setMode(chat.app);
    set({ text: chat.text, at: chat.at ? fromLocalInput(chat.at) : null });
  }
  function unpaste() {
    if (!pasted) return;
    setMode(pasted.mode);
    set({ text: pasted.plain, at: null });
    setPasted(undefined);
    box.current?.focus();
  }

  async function send() {
    if (busy) return;
    const text = draft.text.trim();
    if (uploads.going.length) return setFailure(t("file.wait"));
    if (!text && !draft.next.trim() && !files.length) {
      box.current?.focus();
      return setFailure(t("composer.empty"));
    }
    setBusy(true);
    setFailure("");
    const me = queryClient.getQueryData<RecordData>(["record", object.plural, id]);
    // What hangs on a contact or an opportunity is also its customer's.
    const belongs = (target: ObjectMeta, through: NonNullable<typeof link>) => {
      const body: Record<string, unknown> = {
        [through.name]: toWrite(through, { id, object: object.name }),
      };
      const customer = target.fields.find((f) => f.name === "customer");
      if (customer && through.name !== "customer" && me?.customer) {
        body.customer = toWrite(customer, me.customer);
      }
      return body;
    };
    try {
      if (remark) {
        await api.comment(
          object.plural,
          id,
          text,
          files.map((f) => f.id),
        );
        setFiles([]);
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
          next_step: draft.next.trim() || undefined,
          next_at: draft.nextAt ?? undefined,
        });
        refresh(activity.plural);
        toast(t("composer.logged", { what: me ? recordTitle(object, me) : "" }), {
          action: {
            label: t("undo"),
            run: async () => {
              await api.remove(activity.plural, made.id);
              refresh(object.plural, id);
              queryClient.invalidateQueries({ queryKey: ["list"] });
            },
          },
        });
      }
      setDraft(EMPTY);
      setPasted(undefined);
      setOpen(false);
      refresh(object.plural, id);
      queryClient.invalidateQueries({ queryKey: ["list"] });
      queryClient.invalidateQueries({ queryKey: ["home"] });
    } catch (e) {
      const more = isProblem(e) ? Object.values(e.byField()).join(" ") : "";
      setFailure(more || errorText(e));
    } finally {
      setBusy(false);
    }
  }

  const tabs = [
    ...kinds.slice(0, SHOWN).map(({ value, label }) => ({ value, label })),
    ...(canTask ? [{ value: "task", label: t("timeline.task") }] : []),
    { value: "files", label: t("composer.files") },
    { value: "comment", label: t("comment") },
    ...kinds.slice(SHOWN).map(({ value, label }) => ({ value, label })),
  ];
  const hint = remark ? "comment.hint" : mode === "task" ? "composer.task" : "composer.result";
  return (
    <form
      className="panel stack composer"
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
        rows={pasted ? 8 : open || draft.text ? 3 : 1}
        aria-label={t(hint)}
        placeholder={t(hint)}
        value={draft.text}
        onFocus={() => setOpen(true)}
        onPaste={paste}
        onText={(text) => {
          if (!text) {
            setPasted(undefined);
            set({ text: "", at: null });
          } else set({ text });
        }}
      />
      {(mode === "files" || files.length > 0 || uploads.going.length > 0) && (
        <div className="stack tight">
          <Files
            files={files}
            remove={(f) => setFiles((list) => list.filter((x) => x.id !== f.id))}
          />
          <Uploader uploads={uploads} many />
        </div>
      )}
      {(pasted || draft.at) && (
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
      {(open || draft.text || draft.next || files.length > 0) && (
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
