import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { Checks, isChecklist } from "../../fields/lines/Checks";
import { isComposing } from "../../hooks/useComposition";
import { useUrl } from "../../hooks/useUrl";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { useDoubts } from "../form/useDoubts";

/** A value that becomes its editor: Enter saves, Esc gives up, an error keeps what was typed. */
export function InlineField({
  field,
  value,
  version,
  editable,
  save,
  object,
  id: record,
  warning,
}: {
  field: Field;
  value: unknown;
  version: unknown;
  editable: boolean;
  /** The version is that of the value one began from, so that a colleague's change is noticed. */
  save: (value: unknown, version: unknown) => Promise<unknown>;
  object: ObjectMeta;
  id: string;
  /** What is doubtful about the value as it stands. */
  warning?: string;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [, setUrl] = useUrl();
  const [draft, setDraft] = useState<{ value: unknown; since: unknown } | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const pencil = useRef<HTMLDivElement>(null);
  const type = fieldType(field);
  const id = `inline-${field.name}`;

  // Rows need more room than a column of the page has: they are changed in the form.
  const edit = () => {
    if (field.type === "lines" && !isChecklist(field)) setUrl({ edit: field.name }, { push: true });
    else setDraft({ value, since: version });
  };
  const stop = () => {
    setDraft(null);
    setError("");
    requestAnimationFrame(() => pencil.current?.querySelector("button")?.focus());
  };
  async function commit() {
    if (!draft || busy) return;
    setBusy(true);
    try {
      await save(draft.value, draft.since);
      stop();
    } catch (e) {
      setError(errorText(e));
    } finally {
      setBusy(false);
    }
  }

  if (draft) {
    const oneLine = type.wide !== true;
    return (
      <>
        <dt className="editing">
          <label htmlFor={id}>{field.label}</label>
        </dt>
        <dd
          className="editing stack tight"
          onKeyDown={(e) => {
            if (isComposing(e) || e.defaultPrevented) return;
            if (e.key === "Escape") {
              e.stopPropagation();
              stop();
            } else if (
              e.key === "Enter" &&
              (oneLine || e.ctrlKey || e.metaKey) &&
              (e.target as HTMLElement).tagName !== "BUTTON"
            ) {
              e.preventDefault();
              commit();
            }
          }}
        >
          <type.Editor
            id={id}
            field={field}
            value={draft.value}
            autoFocus
            invalid={!!error}
            describedBy={error ? `${id}-error` : undefined}
            onChange={(v) => setDraft((d) => ({ value: v, since: d?.since }))}
          />
          <Doubt object={object} id={record} field={field} value={draft.value} />
          {error && (
            <p id={`${id}-error`} className="error-text" role="alert">
              {error}
            </p>
          )}
          <div className="row">
            <Button small kind="primary" disabled={busy} onClick={commit}>
              {t("save")}
            </Button>
            <Button small onClick={stop}>
              {t("cancel")}
            </Button>
          </div>
        </dd>
      </>
    );
  }
  return (
    <>
      <dt>{field.label}</dt>
      <dd>
        {/* A click on the value is a shortcut; the pencil is the way for keys and readers. */}
        <div
          ref={pencil}
          className={`value ${editable ? "editable" : ""}`}
          onClick={(e) => {
            const marked = window.getSelection()?.toString();
            if (!editable || marked || (e.target as HTMLElement).closest("a, button, label, audio"))
              return;
            edit();
          }}
          onKeyDown={() => {}}
        >
          <span className="value-text">
            {isChecklist(field) ? (
              <Checks
                field={field}
                value={value}
                onTick={
                  editable
                    ? (rows) =>
                        void save(rows, version).catch((e) => toast(errorText(e), { bad: true }))
                    : undefined
                }
              />
            ) : (
              <type.Display field={field} value={value} />
            )}
          </span>
          {editable && (
            <IconButton
              className="pencil"
              label={t("edit.of", { what: field.label })}
              onClick={edit}
            >
              <Icon name="edit" size={14} />
            </IconButton>
          )}
        </div>
        {warning && <p className="warn-text">{warning}</p>}
      </dd>
    </>
  );
}

/** What is doubtful about a value while it is typed. */
function Doubt({
  object,
  id,
  field,
  value,
}: {
  object: ObjectMeta;
  id: string;
  field: Field;
  value: unknown;
}) {
  const told = useDoubts(object, { [field.name]: value }, id)[field.name];
  return <div role="status">{told && <p className="warn-text">{told}</p>}</div>;
}
