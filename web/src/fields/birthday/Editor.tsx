import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useSettled } from "../../hooks/useSettled";
import { shortDate } from "../../lib/format";
import { Input } from "../../ui/Input";
import { editorProps } from "../base";
import type { EditorProps } from "../types";
import { calendarOf, isBirthday, typedText } from "./words";

/** A birthday typed as people write it, with a switch for the calendar it is meant in. */
export function Editor(p: EditorProps) {
  const { t, i18n } = useTranslation();
  const start = isBirthday(p.value)
    ? {
        lunar: p.value.calendar === "lunar",
        text: typedText(p.value, i18n.language),
      }
    : calendarOf(typeof p.value === "string" ? p.value : "");
  const [typed, setTyped] = useState<{ lunar: boolean; text: string }>();
  const now = typed ?? start;
  const spoken = now.text.trim() ? (now.lunar ? `農曆 ${now.text}` : now.text) : "";
  const settled = useSettled(spoken, spoken);
  const read = useQuery({
    queryKey: ["reading", "birthday", settled, i18n.language],
    queryFn: ({ signal }) => api.readBirthday(settled, signal),
    enabled: settled !== "",
    staleTime: 3_600_000,
    retry: false,
  });
  const put = (next: { lunar: boolean; text: string }) => {
    setTyped(next);
    const text = next.text.trim();
    p.onChange(text ? (next.lunar ? `農曆 ${text}` : text) : null);
  };
  const fresh = settled === spoken && settled !== "" ? read.data : undefined;
  const lunar = fresh?.reading ? fresh.reading.value.calendar === "lunar" : now.lunar;
  const several = fresh?.several ?? [];
  return (
    <div className="stack tight">
      <div className="row nowrap">
        <Input
          {...editorProps(p)}
          autoComplete="off"
          placeholder={t(now.lunar ? "birthday.typed_lunar" : "birthday.typed")}
          value={now.text}
          onChange={(e) => {
            const next = calendarOf(e.target.value);
            put({ lunar: next.lunar || now.lunar, text: next.text });
          }}
        />
        <div className="segments" role="group" aria-label={t("birthday.calendar")}>
          {[false, true].map((choice) => (
            <button
              key={String(choice)}
              type="button"
              disabled={p.disabled}
              aria-pressed={lunar === choice}
              onClick={() => put({ lunar: choice, text: now.text })}
            >
              {t(choice ? "birthday.lunar" : "birthday.solar")}
            </button>
          ))}
        </div>
      </div>
      <div className="day-readings" role="status">
        {several.length > 0 ? (
          <>
            {t("date.which")}
            {several.map((one) => (
              <button
                type="button"
                key={one.text}
                onClick={() => {
                  setTyped(undefined);
                  p.onChange(one.value);
                }}
              >
                {one.text}
              </button>
            ))}
          </>
        ) : fresh?.reading ? (
          <>
            = {fresh.reading.text}
            {fresh.other && ` · ${t(lunar ? "birthday.solar" : "birthday.lunar")} `}
            {fresh.other?.text.replace(/^(農曆|农历|lunar )/, "")}
            {fresh.next && ` · ${t("birthday.next", { day: shortDate(fresh.next) })}`}
          </>
        ) : (
          settled === spoken && spoken !== "" && read.isError && t("birthday.unread")
        )}
      </div>
    </div>
  );
}
