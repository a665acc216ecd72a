import { useEffect, useRef } from "react";
import { isComposing } from "./useComposition";

export function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null;
  return !!el?.closest?.(
    "input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]",
  );
}

/** Single-key shortcuts: off while typing, while composing and with a modifier. */
export function useKeys(keys: Record<string, (e: KeyboardEvent) => void>) {
  const ref = useRef(keys);
  ref.current = keys;
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (isComposing(e) || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
      if (typing(e.target)) return;
      ref.current[e.key]?.(e);
    };
    window.addEventListener("keydown", on);
    return () => window.removeEventListener("keydown", on);
  }, []);
}
