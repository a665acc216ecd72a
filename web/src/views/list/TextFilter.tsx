import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isComposing, useComposition } from "../../hooks/useComposition";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { Popover } from "../../ui/Popover";
import { type Completion, complete } from "./complete";
import { operatorsOf } from "./Filters";
import { textOffset } from "./filter";
import type { ListState } from "./useListState";

const NOTHING: Completion = { from: 0, to: 0, items: [] };

/** The filter as text, with completion and the place where it is wrong. */
export function TextFilter({
  state,
  error,
  onClose,
}: {
  state: ListState;
  error?: { text: string; position?: number };
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { text, reach, chips } = state;
  const [draft, setDraft] = useState(text ?? "");
  const [offer, setOffer] = useState<Completion>(NOTHING);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft(text ?? ""), [text]);
  const composition = useComposition();
  // The server counts in the whole filter; the chips come first in it.
  const place =
    error?.position === undefined
      ? undefined
      : error.position - (text ? textOffset(chips, reach) : 0);

  const suggest = (value: string, caret: number) => {
    setAt(-1);
    setOffer(
      complete(
        value,
        caret,
        reach,
        (path) => {
          const r = reach.find((x) => x.path === path);
          return r ? operatorsOf(r.field) : [];
        },
        { me: t("filter.me"), today: t("date.today") },
      ),
    );
  };
  const take = (i: number) => {
    const item = offer.items[i];
    if (!item) return;
    const glue = /\($/.test(item.text) ? "" : " ";
    const next = `${draft.slice(0, offer.from)}${item.text}${glue}${draft.slice(offer.to).trimStart()}`;
    const caret = offer.from + item.text.length + glue.length;
    setDraft(next);
    requestAnimationFrame(() => {
      const el = box.current;
      if (!el) return;
      el.focus();
      // Who types on at once is already further.
      if (el.value === next) el.setSelectionRange(caret, caret);
      suggest(el.value, el.selectionStart ?? el.value.length);
    });
  };
  const apply = () => {
    setOffer(NOTHING);
    state.setText(draft.trim() || undefined);
  };
  const chars = [...draft];
  return (
    <div className="expert">
      <div className="row nowrap">
        <Input
          ref={box}
          className="code"
          role="combobox"
          aria-label={t("filter.text")}
          aria-expanded={offer.items.length > 0}
          aria-controls="filter-completion"
          aria-activedescendant={at >= 0 ? `filter-completion-${at}` : undefined}
          aria-autocomplete="list"
          aria-invalid={!!error}
          aria-describedby={error ? "filter-error" : undefined}
          spellCheck={false}
          autoCapitalize="off"
          placeholder={t("filter.text_hint")}
          value={draft}
          {...composition.props}
          onChange={(e) => {
            setDraft(e.target.value);
            if (!composition.composing()) {
              suggest(e.target.value, e.target.selectionStart ?? e.target.value.length);
            }
          }}
          onClick={(e) => suggest(draft, e.currentTarget.selectionStart ?? draft.length)}
          onBlur={() => setTimeout(() => setOffer(NOTHING), 150)}
          onKeyDown={(e) => {
            if (isComposing(e)) return;
            const n = offer.items.length;
            if (e.key === "ArrowDown" && n) setAt((at + 1) % n);
            else if (e.key === "ArrowUp" && n) setAt((at - 1 + n) % n);
            else if (e.key === "Tab" && n && !e.shiftKey) take(Math.max(at, 0));
            else if (e.key === "Enter") {
              if (at >= 0) take(at);
              else apply();
            } else return;
            e.preventDefault();
          }}
        />
        <Button onClick={apply}>{t("apply")}</Button>
        <IconButton label={t("close")} onClick={onClose}>
          <Icon name="close" size={14} />
        </IconButton>
      </div>
      {offer.items.length > 0 && (
        <Popover anchor={box} onClose={() => setOffer(NOTHING)}>
          <div role="listbox" id="filter-completion" aria-label={t("filter.text")}>
            {offer.items.map((i, n) => (
              <div
                key={i.text}
                id={`filter-completion-${n}`}
                role="option"
                tabIndex={-1}
                aria-selected={n === at}
                className="option"
                onPointerDown={(e) => {
                  e.preventDefault();
                  take(n);
                }}
              >
                <code>{i.text}</code>
                <span className="muted">{i.label}</span>
              </div>
            ))}
          </div>
        </Popover>
      )}
      {error && (
        <p id="filter-error" role="alert" className="error-text">
          {error.text}
          {place !== undefined && place > 0 && place <= chars.length + 1 && (
            <code className="error-place">
              {chars.slice(Math.max(0, place - 21), place - 1).join("")}
              <mark>{chars[place - 1] ?? "▁"}</mark>
              {chars.slice(place, place + 12).join("")}
            </code>
          )}
        </p>
      )}
    </div>
  );
}
