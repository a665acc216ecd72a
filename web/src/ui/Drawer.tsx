import { type ReactNode, useEffect, useId, useRef } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { isComposing } from "../hooks/useComposition";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

/** A panel at the side (desktop), the whole screen (phone), or a small dialog in the middle. */
export function Drawer({
  title,
  onClose,
  children,
  footer,
  shape = "side",
  onSubmit,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  shape?: "side" | "middle" | "palette" | "page";
  /** What Ctrl+Enter does, wherever within the drawer the keys are. */
  onSubmit?: () => void;
}) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const box = ref.current;
    if (box && !box.contains(document.activeElement)) {
      const first = box.querySelector<HTMLElement>(
        ".drawer-body input:not(:disabled), .drawer-body select, .drawer-body textarea",
      );
      (first ?? box).focus();
    }
    return () => before?.focus?.();
  }, []);
  return createPortal(
    <div className={`overlay overlay-${shape}`}>
      <button
        type="button"
        className="backdrop"
        aria-hidden="true"
        tabIndex={-1}
        onClick={onClose}
      />
      <div
        ref={ref}
        className={`drawer drawer-${shape}`}
        role="dialog"
        aria-modal="true"
        aria-labelledby={id}
        tabIndex={-1}
        onKeyDown={(e) => {
          if (isComposing(e)) return;
          if (onSubmit && e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
            e.preventDefault();
            e.stopPropagation();
            onSubmit();
          }
          if (e.key === "Escape" && !e.defaultPrevented) {
            e.stopPropagation();
            onClose();
          }
          if (e.key === "Tab") {
            const all = [...(ref.current?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter(
              (x) => x.offsetParent !== null,
            );
            const first = all[0];
            const last = all[all.length - 1];
            if (e.shiftKey && document.activeElement === first) {
              e.preventDefault();
              last?.focus();
            } else if (!e.shiftKey && document.activeElement === last) {
              e.preventDefault();
              first?.focus();
            }
          }
        }}
      >
        <header className={shape === "palette" ? "sr-only" : "drawer-head"}>
          <h2 id={id}>{title}</h2>
          {shape !== "palette" && (
            <IconButton label={t("close")} onClick={onClose}>
              <Icon name="close" />
            </IconButton>
          )}
        </header>
        <div className="drawer-body">{children}</div>
        {footer && <footer className="drawer-foot">{footer}</footer>}
      </div>
    </div>,
    document.body,
  );
}
