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

/** Single-key shortcuts: off while typing, while composing, with a modifier, and by choice. */
export function useKeys(keys: Record<string, (e: KeyboardEvent) => void>) {
  const ref = useRef(keys);
  ref.current = keys;
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (isComposing(e) || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
      if (!keysOn() || typing(e.target)) return;
      ref.current[e.key]?.(e);
    };
    window.addEventListener("keydown", on);
    return () => window.removeEventListener("keydown", on);
  }, []);
}
