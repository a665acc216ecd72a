import { type ReactNode, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

interface Note {
  id: number;
  text: ReactNode;
  bad?: boolean;
  action?: { label: string; run: () => void };
  /** A note with the same key takes the place of the one before. */
  key?: string;
  /** It stays until it is closed or replaced. */
  stays?: boolean;
}

let notes: Note[] = [];
let last = 0;
const watchers = new Set<() => void>();
const tell = () => {
  for (const w of watchers) w();
};

function drop(id: number) {
  notes = notes.filter((n) => n.id !== id);
  tell();
}

export function toast(text: ReactNode, o: Omit<Note, "id" | "text"> = {}) {
  const id = ++last;
  const others = o.key ? notes.filter((n) => n.key !== o.key) : notes;
  notes = [...others.slice(-2), { id, text, ...o }];
  tell();
  if (!o.stays) setTimeout(() => drop(id), o.action || o.bad ? 8000 : 4000);
  return () => drop(id);
}

export function Toasts() {
  const { t } = useTranslation();
  const all = useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => notes,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((n) => (
        <div key={n.id} className={`toast ${n.bad ? "toast-bad" : ""}`}>
          <div className="toast-text">{n.text}</div>
          {n.action && (
            <button
              type="button"
              className="link-btn"
              onClick={() => {
                n.action?.run();
                drop(n.id);
              }}
            >
              {n.action.label}
            </button>
          )}
          <IconButton label={t("close")} onClick={() => drop(n.id)}>
            <Icon name="close" size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
