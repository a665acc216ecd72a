import { type ReactNode, useEffect, useRef, useState } from "react";
import { isComposing } from "../hooks/useComposition";
import { Popover } from "./Popover";
import { refusal } from "./refusal";

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** Why one may not: said where it is chosen. */
  whyNot?: string;
  checked?: boolean;
  separated?: boolean;
}

export function Menu({
  label,
  trigger,
  items,
  className = "btn btn-plain",
  align = "end",
  skipped,
}: {
  label: string;
  trigger: ReactNode;
  items: MenuItem[];
  className?: string;
  align?: "start" | "end";
  /** The Tab key passes it by: what it does has keys of its own. */
  skipped?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        tabIndex={skipped ? -1 : undefined}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {trigger}
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} align={align}>
          <MenuList label={label} items={items} close={() => setOpen(false)} />
        </Popover>
      )}
    </>
  );
}

function MenuList({
  label,
  items,
  close,
}: {
  label: string;
  items: MenuItem[];
  close: () => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    ref.current?.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
  }, []);
  return (
    <div
      ref={ref}
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className="menu"
      onKeyDown={(e) => {
        if (isComposing(e)) return;
        const all = [
          ...(ref.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []),
        ];
        const i = all.indexOf(document.activeElement as HTMLElement);
        if (e.key === "ArrowDown") all[(i + 1) % all.length]?.focus();
        else if (e.key === "ArrowUp") all[(i - 1 + all.length) % all.length]?.focus();
        else if (e.key === "Tab") close();
        else return;
        e.preventDefault();
      }}
    >
      {items.map((m) => (
        <button
          key={m.label}
          type="button"
          role={m.checked === undefined ? "menuitem" : "menuitemradio"}
          aria-checked={m.checked}
          disabled={m.disabled}
          className={`menu-item ${m.danger ? "danger" : ""} ${m.separated ? "separated" : ""}`}
          onClick={() => {
            close();
            m.onSelect();
          }}
          {...refusal(m.whyNot)}
        >
          {m.icon}
          <span>{m.label}</span>
          {m.checked && <span aria-hidden="true">✓</span>}
        </button>
      ))}
    </div>
  );
}
