import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import type { EditorProps } from "../types";
import { type Row, rowsOf } from "./rows";

/** Rows of a text and whether it is done: a list to tick off, not a table. */
export function isChecklist(field: Field): boolean {
  const [text, done, ...more] = field.lines ?? [];
  return text?.type === "text" && done?.type === "boolean" && more.length === 0;
}

const names = (field: Field) =>
  [field.lines?.[0]?.name ?? "", field.lines?.[1]?.name ?? ""] as const;

/** How much is done, as 2/5. */
export function checksText(field: Field, value: unknown): string {
  const [, done] = names(field);
  const rows = rowsOf(value);
  return rows.length ? `${rows.filter((r) => r[done] === true).length}/${rows.length}` : "";
}

/** The items to tick; onTick sends all of them. */
export function Checks({
  field,
  value,
  onTick,
}: {
  field: Field;
  value: unknown;
  onTick?: (rows: Row[]) => void;
}) {
  const [text, done] = names(field);
  const rows = rowsOf(value);
  return (
    <ul className="ticks">
      {rows.map((r, i) => (
        <li key={r.id ?? i}>
          <label className="row nowrap">
            <input
              type="checkbox"
              checked={r[done] === true}
              disabled={!onTick}
              onChange={(e) =>
                onTick?.(rows.map((x, n) => (n === i ? { ...x, [done]: e.target.checked } : x)))
              }
            />
            <span className={r[done] === true ? "done" : ""}>{String(r[text] ?? "")}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}

/** Items one below the other: Enter begins the next, Backspace in an empty one takes it away. */
export function ChecksEditor(p: EditorProps) {
  const { t } = useTranslation();
  const [text, done] = names(p.field);
  const box = useRef<HTMLUListElement>(null);
  const rows = rowsOf(p.value);
  const shown = [...rows, {} as Row];
  const focus = (i: number) =>
    requestAnimationFrame(() =>
      box.current?.querySelectorAll<HTMLInputElement>("input.input")[i]?.focus(),
    );
  const put = (next: Row[]) => p.onChange(next.filter((r) => r.id || r[text] || r[done]));
  return (
    <ul className="ticks" ref={box}>
      {shown.map((r, i) => (
        <li key={r.id ?? `new-${i}`} className="row nowrap">
          <input
            type="checkbox"
            aria-label={t("checks.done", { what: String(r[text] ?? "") })}
            checked={r[done] === true}
            disabled={p.disabled || i === rows.length}
            onChange={(e) =>
              put(rows.map((x, n) => (n === i ? { ...x, [done]: e.target.checked } : x)))
            }
          />
          <Input
            id={i === 0 ? p.id : undefined}
            className="grow"
            maxLength={200}
            disabled={p.disabled}
            placeholder={i === rows.length ? t("checks.add") : undefined}
            aria-label={p.field.label}
            value={String(r[text] ?? "")}
            onChange={(e) =>
              put(
                i === rows.length
                  ? [...rows, { [text]: e.target.value, [done]: false }]
                  : rows.map((x, n) => (n === i ? { ...x, [text]: e.target.value } : x)),
              )
            }
            onPaste={(e) => {
              // A list copied from elsewhere is one item a line.
              const lines = e.clipboardData.getData("text/plain").split(/\r?\n/);
              if (lines.length < 2) return;
              e.preventDefault();
              const items = lines
                .map((l) => l.replace(/^\s*(?:[-*•·□☐]|\d+[.、)])\s*/, "").trim())
                .filter(Boolean);
              put([
                ...rows.slice(0, i),
                ...items.map((item) => ({ [text]: item.slice(0, 200), [done]: false })),
                ...rows.slice(r[text] ? i : i + 1),
              ]);
              focus(i + items.length);
            }}
            onKeyDown={(e) => {
              if (isComposing(e)) return;
              if (e.key === "Enter" && !e.ctrlKey && !e.metaKey) {
                e.preventDefault();
                focus(i + 1);
              } else if (e.key === "Backspace" && !r[text] && i < rows.length) {
                e.preventDefault();
                p.onChange(rows.filter((_, n) => n !== i));
                focus(Math.max(0, i - 1));
              }
            }}
          />
          {i < rows.length && (
            <IconButton
              label={t("checks.remove", { what: String(r[text] ?? "") })}
              disabled={p.disabled}
              onClick={() => p.onChange(rows.filter((_, n) => n !== i))}
            >
              <Icon name="close" size={14} />
            </IconButton>
          )}
        </li>
      ))}
    </ul>
  );
}
