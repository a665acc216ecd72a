import { useDroppable } from "@dnd-kit/core";
import { useTranslation } from "react-i18next";
import type { Entry } from "../../api/calendar";
import { today } from "../../lib/format";
import { Chip } from "./Chip";
import { byDay, daysOf, keyOf } from "./span";

/** So many entries of a day stand in its cell. */
const MOST = 4;

/** A month in whole weeks. On a phone a day shows how much there is, and is chosen to be read below. */
export function MonthGrid({
  from,
  to,
  month,
  chosen,
  entries,
  phone,
  onDay,
  onAdd,
  onMove,
}: {
  from: string;
  to: string;
  month: string;
  chosen: string;
  entries: Entry[];
  phone: boolean;
  onDay: (day: string) => void;
  onAdd: (day: string) => void;
  onMove: (from: Entry, to: Entry) => void;
}) {
  const { i18n } = useTranslation();
  const days = daysOf(from, to);
  const found = byDay(entries);
  const names = days
    .slice(0, 7)
    .map((d) =>
      new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" }).format(
        new Date(`${d}T00:00:00Z`),
      ),
    );
  return (
    <div className={`cal-month ${phone ? "cal-month-small" : ""}`}>
      <div className="cal-names" aria-hidden="true">
        {names.map((n) => (
          <span key={n}>{n}</span>
        ))}
      </div>
      <div className="cal-cells" style={{ gridTemplateRows: `repeat(${days.length / 7}, 1fr)` }}>
        {days.map((d) => (
          <Cell
            key={d}
            day={d}
            outside={d.slice(0, 7) !== month.slice(0, 7)}
            chosen={phone && d === chosen}
            entries={found.get(d) ?? []}
            phone={phone}
            onDay={onDay}
            onAdd={onAdd}
            onMove={onMove}
          />
        ))}
      </div>
    </div>
  );
}

function Cell({
  day,
  outside,
  chosen,
  entries,
  phone,
  onDay,
  onAdd,
  onMove,
}: {
  day: string;
  outside: boolean;
  chosen: boolean;
  entries: Entry[];
  phone: boolean;
  onDay: (day: string) => void;
  onAdd: (day: string) => void;
  onMove: (from: Entry, to: Entry) => void;
}) {
  const { t, i18n } = useTranslation();
  const drop = useDroppable({ id: day, data: { day } });
  const long = new Intl.DateTimeFormat(i18n.language, {
    dateStyle: "full",
    timeZone: "UTC",
  }).format(new Date(`${day}T00:00:00Z`));
  const shown = entries.length > MOST ? entries.slice(0, MOST - 1) : entries;
  return (
    <div
      ref={drop.setNodeRef}
      className={[
        "cal-cell",
        outside && "cal-outside",
        day === today() && "cal-today",
        chosen && "cal-chosen",
        drop.isOver && "cal-over",
      ]
        .filter(Boolean)
        .join(" ")}
      onClick={(e) => {
        if ((e.target as HTMLElement).closest("a, button")) return;
        if (phone) onDay(day);
        else onAdd(day);
      }}
      onKeyDown={() => {}}
    >
      <button
        type="button"
        className="cal-number"
        aria-label={`${long} ${t("calendar.entries", { count: entries.length })}`}
        aria-current={day === today() ? "date" : undefined}
        onClick={() => onDay(day)}
      >
        {Number(day.slice(8))}
      </button>
      {phone ? (
        <span className="cal-dots" aria-hidden="true">
          {entries.slice(0, 4).map((e) => (
            <i key={keyOf(e)} className={`cal-dot cal-${e.kind}`} />
          ))}
        </span>
      ) : (
        <>
          {shown.map((e) => (
            <Chip key={keyOf(e)} entry={e} up={{ days: 7 }} brief onMove={onMove} />
          ))}
          {shown.length < entries.length && (
            <button type="button" className="link-btn cal-more" onClick={() => onDay(day)}>
              {t("calendar.more", { n: entries.length - shown.length })}
            </button>
          )}
        </>
      )}
    </div>
  );
}
