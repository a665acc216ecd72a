import { useDroppable } from "@dnd-kit/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Entry } from "../../api/calendar";
import { today, toLocalInput } from "../../lib/format";
import { Chip } from "./Chip";
import { byDay, daysOf, entryLength, entryMinute, keyOf, lanes } from "./span";

/** How high an hour stands, in pixels. */
export const HOUR = 44;
/** What a click and a drag round to, in minutes. */
export const STEP = 15;
/** The hour a day is looked at from. */
const MORNING = 8;
const HOURS = Array.from({ length: 24 }, (_, i) => i);

/** Days as columns with their hours; above them what has no hour. */
export function TimeGrid({
  from,
  to,
  entries,
  onDay,
  onAdd,
  onMove,
}: {
  from: string;
  to: string;
  entries: Entry[];
  onDay: (day: string) => void;
  onAdd: (day: string, minute?: number) => void;
  onMove: (from: Entry, to: Entry) => void;
}) {
  const { t, i18n } = useTranslation();
  const days = daysOf(from, to);
  const found = byDay(entries);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (body.current) body.current.scrollTop = MORNING * HOUR - 12;
  }, []);
  const columns = { gridTemplateColumns: `48px repeat(${days.length}, minmax(0, 1fr))` };
  return (
    <div
      className="cal-time"
      ref={body}
      role="region"
      aria-label={t("calendar.hours")}
      tabIndex={0}
    >
      <div className="cal-time-head" style={columns}>
        <span />
        {days.map((d) => (
          <button
            key={d}
            type="button"
            className={`cal-head-day ${d === today() ? "cal-today" : ""}`}
            aria-current={d === today() ? "date" : undefined}
            onClick={() => onDay(d)}
          >
            <span className="muted">
              {new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" }).format(
                new Date(`${d}T00:00:00Z`),
              )}
            </span>{" "}
            <strong>{Number(d.slice(8))}</strong>
          </button>
        ))}
        <span className="cal-hour muted">{t("calendar.all_day")}</span>
        {days.map((d) => (
          <AllDay
            key={d}
            day={d}
            entries={(found.get(d) ?? []).filter((e) => e.day)}
            onMove={onMove}
          />
        ))}
      </div>
      <div className="cal-time-grid" style={{ ...columns, height: 24 * HOUR }}>
        <div className="cal-hours" aria-hidden="true">
          {HOURS.map((h) => (
            <span key={h} className="cal-hour muted" style={{ top: h * HOUR - 8 }}>
              {h > 0 && `${String(h).padStart(2, "0")}:00`}
            </span>
          ))}
        </div>
        {days.map((d) => (
          <Column
            key={d}
            day={d}
            entries={(found.get(d) ?? []).filter((e) => e.at)}
            onAdd={onAdd}
            onMove={onMove}
          />
        ))}
      </div>
    </div>
  );
}

function AllDay({
  day,
  entries,
  onMove,
}: {
  day: string;
  entries: Entry[];
  onMove: (from: Entry, to: Entry) => void;
}) {
  const drop = useDroppable({ id: `all ${day}`, data: { day } });
  return (
    <div ref={drop.setNodeRef} className={`cal-all-day ${drop.isOver ? "cal-over" : ""}`}>
      {entries.map((e) => (
        <Chip key={keyOf(e)} entry={e} up={{}} onMove={onMove} />
      ))}
    </div>
  );
}

function Column({
  day,
  entries,
  onAdd,
  onMove,
}: {
  day: string;
  entries: Entry[];
  onAdd: (day: string, minute?: number) => void;
  onMove: (from: Entry, to: Entry) => void;
}) {
  const drop = useDroppable({ id: day, data: { day, hours: true } });
  const now = toLocalInput(new Date().toISOString());
  const minute = Number(now.slice(11, 13)) * 60 + Number(now.slice(14, 16));
  return (
    <div
      ref={drop.setNodeRef}
      className={`cal-column ${drop.isOver ? "cal-over" : ""}`}
      onClick={(e) => {
        if ((e.target as HTMLElement).closest("a")) return;
        const y = e.clientY - e.currentTarget.getBoundingClientRect().top;
        onAdd(day, Math.floor(((y / HOUR) * 60) / 30) * 30);
      }}
      onKeyDown={() => {}}
    >
      {now.startsWith(day) && <i className="cal-now" style={{ top: (minute / 60) * HOUR }} />}
      {lanes(entries).map(({ entry, lane, of }) => (
        <Chip
          key={keyOf(entry)}
          entry={entry}
          up={{ minutes: STEP }}
          onMove={onMove}
          style={{
            position: "absolute",
            top: (entryMinute(entry) / 60) * HOUR,
            height: Math.max(22, (entryLength(entry) / 60) * HOUR - 2),
            left: `${(lane / of) * 100}%`,
            width: `calc(${100 / of}% - 3px)`,
          }}
        />
      ))}
    </div>
  );
}
