import { useRef, useState } from "react";
import type { Widget } from "../../api/workbench";
import { reordered } from "../../ui/useReorder";

const COLUMNS = 12;
/** What a row of the page is high, with the gap below it, in pixels (home.css). */
const ROW = 40;
const GAP = 16;
const MOST_ROWS = 30;
/** So far the pointer goes before one more change of places. */
const STEP = 10;

const clamp = (n: number, least: number, most: number) => Math.min(most, Math.max(least, n));

/** Another size for a widget, within what fits. */
export function resized(w: Widget, columns: number, rows: number, least = 3): Widget {
  return { ...w, w: clamp(columns, least, COLUMNS), h: clamp(rows, 3, MOST_ROWS) };
}

/**
 * Widgets moved and sized by mouse, finger or keys: `move` and `size` go onto the handles. A widget
 * that is dragged takes the place of the one under the pointer.
 */
export function useArrange(
  widgets: Widget[],
  change: (next: Widget[]) => void,
  least: (kind: string) => number,
  tell: (id: string, next: Widget[]) => void,
) {
  const [held, setHeld] = useState<string>();
  const now = useRef(widgets);
  now.current = widgets;
  const put = (next: Widget[], id: string) => {
    now.current = next;
    change(next);
    tell(id, next);
  };
  const shift = (id: string, to: number) => {
    const from = now.current.findIndex((w) => w.id === id);
    if (from < 0 || to < 0 || to >= now.current.length || to === from) return;
    put(reordered(now.current, from, to), id);
  };
  const grow = (id: string, columns: number, rows: number) => {
    const next = now.current.map((w) =>
      w.id === id ? resized(w, columns, rows, least(w.kind)) : w,
    );
    const [a, b] = [now.current, next].map((l) => l.find((w) => w.id === id));
    if (a?.w !== b?.w || a?.h !== b?.h) put(next, id);
  };

  /** Hears the pointer until it is let go, wherever it goes. */
  function follow(e: React.PointerEvent, id: string, on: (x: PointerEvent) => void) {
    if (e.button) return;
    e.preventDefault();
    setHeld(id);
    const end = () => {
      window.removeEventListener("pointermove", on);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      setHeld(undefined);
    };
    window.addEventListener("pointermove", on);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  }

  const move = (id: string) => ({
    onPointerDown: (e: React.PointerEvent) => {
      let over = "";
      let at = [e.clientX, e.clientY] as const;
      follow(e, id, (x) => {
        const under = document
          .elementFromPoint(x.clientX, x.clientY)
          ?.closest<HTMLElement>("[data-widget]")?.dataset.widget;
        if (!under || under === id) {
          over = "";
          return;
        }
        // The one that just changed places may lie under the pointer still.
        if (under === over || Math.hypot(x.clientX - at[0], x.clientY - at[1]) < STEP) return;
        over = under;
        at = [x.clientX, x.clientY];
        shift(
          id,
          now.current.findIndex((w) => w.id === under),
        );
      });
    },
    onKeyDown: (e: React.KeyboardEvent) => {
      const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[e.key];
      if (!by) return;
      e.preventDefault();
      shift(id, now.current.findIndex((w) => w.id === id) + by);
      const handle = e.currentTarget as HTMLElement;
      requestAnimationFrame(() => handle.focus());
    },
  });

  const size = (id: string) => ({
    onPointerDown: (e: React.PointerEvent) => {
      const w = now.current.find((x) => x.id === id);
      const page = (e.currentTarget as HTMLElement).closest<HTMLElement>(".widgets");
      if (!w || !page) return;
      const column = (page.clientWidth + GAP) / COLUMNS;
      const [x0, y0] = [e.clientX, e.clientY];
      follow(e, id, (x) =>
        grow(
          id,
          Math.round(w.w + (x.clientX - x0) / column),
          Math.round(w.h + (x.clientY - y0) / ROW),
        ),
      );
    },
    onKeyDown: (e: React.KeyboardEvent) => {
      const by = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[
        e.key
      ];
      const w = now.current.find((x) => x.id === id);
      if (!by || !w) return;
      e.preventDefault();
      grow(id, w.w + (by[0] ?? 0), w.h + (by[1] ?? 0));
    },
  });
  return { held, move, size };
}
