import {
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { isComposing } from "../hooks/useComposition";

/** A box beside its anchor, in the body so that nothing clips it. */
export function Popover({
  anchor,
  onClose,
  children,
  match,
  className = "",
  align = "start",
}: {
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  children: ReactNode;
  match?: boolean;
  className?: string;
  align?: "start" | "end";
}) {
  const ref = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<{ left: number; top: number; min: number; max: number }>();

  useLayoutEffect(() => {
    const place = () => {
      const a = anchor.current?.getBoundingClientRect();
      const p = ref.current?.getBoundingClientRect();
      if (!a || !p) return;
      const below = window.innerHeight - a.bottom - 12;
      const above = a.top - 12;
      const up = below < Math.min(p.height, 240) && above > below;
      const left = align === "end" ? a.right - p.width : a.left;
      const max = Math.max(120, up ? above : below);
      setAt({
        left: Math.max(8, Math.min(left, window.innerWidth - p.width - 8)),
        top: up ? Math.max(8, a.top - 4 - Math.min(p.height, max)) : a.bottom + 4,
        min: match ? a.width : 0,
        max,
      });
    };
    place();
    const o = new ResizeObserver(place);
    if (ref.current) o.observe(ref.current);
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, true);
    return () => {
      o.disconnect();
      window.removeEventListener("resize", place);
      window.removeEventListener("scroll", place, true);
    };
  }, [anchor, match, align]);

  useEffect(() => {
    const down = (e: PointerEvent) => {
      const t = e.target as Node;
      if (!ref.current?.contains(t) && !anchor.current?.contains(t)) onClose();
    };
    const key = (e: KeyboardEvent) => {
      if (isComposing(e) || e.key !== "Escape") return;
      e.stopPropagation();
      e.preventDefault();
      onClose();
      anchor.current?.focus();
    };
    document.addEventListener("pointerdown", down, true);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("pointerdown", down, true);
      document.removeEventListener("keydown", key, true);
    };
  }, [onClose, anchor]);

  return createPortal(
    // It is placed before it is painted; hidden until then, nothing in it could take the focus.
    <div
      ref={ref}
      className={`popover ${className}`}
      style={{
        left: at?.left ?? 0,
        top: at?.top ?? 0,
        minWidth: at?.min,
        maxHeight: at?.max,
      }}
    >
      {children}
    </div>,
    document.body,
  );
}
