import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { fieldType } from "../../fields";
import { isComposing } from "../../hooks/useComposition";
import { writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Popover } from "../../ui/Popover";

const NEVER = ["lines", "file", "picture", "address", "json", "references"];
/** May this field be changed in a cell, as far as the metadata tells? */
export const cellEditable = (f: Field): boolean => writable(f) && !NEVER.includes(f.type);

export type Leave = "stay" | "down" | "right" | "left";

/** A cell while it is edited: Enter saves and goes down, Tab to the side, Esc gives up. */
export function CellEditor({
  id,
  field,
  value,
  error,
  onSave,
  onCancel,
}: {
  id: string;
  field: Field;
  value: unknown;
  error?: string;
  onSave: (value: unknown, leave: Leave) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(value);
  const place = useRef<HTMLDivElement>(null);
  const type = fieldType(field);
  const roomy = type.wide || ["phones", "mails", "multipicklist", "money"].includes(field.type);
  const keys = (e: React.KeyboardEvent) => {
    e.stopPropagation();
    if (isComposing(e) || e.defaultPrevented) return;
    if (e.key === "Escape") onCancel();
    else if (e.key === "Tab" && !roomy) onSave(draft, e.shiftKey ? "left" : "right");
    else if (
      e.key === "Enter" &&
      (field.type !== "longtext" || e.ctrlKey || e.metaKey) &&
      (e.target as HTMLElement).tagName !== "BUTTON"
    ) {
      onSave(draft, "down");
    } else return;
    e.preventDefault();
  };
  const editor = (
    <type.Editor
      id={id}
      field={field}
      value={draft}
      autoFocus
      invalid={!!error}
      describedBy={error ? `${id}-error` : undefined}
      onChange={setDraft}
    />
  );
  const message = error && (
    <p id={`${id}-error`} className="error-text" role="alert">
      {error}
    </p>
  );
  if (!roomy) {
    return (
      <div
        ref={place}
        className="cell-editor"
        onKeyDown={keys}
        onBlur={(e) => {
          const next = e.relatedTarget as HTMLElement | null;
          if (e.currentTarget.contains(next) || next?.closest(".popover, .drawer")) return;
          // A click into the list of a picker leaves the box for a moment.
          const box = e.currentTarget;
          setTimeout(() => {
            if (!box.isConnected || box.contains(document.activeElement)) return;
            if (!document.querySelector(".popover")) onSave(draft, "stay");
          }, 150);
        }}
      >
        <label className="sr-only" htmlFor={id}>
          {field.label}
        </label>
        {editor}
        {message && (
          <Popover anchor={place} onClose={onCancel}>
            <div className="popover-pad">{message}</div>
          </Popover>
        )}
      </div>
    );
  }
  return (
    <div ref={place} className="cell-editor-place">
      <Popover anchor={place} onClose={onCancel} match>
        <div
          className="popover-pad stack tight"
          onKeyDown={keys}
          role="dialog"
          aria-label={field.label}
        >
          <label className="muted" htmlFor={id}>
            {field.label}
          </label>
          {editor}
          {message}
          <div className="row">
            <Button small kind="primary" onClick={() => onSave(draft, "stay")}>
              {t("save")}
            </Button>
            <Button small onClick={onCancel}>
              {t("cancel")}
            </Button>
          </div>
        </div>
      </Popover>
    </div>
  );
}
