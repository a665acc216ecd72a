import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { Frame } from "./pages/Frame";
import { NotFound } from "./pages/NotFound";
import { SignIn } from "./pages/SignIn";
import { Toasts } from "./ui/Toast";

/** Search parameters are plain strings, so that addresses stay readable. */
export type Search = Record<string, string | undefined>;

const root = createRootRoute({
  validateSearch: (s: Record<string, unknown>): Search =>
    Object.fromEntries(Object.entries(s).map(([k, v]) => [k, v === undefined ? v : String(v)])),
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: NotFound,
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./pages/Setup"), "Setup"),
});
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn });
const forgotten = createRoute({
  getParentRoute: () => root,
  path: "/forgotten",
  component: lazyRouteComponent(() => import("./pages/Forgotten"), "Forgotten"),
});
const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  component: lazyRouteComponent(() => import("./pages/ChoosePassword"), "ChoosePassword"),
});
const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/home/HomePage"), "HomePage"),
});
const list = createRoute({
  getParentRoute: () => frame,
  path: "/o/$plural",
  component: lazyRouteComponent(() => import("./views/list/ListPage"), "ListPage"),
});
const board = createRoute({
  getParentRoute: () => frame,
  path: "/o/$plural/board",
  component: lazyRouteComponent(() => import("./views/kanban/BoardPage"), "BoardPage"),
});
const detail = createRoute({
  getParentRoute: () => frame,
  path: "/o/$plural/$id",
  component: lazyRouteComponent(() => import("./views/detail/DetailPage"), "DetailPage"),
});
const importer = createRoute({
  getParentRoute: () => frame,
  path: "/import",
  component: lazyRouteComponent(() => import("./pages/import/ImportPage"), "ImportPage"),
});
const jobs = createRoute({
  getParentRoute: () => frame,
  path: "/jobs",
  component: lazyRouteComponent(() => import("./pages/jobs/JobsPage"), "JobsPage"),
});
const forecast = createRoute({
  getParentRoute: () => frame,
  path: "/forecast",
  component: lazyRouteComponent(() => import("./pages/forecast/ForecastPage"), "ForecastPage"),
});
const calendar = createRoute({
  getParentRoute: () => frame,
  path: "/calendar",
  component: lazyRouteComponent(() => import("./pages/calendar/CalendarPage"), "CalendarPage"),
});
const analyses = createRoute({
  getParentRoute: () => frame,
  path: "/analyses",
  component: lazyRouteComponent(() => import("./pages/analyses/AnalysesPage"), "AnalysesPage"),
});
const analysis = createRoute({
  getParentRoute: () => frame,
  path: "/analyses/$name",
  component: lazyRouteComponent(() => import("./pages/analyses/AnalysesPage"), "AnalysesPage"),
});
const duplicates = createRoute({
  getParentRoute: () => frame,
  path: "/duplicates",
  component: lazyRouteComponent(
    () => import("./pages/duplicates/DuplicatesPage"),
    "DuplicatesPage",
  ),
});
const notices = createRoute({
  getParentRoute: () => frame,
  path: "/notices",
  component: lazyRouteComponent(() => import("./pages/notices/NoticesPage"), "NoticesPage"),
});
const reports = createRoute({
  getParentRoute: () => frame,
  path: "/reports",
  component: lazyRouteComponent(() => import("./pages/reports/ReportsPage"), "ReportsPage"),
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage"), "SettingsPage"),
});
const settingsSection = createRoute({
  getParentRoute: () => frame,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage"), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    setup,
    signIn,
    forgotten,
    password,
    frame.addChildren([
      home,
      list,
      board,
      detail,
      importer,
      jobs,
      forecast,
      calendar,
      analyses,
      analysis,
      duplicates,
      notices,
      reports,
      settings,
      settingsSection,
    ]),
  ]),
  defaultPreload: "intent",
  scrollRestoration: false,
  parseSearch: (s) => Object.fromEntries(new URLSearchParams(s)),
  stringifySearch: (o) => {
    const p = new URLSearchParams();
    for (const [k, v] of Object.entries(o)) {
      if (v !== undefined && v !== null && v !== "") p.set(k, String(v));
    }
    const s = p.toString();
    return s ? `?${s}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
