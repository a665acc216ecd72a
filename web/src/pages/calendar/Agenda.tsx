import { useTranslation } from "react-i18next";
import type { Entry } from "../../api/calendar";
import { today } from "../../lib/format";
import { EmptyState } from "../../ui/State";
import { Chip } from "./Chip";
import { byDay, keyOf } from "./span";

/** What is to come, day by day. */
export function Agenda({
  entries,
  onMove,
}: {
  entries: Entry[];
  onMove: (from: Entry, to: Entry) => void;
}) {
  const { t, i18n } = useTranslation();
  const days = [...byDay(entries)].sort(([a], [b]) => a.localeCompare(b));
  if (!days.length) return <EmptyState title={t("calendar.none")} />;
  const text = new Intl.DateTimeFormat(i18n.language, {
    month: "long",
    day: "numeric",
    weekday: "short",
    timeZone: "UTC",
  });
  return (
    <div className="cal-agenda">
      {days.map(([day, list]) => (
        <section key={day}>
          <h2 className={day === today() ? "cal-today" : ""}>
            {text.format(new Date(`${day}T00:00:00Z`))}
            {day === today() && <span className="chip">{t("date.today")}</span>}
          </h2>
          {list.map((e) => (
            <Chip key={keyOf(e)} entry={e} up={{ days: 7 }} onMove={onMove} />
          ))}
        </section>
      ))}
    </div>
  );
}
