import type { TFunction } from "i18next";
import { lazy, type ReactNode } from "react";
import type { ObjectMeta } from "../../api/types";
import type { Widget } from "../../api/workbench";
import { Birthdays } from "./Birthdays";
import { Due } from "./Due";
import { Forecast } from "./Forecast";
import { Leaders } from "./Leaders";
import { Recent } from "./Recent";
import { Reports } from "./Reports";
import { Silent } from "./Silent";
import { Stages } from "./Stages";
import { Stars } from "./Stars";
import { Target } from "./Target";
import { Tasks } from "./Tasks";
import { ViewWidget } from "./ViewWidget";

const Funnel = lazy(() => import("../charts/Funnel"));
const Activities = lazy(() => import("../charts/Activities"));
const Silence = lazy(() => import("../charts/Silence"));

/** What a widget knows of where it stands. */
export interface Around {
  objects: ObjectMeta[];
  /** Whose work the page shows; undefined until that is known. */
  who: string | undefined;
}

export interface Kind {
  icon: string;
  /** How large it is put up, and how small it may get. */
  w: number;
  h: number;
  least?: number;
  /** Several of it may stand on a page, each told what to show. */
  many?: boolean;
  /** Whether whoever looks may have it. */
  may: (o: (name: string) => ObjectMeta | undefined) => boolean;
  show: (around: Around, options: Record<string, string>) => ReactNode;
}

const sees = (o: ObjectMeta | undefined): o is ObjectMeta => !!o && o.access.view !== false;
const find = (a: Around, name: string) => a.objects.find((o) => o.name === name) as ObjectMeta;

/** What a start page can be put together from. */
export const KINDS: Record<string, Kind | undefined> = {
  tasks: {
    icon: "task",
    w: 6,
    h: 9,
    may: (o) => sees(o("task")),
    show: (a) => <Tasks object={find(a, "task")} who={a.who} />,
  },
  due: {
    icon: "phone",
    w: 6,
    h: 9,
    may: (o) => sees(o("customer")),
    show: (a) => <Due object={find(a, "customer")} who={a.who} />,
  },
  target: {
    icon: "target",
    w: 6,
    h: 4,
    may: (o) => sees(o("opportunity")) && sees(o("target")),
    show: (a) => <Target who={a.who} />,
  },
  reports: {
    icon: "edit",
    w: 6,
    h: 4,
    may: (o) => sees(o("work_report")),
    show: () => <Reports />,
  },
  stages: {
    icon: "board",
    w: 6,
    h: 8,
    may: (o) => sees(o("opportunity")) && !!o("opportunity")?.stage_field,
    show: (a) => <Stages object={find(a, "opportunity")} who={a.who} />,
  },
  silent: {
    icon: "clock",
    w: 6,
    h: 8,
    may: (o) => sees(o("customer")),
    show: (a) => <Silent object={find(a, "customer")} who={a.who} />,
  },
  forecast: {
    icon: "chart",
    w: 6,
    h: 6,
    may: (o) => sees(o("opportunity")),
    show: (a) => <Forecast who={a.who} />,
  },
  leaders: {
    icon: "flag",
    w: 6,
    h: 7,
    may: (o) => !!o("opportunity")?.access.rank,
    show: () => <Leaders />,
  },
  recent: {
    icon: "undo",
    w: 6,
    h: 7,
    may: () => true,
    show: (a) => <Recent objects={a.objects} />,
  },
  favorites: {
    icon: "star",
    w: 6,
    h: 7,
    may: () => true,
    show: (a) => <Stars objects={a.objects} />,
  },
  birthdays: {
    icon: "calendar",
    w: 6,
    h: 7,
    may: (o) => sees(o("contact")) || sees(o("customer")),
    show: (a) => (
      <Birthdays
        objects={["contact", "customer"].flatMap((n) => a.objects.find((o) => o.name === n) ?? [])}
        who={a.who}
      />
    ),
  },
  funnel: {
    icon: "funnel",
    w: 12,
    h: 11,
    least: 6,
    may: (o) => sees(o("opportunity")) && !!o("opportunity")?.stage_field,
    show: (a) => <Funnel object={find(a, "opportunity")} />,
  },
  activities: {
    icon: "chat",
    w: 12,
    h: 10,
    least: 6,
    may: (o) => sees(o("activity")),
    show: (a) => <Activities object={find(a, "activity")} />,
  },
  silence: {
    icon: "clock",
    w: 12,
    h: 9,
    least: 6,
    may: (o) => sees(o("customer")),
    show: (a) => <Silence object={find(a, "customer")} />,
  },
  view: {
    icon: "list",
    w: 6,
    h: 8,
    many: true,
    may: () => true,
    show: (a, options) => <ViewWidget options={options} objects={a.objects} />,
  },
};

/** What everybody begins with whose role has no page of its own, as far as he may have it. */
const USUAL = [
  "tasks",
  "due",
  "target",
  "reports",
  "stages",
  "silent",
  "birthdays",
  "recent",
  "forecast",
  "leaders",
  "funnel",
  "activities",
  "silence",
];

export const mayHave = (kind: string, objects: ObjectMeta[]): boolean =>
  !!KINDS[kind]?.may((name) => objects.find((o) => o.name === name));

export const fresh = (kind: string, taken: Widget[]): Widget => {
  const k = KINDS[kind] as Kind;
  let id = kind;
  for (let n = 2; taken.some((w) => w.id === id); n++) id = `${kind}_${n}`;
  return { id, kind, w: k.w, h: k.h };
};

export function usualPage(objects: ObjectMeta[]): Widget[] {
  const out: Widget[] = [];
  for (const kind of USUAL) if (mayHave(kind, objects)) out.push(fresh(kind, out));
  // The leaderboard stands beside the forecast; where there is none that takes the whole line.
  const alone = out.find((w) => w.kind === "forecast");
  if (alone && !out.some((w) => w.kind === "leaders")) alone.w = 12;
  return out;
}

/** What a widget is called, by what it was told or by its kind. */
export const widgetTitle = (w: Widget, t: TFunction): string =>
  w.options?.title || t(`widget.${w.kind}`);
