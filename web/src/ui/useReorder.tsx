import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

/**
 * A list that is put in order by hand: `item` goes onto each item, `grip` is its handle, which is
 * dragged with mouse or finger or moved by the arrow keys, and `live` says aloud where it stands.
 */
export function useReorder(count: number, move: (from: number, to: number) => void) {
  const { t } = useTranslation();
  const list = useId();
  const [lifted, setLifted] = useState<number>();
  const [said, setSaid] = useState("");
  const latest = useRef(move);
  latest.current = move;
  const item = (i: number) => ({
    "data-reorder": `${list} ${i}`,
    "data-lifted": lifted === i || undefined,
  });
  const tell = (what: string, to: number) => setSaid(t("reorder.at", { what, n: to + 1 }));

  function drag(e: React.PointerEvent, i: number, what: string) {
    if (e.button) return;
    e.preventDefault();
    let at = i;
    setLifted(i);
    // Heard at the window: an item that is put elsewhere would lose what is captured for it.
    const over = (x: PointerEvent) => {
      const under = document.elementFromPoint(x.clientX, x.clientY);
      const el = under?.closest<HTMLElement>(`[data-reorder^="${list} "]`);
      const to = Number(el?.dataset.reorder?.split(" ").pop() ?? at);
      if (!el || to === at) return;
      const { top, bottom } = el.getBoundingClientRect();
      const middle = (top + bottom) / 2;
      // A tall neighbour would change places with it for ever.
      if (to > at ? x.clientY < middle : x.clientY > middle) return;
      latest.current(at, to);
      at = to;
      setLifted(to);
      tell(what, to);
    };
    const end = () => {
      window.removeEventListener("pointermove", over);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      setLifted(undefined);
    };
    window.addEventListener("pointermove", over);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  }

  const grip = (i: number, what: string) => (
    <button
      type="button"
      className="icon-btn grip"
      aria-label={t("reorder.grip", { what })}
      title={t("reorder.grip", { what })}
      onPointerDown={(e) => drag(e, i, what)}
      onKeyDown={(e) => {
        const to = e.key === "ArrowUp" ? i - 1 : e.key === "ArrowDown" ? i + 1 : i;
        if (to === i) return;
        e.preventDefault();
        e.stopPropagation();
        if (to < 0 || to >= count) return;
        move(i, to);
        tell(what, to);
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>(`[data-reorder="${list} ${to}"] .grip`)?.focus(),
        );
      }}
    >
      <Icon name="grip" size={14} />
    </button>
  );
  const live = (
    <span className="sr-only" role="status">
      {said}
    </span>
  );
  return { item, grip, live };
}

/** Another order: what was at `from` stands at `to`. */
export function reordered<T>(list: T[], from: number, to: number): T[] {
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}
