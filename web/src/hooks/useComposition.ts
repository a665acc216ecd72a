import { useMemo, useRef } from "react";

interface KeyLike {
  isComposing?: boolean;
  keyCode?: number;
  nativeEvent?: { isComposing?: boolean; keyCode?: number };
}

/**
 * Is an input method composing? Then the key belongs to it: Enter chooses a candidate.
 * Safari sends that Enter after compositionend with keyCode 229, so both are asked.
 */
export function isComposing(e: KeyLike): boolean {
  const n = e.nativeEvent ?? e;
  return n.isComposing === true || n.keyCode === 229;
}

/** A key handler that does nothing while an input method is composing. */
export function unlessComposing<E extends KeyLike>(handler: (e: E) => void) {
  return (e: E) => {
    if (!isComposing(e)) handler(e);
  };
}

/**
 * How long a field waits for the next stroke before its text acts, in ms: what a key finds is to be
 * seen within a tenth of a second, and a search that is overtaken is given up.
 */
const SETTLED = 40;

/**
 * For fields whose text acts by itself (search, filters): `settled` is called with the text when
 * nothing is being composed and no further stroke follows at once.
 */
export function useComposition(settled?: (text: string) => void, delay = SETTLED) {
  const state = useRef({ composing: false, timer: 0, settled });
  state.current.settled = settled;
  return useMemo(() => {
    const s = state.current;
    const later = (text: string) => {
      clearTimeout(s.timer);
      s.timer = window.setTimeout(() => {
        if (!s.composing) s.settled?.(text);
      }, delay);
    };
    return {
      composing: () => s.composing,
      changed: later,
      props: {
        onCompositionStart: () => {
          s.composing = true;
          clearTimeout(s.timer);
        },
        onCompositionEnd: (e: React.CompositionEvent<HTMLInputElement | HTMLTextAreaElement>) => {
          s.composing = false;
          later(e.currentTarget.value);
        },
      },
    };
  }, [delay]);
}
