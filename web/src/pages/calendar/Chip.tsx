import { useDraggable } from "@dnd-kit/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Entry } from "../../api/calendar";
import { useObjects } from "../../api/queries";
import { plusDays, shortDate, toLocalInput } from "../../lib/format";
import { Icon } from "../../ui/Icon";
import { entryDay, entryMinute, keyOf, movedTo } from "./span";

const SORTS: Record<string, string> = { call: "phone", visit: "building", meeting: "users" };
const KINDS: Record<string, string> = { task: "task", opportunity: "target", birthday: "cake" };

export const iconOf = (e: Entry): string => SORTS[e.sort ?? ""] ?? KINDS[e.kind] ?? "chat";

export const clockOf = (e: Entry): string => (e.at ? toLocalInput(e.at).slice(11) : "");

/** One entry: a link to its record, dragged with mouse or finger, moved with Alt and the arrows. */
export function Chip({
  entry: e,
  up,
  brief,
  style,
  onMove,
}: {
  entry: Entry;
  /** What Alt and the arrows up and down move by: minutes, or days where there are no hours. */
  up: { minutes?: number; days?: number };
  brief?: boolean;
  style?: React.CSSProperties;
  onMove: (from: Entry, to: Entry) => void;
}) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const object = objects.find((o) => o.name === e.object);
  const movable = !!e.field && !e.ahead;
  const drag = useDraggable({ id: keyOf(e), data: { entry: e }, disabled: !movable });
  const shift = drag.transform;
  const step = (days: number, minutes: number) =>
    onMove(e, movedTo(e, plusDays(entryDay(e), days), entryMinute(e) + minutes));
  const said = [
    shortDate(entryDay(e)),
    clockOf(e),
    t(`calendar.kind.${e.kind}`, { defaultValue: object?.label }),
    e.title,
    e.about?.label,
    e.ahead ? t("calendar.ahead") : "",
    e.done ? t("calendar.done") : "",
  ];
  return (
    <Link
      ref={drag.setNodeRef}
      to="/o/$plural/$id"
      params={{ plural: object?.plural ?? "", id: e.id }}
      search={{}}
      draggable={false}
      className={[
        "cal-entry",
        `cal-${e.kind}`,
        e.done && "cal-done",
        e.ahead && "cal-ahead",
        drag.isDragging && "cal-dragged",
        movable && "cal-movable",
        Number(style?.height) > 40 && "cal-tall",
      ]
        .filter(Boolean)
        .join(" ")}
      style={{
        ...style,
        transform: shift ? `translate(${shift.x}px, ${shift.y}px)` : undefined,
      }}
      title={said.filter(Boolean).join(" ")}
      aria-keyshortcuts={
        movable ? "Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown" : undefined
      }
      {...drag.listeners}
      onKeyDown={(k) => {
        if (!k.altKey || !movable) return;
        const by = up.days ?? 0;
        const minutes = up.minutes ?? 0;
        if (k.key === "ArrowLeft") step(-1, 0);
        else if (k.key === "ArrowRight") step(1, 0);
        else if (k.key === "ArrowUp") step(-by, e.day ? 0 : -minutes);
        else if (k.key === "ArrowDown") step(by, e.day ? 0 : minutes);
        else return;
        k.preventDefault();
      }}
    >
      <Icon name={iconOf(e)} size={12} />
      {e.at && <span className="cal-clock">{clockOf(e)}</span>}
      <span className="cal-title">
        <span className="cal-name">{e.title}</span>
        {!brief && e.about && <span className="muted"> {e.about.label}</span>}
      </span>
      <span className="sr-only">
        {[
          t(`calendar.kind.${e.kind}`, { defaultValue: object?.label }),
          e.ahead && t("calendar.ahead"),
          e.done && t("calendar.done"),
        ]
          .filter(Boolean)
          .join(" ")}
      </span>
    </Link>
  );
}
