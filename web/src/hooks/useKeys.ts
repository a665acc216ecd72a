import { useEffect, useRef } from "react";
import { isComposing } from "./useComposition";

const OFF = "ecrm.keys";

/** Are single-key shortcuts on? Screen readers use the same keys, so a person may turn them off. */
export const keysOn = () => localStorage.getItem(OFF) !== "off";

export function setKeys(on: boolean) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "off");
}

export function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null;
  return !!el?.closest?.(
    "input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]",
  );
}

const PAUSE = 1200;
let prefix = { key: "", at: 0 };
const spelled = new WeakMap<KeyboardEvent, string>();

/** The key as the map of keys spells it: "c", or "g c" for a c soon after a g. */
export function spell(key: string, now: number): string {
  const after = prefix.key && now - prefix.at < PAUSE;
  const s = after ? `${prefix.key} ${key}` : key;
  prefix = key === "g" && !after ? { key, at: now } : { key: "", at: 0 };
  return s;
}

// Heard before any handler, so that all of them agree on what was pressed.
if (typeof window !== "undefined") {
  window.addEventListener(
    "keydown",
    (e) => {
      if (["Shift", "Control", "Alt", "Meta"].includes(e.key)) return;
      if (isComposing(e) || typing(e.target)) prefix = { key: "", at: 0 };
      else spelled.set(e, spell(e.key, Date.now()));
    },
    true,
  );
}

/** Single-key shortcuts: off while typing, while composing, with a modifier, and by choice. */
export function useKeys(keys: Record<string, (e: KeyboardEvent) => void>) {
  const ref = useRef(keys);
  ref.current = keys;
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (isComposing(e) || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
      if (!keysOn() || typing(e.target)) return;
      ref.current[spelled.get(e) ?? e.key]?.(e);
    };
    window.addEventListener("keydown", on);
    return () => window.removeEventListener("keydown", on);
  }, []);
}
