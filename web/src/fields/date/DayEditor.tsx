import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { readDays } from "../../lib/day";
import { today } from "../../lib/format";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { editorProps } from "../base";
import type { EditorProps } from "../types";

const iso = /^\d{4}-\d{2}-\d{2}$/;

/** A day, typed as people write it here or picked from a calendar. */
export function DayEditor(p: EditorProps) {
  // Phones have a calendar of their own that beats typing.
  return matchMedia("(pointer: coarse)").matches ? <Native {...p} /> : <Typed {...p} />;
}

function Native(p: EditorProps) {
  return (
    <Input
      {...editorProps(p)}
      type="date"
      value={p.value ? String(p.value) : ""}
      onChange={(e) => p.onChange(e.target.value || null)}
    />
  );
}

function Typed(p: EditorProps) {
  const { t } = useTranslation();
  const calendar = useRef<HTMLInputElement>(null);
  const value = p.value === undefined || p.value === null ? "" : String(p.value);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? value;
  const readings = text && !iso.test(text) ? readDays(text, today()) : [];
  const settle = () => {
    // What cannot be read goes to the server, which says why.
    if (typed?.trim() && readings.length === 0 && !iso.test(typed)) p.onChange(typed);
  };
  const take = (day: string) => {
    setTyped(undefined);
    p.onChange(day);
  };
  return (
    <div className="day-editor">
      <Input
        {...editorProps(p)}
        inputMode="text"
        autoComplete="off"
        placeholder={t("date.typed")}
        value={text}
        onChange={(e) => {
          const next = e.target.value;
          setTyped(next);
          if (!next.trim()) p.onChange(null);
          else if (iso.test(next)) p.onChange(readDays(next, today())[0] ?? next);
          else {
            const days = readDays(next, today());
            if (days.length === 1) p.onChange(days[0]);
          }
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter" && !e.nativeEvent.isComposing) settle();
        }}
        onBlur={() => {
          settle();
          if (readings.length < 2) setTyped(undefined);
        }}
      />
      <input
        ref={calendar}
        type="date"
        className="day-picker"
        tabIndex={-1}
        aria-hidden="true"
        value={iso.test(value) ? value : ""}
        onChange={(e) => e.target.value && take(e.target.value)}
      />
      <button
        type="button"
        className="day-button"
        disabled={p.disabled}
        aria-label={t("date.pick")}
        onMouseDown={(e) => e.preventDefault()}
        onClick={() => calendar.current?.showPicker()}
      >
        <Icon name="calendar" />
      </button>
      {readings.length > 0 && (
        <div className="day-readings" role="status">
          {readings.length === 1 ? (
            <>= {readings[0]}</>
          ) : (
            <>
              {t("date.which")}
              {readings.map((day) => (
                <button
                  type="button"
                  key={day}
                  onMouseDown={(e) => e.preventDefault()}
                  onClick={() => take(day)}
                >
                  {day}
                </button>
              ))}
            </>
          )}
        </div>
      )}
    </div>
  );
}
