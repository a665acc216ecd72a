import {
  DndContext,
  type DragEndEvent,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { calendarApi, type Entry } from "../../api/calendar";
import { api } from "../../api/client";
import { useMe, useObject, useObjects } from "../../api/queries";
import { useKeys } from "../../hooks/useKeys";
import { usePhone } from "../../hooks/useMedia";
import { useUrl } from "../../hooks/useUrl";
import { fromLocalInput, monthText, shortDateTime, today } from "../../lib/format";
import { Button, IconButton } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { ErrorState, Skeleton } from "../../ui/State";
import { Agenda } from "./Agenda";
import { MonthGrid } from "./MonthGrid";
import { byDay, entryMinute, movedTo, spanOf, stepped, VIEWS, type View, weekBegins } from "./span";
import { HOUR, STEP, TimeGrid } from "./TimeGrid";
import { useMove } from "./useMove";
import "./calendar.css";

/** 行事曆: what is to be done, where I am to be, what closes, whose birthday it is. */
export function CalendarPage() {
  const { t, i18n } = useTranslation();
  const [url, setUrl] = useUrl();
  const phone = usePhone();
  const move = useMove();
  const objects = useObjects().data?.objects ?? [];
  const wanted = url.v as View | undefined;
  const view = wanted && VIEWS.includes(wanted) ? wanted : phone ? "agenda" : "month";
  const day = /^\d{4}-\d{2}-\d{2}$/.test(url.d ?? "") ? (url.d as string) : today();
  const begins = weekBegins(i18n.language);
  const { from, to } = spanOf(view, day, begins);
  const who = url.who ?? "me";
  const off = (url.off ?? "").split(",").filter(Boolean);
  const [adding, setAdding] = useState<{ at: string; said: string } | null>(null);
  const found = useQuery({
    queryKey: ["calendar", from, to, who],
    queryFn: ({ signal }) => calendarApi.span({ from, to, who }, signal),
    placeholderData: (before) => before,
    retry: false,
  });
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 8 } }),
  );
  const go = (next: { v?: View; d?: string }) => setUrl(next, { push: true });
  useKeys({
    ArrowLeft: () => go({ d: stepped(view, day, -1) }),
    ArrowRight: () => go({ d: stepped(view, day, 1) }),
    d: () => go({ v: "day" }),
    w: () => go({ v: "week" }),
    m: () => go({ v: "month" }),
    a: () => go({ v: "agenda" }),
    ".": () => go({ d: today() }),
  });

  // What is let go of is no click on the link it is.
  const dragged = useRef(false);
  useEffect(() => {
    const stop = (e: MouseEvent) => dragged.current && e.preventDefault();
    window.addEventListener("click", stop, true);
    return () => window.removeEventListener("click", stop, true);
  }, []);
  const letGo = () =>
    setTimeout(() => {
      dragged.current = false;
    }, 0);

  const kinds = found.data?.kinds ?? [];
  const entries = (found.data?.entries ?? []).filter((e) => !off.includes(e.kind));
  const onMove = (a: Entry, b: Entry) => void move(a, b);
  const creatable = ["task", "activity"].flatMap(
    (n) => objects.find((o) => o.name === n && o.access.create) ?? [],
  );
  function add(on: string, minute = 9 * 60) {
    if (!creatable.length) return;
    const two = (n: number) => String(n).padStart(2, "0");
    const at = fromLocalInput(`${on}T${two(Math.floor(minute / 60))}:${two(minute % 60)}`);
    if (at) setAdding({ at, said: shortDateTime(at) });
  }
  function make(name: string) {
    if (!adding) return;
    const preset = name === "task" ? { due_at: adding.at } : { kind: "visit", at: adding.at };
    setAdding(null);
    setUrl({ create: name, preset: JSON.stringify(preset) }, { push: true });
  }
  function dropped(e: DragEndEvent) {
    letGo();
    const entry = e.active.data.current?.entry as Entry | undefined;
    const over = e.over?.data.current as { day: string; hours?: boolean } | undefined;
    if (!entry || !over) return;
    const by = over.hours ? Math.round(((e.delta.y / HOUR) * 60) / STEP) * STEP : 0;
    onMove(entry, movedTo(entry, over.day, entry.at ? entryMinute(entry) + by : undefined));
  }
  const label = (kind: string) =>
    t(`calendar.kind.${kind}`, {
      defaultValue: objects.find((o) => o.name === kind)?.label_plural ?? kind,
    });
  const title =
    view === "month"
      ? monthText(day.slice(0, 7))
      : view === "day"
        ? new Intl.DateTimeFormat(i18n.language, { dateStyle: "full", timeZone: "UTC" }).format(
            new Date(`${day}T00:00:00Z`),
          )
        : // A span is told in dates: "11/22 – tomorrow" is no span.
          new Intl.DateTimeFormat(i18n.language, {
            month: "numeric",
            day: "numeric",
            timeZone: "UTC",
          }).formatRange(
            new Date(`${from}T00:00:00Z`),
            new Date(`${stepped("day", to, -1)}T00:00:00Z`),
          );
  return (
    <div className="page calendar">
      <div className="page-head cal-bar">
        {/* On a phone the room is the days': read aloud, not shown. */}
        <h1 className={phone ? "sr-only" : undefined}>{t("calendar")}</h1>
        <div className="row nowrap">
          <IconButton
            label={t("calendar.before")}
            onClick={() => go({ d: stepped(view, day, -1) })}
          >
            <Icon name="left" />
          </IconButton>
          <Button small onClick={() => go({ d: today() })}>
            {t("date.today")}
          </Button>
          <IconButton label={t("calendar.after")} onClick={() => go({ d: stepped(view, day, 1) })}>
            <Icon name="right" />
          </IconButton>
        </div>
        <strong className="cal-span" aria-live="polite">
          {title}
        </strong>
        <div className="grow" />
        <Whose value={who} onChange={(w) => setUrl({ who: w === "me" ? undefined : w })} />
        <div className="row nowrap tabs-row" role="group" aria-label={t("calendar.view")}>
          {VIEWS.map((v) => (
            <button
              key={v}
              type="button"
              className={`chip-btn ${v === view ? "on" : ""}`}
              aria-pressed={v === view}
              onClick={() => go({ v })}
            >
              {t(`calendar.${v}`)}
            </button>
          ))}
        </div>
        {creatable.length > 0 && (
          <Button
            small
            kind="primary"
            className="only-desktop"
            icon={<Icon name="plus" size={16} />}
            onClick={() => add(day)}
          >
            {t("create")}
          </Button>
        )}
      </div>
      <div className="row cal-kinds">
        {kinds.map((k) => (
          <button
            key={k}
            type="button"
            className={`chip-btn ${off.includes(k) ? "" : "on"}`}
            aria-pressed={!off.includes(k)}
            onClick={() =>
              setUrl({
                off:
                  (off.includes(k) ? off.filter((x) => x !== k) : [...off, k]).join(",") ||
                  undefined,
              })
            }
          >
            <i className={`cal-dot cal-${k}`} /> {label(k)}
          </button>
        ))}
        <Link
          to="/settings/$section"
          params={{ section: "calendar" }}
          search={{}}
          className="cal-subscribe"
        >
          <Icon name="phone" size={14} /> {t("calendar.subscribe")}
        </Link>
      </div>
      {found.data?.cut && <p className="notice">{t("calendar.cut")}</p>}
      {found.isPending ? (
        <Skeleton rows={10} />
      ) : found.isError && !found.data ? (
        <ErrorState error={found.error} retry={() => found.refetch()} />
      ) : (
        <DndContext
          sensors={sensors}
          collisionDetection={pointerWithin}
          onDragStart={() => {
            dragged.current = true;
          }}
          onDragCancel={letGo}
          onDragEnd={dropped}
          accessibility={{ screenReaderInstructions: { draggable: t("calendar.keys") } }}
        >
          {view === "month" && (
            <MonthGrid
              from={from}
              to={to}
              month={day}
              chosen={day}
              entries={entries}
              phone={phone}
              onDay={(d) => (phone ? setUrl({ d }) : go({ v: "day", d }))}
              onAdd={add}
              onMove={onMove}
            />
          )}
          {view === "month" && phone && (
            <Agenda entries={byDay(entries).get(day) ?? []} onMove={onMove} />
          )}
          {(view === "week" || view === "day") && (
            <TimeGrid
              key={view}
              from={from}
              to={to}
              entries={entries}
              onDay={(d) => go({ v: "day", d })}
              onAdd={add}
              onMove={onMove}
            />
          )}
          {view === "agenda" && <Agenda entries={entries} onMove={onMove} />}
        </DndContext>
      )}
      {adding && (
        <Drawer
          shape="middle"
          title={t("calendar.add", { when: adding.said })}
          onClose={() => setAdding(null)}
        >
          <div className="stack">
            {creatable.map((o) => (
              <Button
                key={o.name}
                kind={o.name === "task" ? "primary" : "plain"}
                icon={<Icon name={o.name === "task" ? "task" : "building"} size={16} />}
                onClick={() => make(o.name)}
              >
                {o.name === "task" ? o.label : t("calendar.visit")}
              </Button>
            ))}
          </div>
        </Drawer>
      )}
    </div>
  );
}

/** Whose calendar: mine, everybody's that I may see, or a colleague's. */
function Whose({ value, onChange }: { value: string; onChange: (who: string) => void }) {
  const { t } = useTranslation();
  const me = useMe().data?.user.id;
  const user = useObject("user");
  const people = useQuery({
    queryKey: ["calendar-people"],
    enabled: !!user,
    staleTime: 300_000,
    retry: false,
    queryFn: ({ signal }) =>
      api.list(
        user?.plural ?? "users",
        { limit: 200, sort: "name", count: "none", filter: "active = TRUE" },
        signal,
      ),
  });
  const others = (people.data?.records ?? []).filter((u) => u.id !== me);
  if (!others.length && value === "me") return null;
  return (
    <Select
      className="fit small"
      aria-label={t("calendar.whose")}
      value={value}
      onChange={(e) => onChange(e.target.value)}
    >
      <option value="me">{t("who.me")}</option>
      <option value="all">{t("who.all")}</option>
      {others.map((u) => (
        <option key={u.id} value={u.id}>
          {String(u.name)}
        </option>
      ))}
    </Select>
  );
}
