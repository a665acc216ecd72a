import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

interface Note {
  id: number;
  text: string;
  bad?: boolean;
  action?: { label: string; run: () => void };
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

export function toast(text: string, o: { bad?: boolean; action?: Note["action"] } = {}) {
  const id = ++last;
  notes = [...notes.slice(-2), { id, text, ...o }];
  tell();
  setTimeout(() => drop(id), o.action || o.bad ? 8000 : 4000);
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
          <span>{n.text}</span>
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
