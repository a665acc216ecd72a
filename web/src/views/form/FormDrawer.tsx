import { useBlocker, useNavigate } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { Fragment, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem, type Problem } from "../../api/problem";
import { queryClient, refresh, useMe, useObject, useObjects } from "../../api/queries";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { isChecklist } from "../../fields/lines/Checks";
import { placeOf, placeText } from "../../fields/lines/rows";
import { useUrl } from "../../hooks/useUrl";
import {
  applies,
  changesOf,
  isSum,
  recordTitle,
  sectionsOf,
  withoutSums,
  writable,
} from "../../lib/records";
import { useFormPart } from "../../modules";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { EmptyState, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { saveRecord, withReason } from "../conflict/conflict";
import { Blocked } from "./Blocked";
import { DuplicateHints } from "./DuplicateHints";
import { draftKey, dropDraft, keepDraft, readDraft } from "./draft";
import { PasteCard } from "./PasteCard";
import { useDoubts } from "./useDoubts";

function startOf(text: string | undefined): Record<string, unknown> {
  try {
    const v = JSON.parse(text ?? "{}");
    return v && typeof v === "object" ? v : {};
  } catch {
    return {};
  }
}

/** Of which rows an amount is the sum. */
const sumText = (o: ObjectMeta, f: Field, t: TFunction) =>
  t("form.sum_of", { what: o.fields.find((x) => x.name === f.sum_of)?.label ?? "" });

const told = (r: RecordData) => (r._warnings ?? []).map((w) => w.message);

/** Makes a record, or with `record` changes one. What was typed is never lost to an error. */
export default function FormDrawer({
  object: name,
  preset,
  record: given,
  onMade,
  focus,
  blank,
  without,
  title,
  beside,
  onSkip,
  onSaved,
  onClose,
}: {
  object: string;
  preset?: string;
  record?: RecordData;
  /** What was made goes on from here, instead of being opened. */
  onMade?: (r: RecordData) => void;
  /** The name of the field one came to change. */
  focus?: string;
  /** A field whose value is only a stand-in: it begins empty. */
  blank?: string;
  /** Fields that are not asked here. */
  without?: string[];
  title?: string;
  /** What one types from. */
  beside?: ReactNode;
  /** One of several: leaves this one for later, or goes on to the next when it is saved. */
  onSkip?: () => void;
  onSaved?: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const [, setUrl] = useUrl();
  const object = useObject(name);
  // What one began from stays, though the page behind hears of changes: else they would be lost.
  const [record] = useState(given);
  const { user, company } = useMe().data ?? {};
  const me = user?.id ?? "";
  const objects = useObjects().data?.objects;
  const part = useFormPart(name);
  const around = useMemo(
    () => object && { object, objects: objects ?? [], currency: company?.currency ?? "TWD" },
    [object, objects, company],
  );
  // One for as long as the form stands: what follows from it is taken only while it is still there.
  const start = useMemo(() => startOf(preset), [preset]);
  const draft = draftKey(me, name, record?.id, start);
  const [kept] = useState(() => readDraft(draft));
  const [offered, setOffered] = useState(!!kept);
  const before = useMemo<Record<string, unknown>>(() => {
    if (record) return blank ? { ...record, [blank]: null } : record;
    const defaults: Record<string, unknown> = {};
    for (const f of object?.fields ?? []) {
      if (f.default !== undefined && f.default !== null) defaults[f.name] = f.default;
    }
    const begun = (around && part?.begin?.(around)) ?? {};
    return { ...defaults, ...begun, ...start };
  }, [object, record, start, part, around, blank]);
  const [values, setValues] = useState<Record<string, unknown>>(() => kept?.values ?? {});
  // What was typed before others changed the record is compared with what it was typed over.
  const version = (offered && kept?.version) || record?.version;
  const [shape, setShape] = useState(localStorage.getItem("ecrm.form"));
  // Rows need the width of a page.
  const roomy = shape
    ? shape === "page"
    : !!object?.fields.some((f) => f.type === "lines" && !isChecklist(f));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  // Why it is saved though a rule takes it for a duplicate.
  const [reason, setReason] = useState("");
  const saved = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const dirty = Object.keys(values).length > 0;
  const current = { ...before, ...values };

  const now = useRef(current);
  now.current = current;
  /** Takes over what was entered and, perhaps later, what follows from it. */
  function enter(changed: Record<string, unknown>) {
    // What follows may come before the next drawing.
    now.current = { ...now.current, ...changed };
    setValues((b) => ({ ...b, ...changed }));
    follow(changed);
  }
  function follow(changed: Record<string, unknown>) {
    if (!around) return;
    part
      ?.follow?.({ ...now.current, ...changed }, changed, around)
      ?.then((more) => {
        // Something else may have been entered since.
        const still = Object.keys(changed).every(
          (n) => now.current[n] === changed[n] || !(n in now.current),
        );
        if (more && still) setValues((b) => ({ ...b, ...more }));
      })
      .catch((e) => toast(errorText(e), { bad: true }));
  }
  const begun = useRef(false);
  useEffect(() => {
    if (!part || begun.current) return;
    begun.current = true;
    if (!record && !offered && Object.keys(start).length) follow(start);
  });

  useEffect(() => {
    if (dirty && !saved.current) keepDraft(draft, { values, version });
  }, [values, dirty, version, draft]);

  useEffect(() => {
    const field = focus && document.getElementById(`form-${focus}`);
    if (!field) return;
    field.scrollIntoView({ block: "center" });
    (field.querySelector<HTMLElement>("input, select, textarea, button") ?? field).focus();
  }, [focus]);

  useBlocker({
    shouldBlockFn: () => dirty && !saved.current && !window.confirm(t("form.leave")),
    enableBeforeUnload: () => dirty && !saved.current,
  });

  const errors = problem?.byField() ?? {};
  const doubts = useDoubts(object, values, record?.id);

  useEffect(() => {
    if (!problem) return;
    // The first control that is wrong itself: around a cell the field that holds it is bad too.
    const bad = form.current?.querySelectorAll<HTMLElement>(
      ".field-bad input, .field-bad select, .field-bad textarea",
    );
    [...(bad ?? [])].find((x) => !x.closest(".field-bad")?.querySelector(".field-bad"))?.focus();
    // The summary stays in sight when the first bad field is near it.
    const body = form.current?.closest(".drawer-body");
    const at = document.activeElement?.getBoundingClientRect();
    if (body && at && body.scrollTop + at.bottom < body.clientHeight) body.scrollTop = 0;
  }, [problem]);

  if (!object) {
    return (
      <Drawer title={t("notfound.title")} onClose={onClose}>
        <EmptyState title={t("notfound.text")} />
      </Drawer>
    );
  }

  const done = () => {
    saved.current = true;
    dropDraft(draft);
  };

  async function save(another: boolean) {
    if (busy || !object) return;
    const fields = object.fields.filter(writable);
    const missing = fields.filter((f) => {
      const v = current[f.name];
      return (
        f.required &&
        f.name !== blank &&
        f.type !== "boolean" &&
        (v === undefined || v === null || v === "" || (Array.isArray(v) && v.length === 0))
      );
    });
    setBusy(true);
    setFailure("");
    if (!problem?.duplicates) setProblem(null);
    try {
      if (missing.length) {
        const { Problem } = await import("../../api/problem");
        throw new Problem(422, {
          detail: t("form.missing"),
          code: "invalid",
          fields: missing.map((f) => ({
            field: f.name,
            code: "required",
            message: t("form.required", { what: f.label }),
          })),
        });
      }
      if (record) {
        const sent = withoutSums(object, record, { ...record, ...values });
        const body = changesOf(fields, record, sent);
        const mine = Object.fromEntries(Object.keys(body).map((n) => [n, sent[n] ?? null]));
        const changed = await saveRecord(object, record.id, mine, version, reason);
        refresh(object.plural, record.id);
        toast([t("saved"), ...told(changed)].join(t("list.stop")));
        done();
        if (onSaved) onSaved();
        else onClose();
        return;
      }
      const body = changesOf(fields, {}, withoutSums(object, {}, current));
      for (const k of Object.keys(body)) if (body[k] === null) delete body[k];
      const r = await api.create(object.plural, withReason(body, reason));
      refresh(object.plural);
      queryClient.invalidateQueries({ queryKey: ["list"] });
      queryClient.invalidateQueries({ queryKey: ["timeline"] });
      done();
      if (onMade) {
        onMade(r);
        onClose();
        return;
      }
      toast([t("created", { what: recordTitle(object, r) }), ...told(r)].join(t("list.stop")), {
        action: {
          label: t("open"),
          run: () =>
            void navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: r.id } }),
        },
      });
      if (another) {
        setValues({});
        setReason("");
        setProblem(null);
        setOffered(false);
        saved.current = false;
        form.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
      } else if (
        // A document is looked at, and sent, once it is made; the rest was a matter of the moment.
        (preset && !object.printed?.length) ||
        object.name === "user" ||
        object.name === "department"
      ) {
        setUrl({ create: undefined, preset: undefined });
      } else {
        navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: r.id } });
      }
    } catch (e) {
      setProblem(isProblem(e) && (e.fields.length || e.duplicates) ? e : null);
      setFailure(errorText(e));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Drawer
      shape={roomy || beside ? "page" : "side"}
      onSubmit={() => save(false)}
      title={
        title
          ? title
          : record
            ? t("edit.of", { what: recordTitle(object, record) })
            : t("new.of", { what: object.label })
      }
      onClose={() => {
        if (dirty && !window.confirm(t("form.leave"))) return;
        done();
        onClose();
      }}
      footer={
        <>
          {!beside && (
            <Button
              kind="quiet"
              className="only-desktop"
              aria-pressed={roomy}
              onClick={() => {
                localStorage.setItem("ecrm.form", roomy ? "side" : "page");
                setShape(roomy ? "side" : "page");
              }}
            >
              {t(roomy ? "form.side" : "form.page")}
            </Button>
          )}
          <span className="muted grow only-desktop">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </span>
          {onSkip && (
            <Button
              disabled={busy}
              onClick={() => {
                if (dirty && !window.confirm(t("form.leave"))) return;
                done();
                onSkip();
              }}
            >
              {t("capture.skip")}
            </Button>
          )}
          {!record && !onMade && (
            <Button disabled={busy} onClick={() => save(true)}>
              {t("save.another")}
            </Button>
          )}
          <Button kind="primary" disabled={busy} onClick={() => save(false)}>
            {t(onSaved ? "capture.next" : "save")}
          </Button>
        </>
      }
    >
      {beside}
      <form ref={form} noValidate onSubmit={(e) => e.preventDefault()}>
        {offered && dirty && (
          <p className="notice">
            {t(record ? "form.draft_edit" : "form.draft")}{" "}
            <button
              type="button"
              className="link-btn"
              onClick={() => {
                dropDraft(draft);
                setValues({});
                setOffered(false);
              }}
            >
              {t(record ? "form.draft_drop_edit" : "form.draft_drop")}
            </button>
          </p>
        )}
        {!record && ["customer", "contact", "lead"].includes(object.name) && (
          <PasteCard object={object} onFill={(v) => setValues((b) => ({ ...b, ...v }))} />
        )}
        {problem?.duplicates ? (
          <Blocked
            twins={problem.duplicates}
            reason={reason}
            setReason={setReason}
            busy={busy}
            onSave={() => save(false)}
          />
        ) : (
          <DuplicateHints object={object} values={current} touched={dirty} except={record?.id} />
        )}
        {failure && !problem?.duplicates && (
          <div className="summary" role="alert">
            {failure}
            {problem && (
              <ul>
                {problem.fields.map((e, i) => {
                  const at = placeOf(object.fields, e.field);
                  const f = at.field;
                  const whole = at.row === undefined || !at.column;
                  const id = whole
                    ? `form-${f?.name}`
                    : `form-${f?.name}-${at.row}-${at.column?.name}`;
                  return (
                    <li key={i}>
                      {f ? (
                        <a
                          href={`#${id}`}
                          onClick={(e) => {
                            e.preventDefault();
                            document.getElementById(id)?.focus();
                          }}
                        >
                          {placeText(at, t)}
                        </a>
                      ) : (
                        e.field
                      )}
                      {" — "}
                      {e.message}
                    </li>
                  );
                })}
              </ul>
            )}
          </div>
        )}
        {sectionsOf(object).map((s, i) => {
          const fields = s.fields.filter(
            (f) => writable(f) && applies(f, current) && !without?.includes(f.name),
          );
          if (!fields.length) return null;
          return (
            <fieldset key={i} className="section">
              {s.label && <legend>{s.label}</legend>}
              <div className="form-grid">
                {fields.map((f) => {
                  const type = fieldType(f);
                  const id = `form-${f.name}`;
                  const After = part?.after?.[f.name];
                  const sum = isSum(object, f, current);
                  return (
                    <Fragment key={f.name}>
                      <FieldBox
                        id={id}
                        label={f.label}
                        required={f.required}
                        help={sum ? sumText(object, f, t) : f.help}
                        error={errors[f.name]}
                        warning={doubts[f.name]}
                        wide={type.wide}
                      >
                        <type.Editor
                          id={id}
                          field={f}
                          value={current[f.name]}
                          sum={sum}
                          invalid={!!errors[f.name]}
                          errors={problem?.within(f.name)}
                          describedBy={
                            errors[f.name]
                              ? `${id}-error`
                              : doubts[f.name]
                                ? `${id}-warning`
                                : undefined
                          }
                          rows={around && part?.rows?.[f.name]?.(current, around)}
                          onChange={(v) => enter({ [f.name]: v })}
                        />
                      </FieldBox>
                      {After && around && (
                        <div className="field-wide">
                          <After values={current} around={around} />
                        </div>
                      )}
                    </Fragment>
                  );
                })}
              </div>
            </fieldset>
          );
        })}
      </form>
    </Drawer>
  );
}
