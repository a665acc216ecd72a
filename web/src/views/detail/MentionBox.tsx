import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, type RefObject, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Mentionable, mentionable } from "../../api/notices";
import { isComposing, useComposition } from "../../hooks/useComposition";
import { Popover } from "../../ui/Popover";

/** The name being typed behind an @ before the caret; a mail address is none. */
export function mentionAt(text: string, caret: number): string | undefined {
  return /(?:^|[^A-Za-z0-9_.])[@＠]([^\s@＠]{0,20})$/.exec(text.slice(0, caret))?.[1];
}

/** A text area in which an @ offers those who may see the record. */
export function MentionBox({
  box,
  plural,
  id,
  value,
  onText,
  offers,
  ...rest
}: Omit<ComponentProps<"textarea">, "onChange" | "value" | "id"> & {
  box: RefObject<HTMLTextAreaElement | null>;
  plural: string;
  id: string;
  value: string;
  onText: (text: string) => void;
  /** Whether an @ means anything in what is written. */
  offers: boolean;
}) {
  const { t } = useTranslation();
  const [q, setQ] = useState<string>();
  const [at, setAt] = useState(0);
  const look = () => {
    const el = box.current;
    const typed = el && offers ? mentionAt(el.value, el.selectionStart) : undefined;
    setQ(typed);
    setAt(0);
  };
  const composition = useComposition(look);
  const found = useQuery({
    queryKey: ["mention", plural, id, q],
    queryFn: ({ signal }) => mentionable(plural, id, q ?? "", signal),
    enabled: q !== undefined,
    staleTime: 30_000,
    placeholderData: (b) => b,
  });
  const people = q === undefined ? [] : (found.data ?? []);
  // A name that nobody has ends what is offered: one goes on writing.
  const open = people.length > 0;
  useEffect(() => {
    if (!offers) setQ(undefined);
  }, [offers]);

  function choose(p: Mentionable | undefined) {
    const el = box.current;
    if (!p || !el || q === undefined) return;
    const caret = el.selectionStart;
    const start = caret - q.length;
    const text = `${value.slice(0, start)}${p.as} ${value.slice(caret)}`;
    onText(text);
    setQ(undefined);
    const to = start + p.as.length + 1;
    requestAnimationFrame(() => {
      el.focus();
      el.setSelectionRange(to, to);
    });
  }
  return (
    <>
      <textarea
        {...rest}
        ref={box}
        value={value}
        role={open ? "combobox" : undefined}
        aria-autocomplete={open ? "list" : undefined}
        aria-expanded={open ? true : undefined}
        aria-controls={open ? "mention-list" : undefined}
        aria-activedescendant={open ? `mention-${at}` : undefined}
        {...composition.props}
        onChange={(e) => {
          onText(e.target.value);
          composition.changed(e.target.value);
        }}
        onClick={look}
        onKeyDown={(e) => {
          if (isComposing(e) || !open) return;
          if (e.key === "ArrowDown") setAt((at + 1) % people.length);
          else if (e.key === "ArrowUp") setAt((at - 1 + people.length) % people.length);
          else if ((e.key === "Enter" && !e.ctrlKey && !e.metaKey) || e.key === "Tab")
            choose(people[at]);
          else return;
          e.preventDefault();
          e.stopPropagation();
        }}
      />
      {open && (
        <Popover anchor={box} onClose={() => setQ(undefined)}>
          <div
            role="listbox"
            id="mention-list"
            aria-label={t("mention.who")}
            className="mention-list"
          >
            {people.map((p, i) => (
              <div
                key={p.id}
                id={`mention-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                className="option"
                onPointerMove={() => setAt(i)}
                onPointerDown={(e) => e.preventDefault()}
                onClick={() => choose(p)}
                onKeyDown={() => {}}
              >
                <span className="grow">{p.name}</span>
                <span className="muted">{p.login}</span>
              </div>
            ))}
          </div>
        </Popover>
      )}
    </>
  );
}

/** A text with those whom it names marked. */
export function Said({ text, names }: { text: string; names?: { as: string }[] }) {
  if (!names?.length) return <>{text}</>;
  const marks = names.map((m) => m.as.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`([@＠](?:${marks.join("|")}))`));
  return (
    <>
      {parts.map((p, i) =>
        i % 2 ? (
          <span key={`${i}${p}`} className="mention">
            {p}
          </span>
        ) : (
          p
        ),
      )}
    </>
  );
}
