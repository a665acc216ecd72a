import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, whenSignedOut } from "../api/client";
import { useRunning } from "../api/jobs";
import { isProblem } from "../api/problem";
import { queryClient, useMe, useObjects } from "../api/queries";
import type { ObjectMeta } from "../api/types";
import { fileUrl } from "../api/upload";
import { isComposing } from "../hooks/useComposition";
import { useKeys } from "../hooks/useKeys";
import { usePhone } from "../hooks/useMedia";
import { useUrl } from "../hooks/useUrl";
import { LANGUAGES, nearest, setLanguage } from "../i18n";
import { setTimeZone } from "../lib/format";
import { useOnline } from "../lib/online";
import { setTheme } from "../lib/theme";
import { wipe } from "../lib/worker";
import { Drawer } from "../ui/Drawer";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import { Avatar, ErrorState } from "../ui/State";
import { toast } from "../ui/Toast";
import { useCapture } from "../views/capture/useCapture";
import { ConflictDialog } from "../views/conflict/ConflictDialog";
import { forgetDrafts } from "../views/form/draft";
import { Brand } from "./Brand";
import { Bell } from "./frame/Bell";
import { Favorites } from "./frame/Favorites";
import { PLACES } from "./frame/places";
import { useLive } from "./frame/useLive";
// At hand from the start: what is typed after Ctrl+K must not be lost while it comes.
import { Palette } from "./palette/Palette";

const CopyDrawer = lazy(() => import("../views/form/CopyDrawer"));
const FormDrawer = lazy(() => import("../views/form/FormDrawer"));
const LogDrawer = lazy(() => import("../views/log/LogDrawer"));
const KeyMap = lazy(() => import("./KeyMap"));
const FirstPassword = lazy(() => import("./settings/FirstPassword"));

export function Frame() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useMe();
  const objects = useObjects();
  const phone = usePhone();
  const [url, setUrl] = useUrl();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const [narrow, setNarrow] = useState(localStorage.getItem("ecrm.rail") === "narrow");
  const [palette, setPalette] = useState(false);
  const [more, setMore] = useState(false);
  const signedIn = me.isSuccess;
  const all = objects.data?.objects ?? [];
  useLive(signedIn, objects.data?.objects);
  const capture = useCapture(all);
  const online = useOnline();
  const running = useRunning();

  useEffect(() => {
    const leave = () => {
      // Several questions are refused at once; only the first tells where one was.
      if (window.location.pathname === "/sign-in") return;
      const here = whereNow();
      queryClient.removeQueries();
      void wipe();
      navigate({
        to: "/sign-in",
        search: here === "/" ? {} : { back: here },
        replace: true,
      } as never);
    };
    whenSignedOut(leave);
    if (isProblem(me.error) && me.error.status === 401) leave();
  }, [me.error, navigate]);

  const user = me.data?.user;
  useEffect(() => {
    if (!user) return;
    setTheme(user.theme, user.density);
    setTimeZone(user.time_zone || me.data?.company.time_zone);
    if (user.language && nearest([user.language]) !== document.documentElement.lang) {
      setLanguage(user.language);
    }
  }, [user?.theme, user?.density, user?.language, user?.time_zone]);

  const at = all.find((o) => path === `/o/${o.plural}` || path.startsWith(`/o/${o.plural}/`));
  const place =
    at?.label_plural ||
    at?.label ||
    (path === "/"
      ? t("home")
      : [
          "calendar",
          "import",
          "jobs",
          "forecast",
          "duplicates",
          "analyses",
          "notices",
          "reports",
          "settings",
        ]
          .filter((k) => path.startsWith(`/${k}`))
          .map((k) => t(k))[0]);
  useEffect(() => {
    const names = [place, me.data?.company.name || "ECRM"];
    document.title = names.filter(Boolean).join(" · ");
  }, [place, me.data?.company.name]);

  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (isComposing(e)) return;
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
        e.preventDefault();
        setPalette(true);
      }
    };
    window.addEventListener("keydown", on);
    return () => window.removeEventListener("keydown", on);
  }, []);

  const go = (object: string) => () => {
    const o = all.find((x) => x.name === object);
    if (o) navigate({ to: "/o/$plural", params: { plural: o.plural } });
  };
  const [keyMap, setKeyMap] = useState(false);
  useKeys({
    c: (e) => {
      const o = at ?? all.find((x) => x.name === "customer");
      if (!o?.access.create) return;
      // Else the letter lands in the form's first field.
      e.preventDefault();
      setUrl({ create: o.name }, { push: true });
    },
    f: (e) => {
      // A record's own page and a list say by themselves of whom.
      if (path.startsWith("/o/") || !all.some((o) => o.name === "activity" && o.access.create))
        return;
      e.preventDefault();
      setUrl({ create: "activity" }, { push: true });
    },
    "g k": () => void navigate({ to: "/calendar", search: {} }),
    ...Object.fromEntries(PLACES.map(([key, object]) => [key, go(object)])),
    "g h": () => void navigate({ to: "/" }),
    "?": (e) => {
      e.preventDefault();
      setKeyMap(true);
    },
  });

  async function change(body: { language?: string; theme?: string }) {
    if (body.theme !== undefined) setTheme(body.theme);
    if (body.language) await setLanguage(body.language);
    try {
      await api.patchMe(body);
      queryClient.invalidateQueries({ queryKey: ["me"] });
      if (body.language) queryClient.invalidateQueries();
    } catch {
      toast(t("error.failed"), { bad: true });
    }
  }

  async function signOut() {
    try {
      await api.signOut();
    } catch {
      // signed out already
    }
    queryClient.clear();
    forgetDrafts();
    await wipe();
    navigate({ to: "/sign-in", replace: true });
  }

  if (me.isError && !(isProblem(me.error) && me.error.status === 401)) {
    return <ErrorState error={me.error} retry={() => me.refetch()} />;
  }
  if (!me.data || !user) return null;

  // What was said is written down quickly, from anywhere; its whole form is a click away.
  const logs = url.create === "activity" && !url.copy && !url.full && objects.data;
  // People, departments and roles have their places in the settings.
  // Links stand on the pages of what they link.
  const business = all.filter((o) => o.group !== "settings" && !o.links);
  const creatable = business.filter((o) => o.access.create);
  // What is taken at once stands first: at a booth there is no time to look for it.
  const takes = capture.offered.map((o) => ({
    label: t("capture.of", { what: o.fields.find((f) => f.name === o.capture?.picture)?.label }),
    icon: <Icon name="camera" size={16} />,
    onSelect: () => capture.start(o),
  }));
  const groups = new Map<string, ObjectMeta[]>();
  for (const o of business) {
    if (o.access.view === false) continue;
    const g = o.group ?? "";
    groups.set(g, [...(groups.get(g) ?? []), o]);
  }
  const bar = ["customer", "task"].flatMap((n) => all.find((o) => o.name === n) ?? []);
  if (bar.length < 2) {
    for (const o of business) if (bar.length < 2 && !bar.includes(o)) bar.push(o);
  }

  const nav = (
    <>
      <Link to="/" className="rail-link" activeOptions={{ exact: true }} title={t("home")}>
        <Icon name="home" />
        <span>{t("home")}</span>
      </Link>
      {all.some((o) => o.name === "work_report" && o.access.view !== false) && (
        <Link
          to="/reports"
          search={{}}
          className="rail-link"
          title={t("reports")}
          onClick={() => setMore(false)}
        >
          <Icon name="edit" />
          <span>{t("reports")}</span>
        </Link>
      )}
      {all.some((o) => o.name === "task" && o.access.view !== false) && (
        <Link
          to="/calendar"
          search={{}}
          className="rail-link"
          title={t("calendar")}
          onClick={() => setMore(false)}
        >
          <Icon name="calendar" />
          <span>{t("calendar")}</span>
        </Link>
      )}
      <Favorites objects={all} onGo={() => setMore(false)} />
      {[...groups].map(([group, list]) => (
        <div key={group} className="nav-group">
          {group && (
            <div className="rail-group">{t(`group.${group}`, { defaultValue: group })}</div>
          )}
          {list.map((o) => (
            <Link
              key={o.name}
              to="/o/$plural"
              params={{ plural: o.plural }}
              className="rail-link"
              title={o.label_plural}
              onClick={() => setMore(false)}
            >
              <Icon name={o.icon || o.name} />
              <span>{o.label_plural || o.label}</span>
            </Link>
          ))}
        </div>
      ))}
      {all.some((o) => o.name === "opportunity" && o.access.view !== false) && (
        <div className="nav-group">
          <div className="rail-group">{t("group.analysis")}</div>
          <Link
            to="/forecast"
            search={{}}
            className="rail-link"
            title={t("forecast")}
            onClick={() => setMore(false)}
          >
            <Icon name="target" />
            <span>{t("forecast")}</span>
          </Link>
          <Link
            to="/analyses"
            search={{}}
            className="rail-link"
            title={t("analyses")}
            onClick={() => setMore(false)}
          >
            <Icon name="chart" />
            <span>{t("analyses")}</span>
          </Link>
        </div>
      )}
      <div className="grow" />
      {all.some((o) => o.access.import) && (
        <Link to="/import" className="rail-link" title={t("import")} onClick={() => setMore(false)}>
          <Icon name="import" />
          <span>{t("import")}</span>
        </Link>
      )}
      <Link
        to="/jobs"
        search={{}}
        className="rail-link"
        title={t("jobs")}
        onClick={() => setMore(false)}
      >
        <Icon name="clock" />
        <span className="grow">{t("jobs")}</span>
        {running > 0 && (
          <b className="badge" title={t("jobs.running", { n: running })}>
            {running}
          </b>
        )}
      </Link>
      <Link
        to="/settings"
        search={{}}
        className="rail-link"
        title={t("settings")}
        onClick={() => setMore(false)}
      >
        <Icon name="gear" />
        <span>{t("settings")}</span>
      </Link>
    </>
  );

  return (
    <div className={`frame ${narrow ? "narrow" : ""}`}>
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      {!phone && (
        <nav className="rail" aria-label={t("navigation")}>
          <Brand name={me.data.company.name} />
          {nav}
          <button
            type="button"
            className="rail-link"
            title={narrow ? t("rail.wide") : t("rail.narrow")}
            aria-label={narrow ? t("rail.wide") : t("rail.narrow")}
            onClick={() => {
              localStorage.setItem("ecrm.rail", narrow ? "wide" : "narrow");
              setNarrow(!narrow);
            }}
          >
            <Icon name={narrow ? "right" : "left"} />
            <span>{t("rail.narrow")}</span>
          </button>
        </nav>
      )}
      <header className="topbar">
        <button type="button" className="search-open" onClick={() => setPalette(true)}>
          <Icon name="search" size={16} />
          <span>{t("search")}</span>
          <kbd>{/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <div className="grow only-desktop" />
        {creatable.length > 0 && (
          <Menu
            label={t("create")}
            className="icon-btn"
            trigger={<Icon name="plus" />}
            items={[
              ...takes,
              ...creatable.map((o) => ({
                label: o.label,
                icon: <Icon name={o.icon || o.name} size={16} />,
                onSelect: () => setUrl({ create: o.name }, { push: true }),
              })),
            ]}
          />
        )}
        <Bell />
        <Menu
          label={t("me.menu", { name: user.name })}
          className="icon-btn"
          trigger={
            <Avatar name={user.name} picture={user.photo ? fileUrl(user.photo, 96) : undefined} />
          }
          items={[
            ...LANGUAGES.map((l) => ({
              label: l.name,
              checked: document.documentElement.lang === l.code,
              onSelect: () => void change({ language: l.code }),
            })),
            ...(["system", "light", "dark"] as const).map((theme, i) => ({
              label: t(`theme.${theme}`),
              checked: (user.theme || "system") === theme,
              separated: i === 0,
              onSelect: () => void change({ theme }),
            })),
            {
              label: t("settings"),
              separated: true,
              onSelect: () => void navigate({ to: "/settings", search: {} }),
            },
            { label: t("signout"), onSelect: () => void signOut() },
          ]}
        />
      </header>
      <main id="main" className="main" tabIndex={-1}>
        {!online && (
          <p className="offline" role="status">
            <Icon name="cloud-off" size={16} />
            {t("offline")}
          </p>
        )}
        {user.must_change_password ? (
          <Suspense fallback={null}>
            <FirstPassword />
          </Suspense>
        ) : objects.isError ? (
          <ErrorState error={objects.error} retry={() => objects.refetch()} />
        ) : (
          objects.data && <Outlet />
        )}
      </main>
      {phone && (
        <nav className="bottombar" aria-label={t("navigation")}>
          <Link to="/" activeOptions={{ exact: true }}>
            <Icon name="home" />
            {t("home")}
          </Link>
          {bar[0] && (
            <Link to="/o/$plural" params={{ plural: bar[0].plural }}>
              <Icon name={bar[0].icon || bar[0].name} />
              {bar[0].label_plural}
            </Link>
          )}
          <Menu
            label={t("create")}
            className="plus"
            trigger={<Icon name="plus" size={26} />}
            items={[
              ...takes,
              ...creatable.map((o) => ({
                label: o.label,
                onSelect: () => setUrl({ create: o.name }, { push: true }),
              })),
            ]}
          />
          {bar[1] && (
            <Link to="/o/$plural" params={{ plural: bar[1].plural }}>
              <Icon name={bar[1].icon || bar[1].name} />
              {bar[1].label_plural}
            </Link>
          )}
          <button type="button" onClick={() => setMore(true)}>
            <Icon name="menu" />
            {t("more")}
          </button>
        </nav>
      )}
      {more && (
        <Drawer title={t("more")} onClose={() => setMore(false)}>
          <nav className="more-nav" aria-label={t("more")}>
            {nav}
          </nav>
        </Drawer>
      )}
      <Suspense fallback={null}>
        <ConflictDialog />
        {palette && (
          <Palette
            onClose={() => setPalette(false)}
            onKeys={() => setKeyMap(true)}
            onSignOut={signOut}
          />
        )}
        {keyMap && <KeyMap onClose={() => setKeyMap(false)} />}
        {url.create && url.copy && objects.data && (
          <CopyDrawer
            key={url.copy}
            object={url.create}
            id={url.copy}
            onClose={() => setUrl({ create: undefined, copy: undefined })}
          />
        )}
        {logs && (
          <LogDrawer
            key={url.preset ?? ""}
            preset={url.preset}
            onClose={() => setUrl({ create: undefined, preset: undefined })}
          />
        )}
        {url.create && !url.copy && !logs && objects.data && (
          <FormDrawer
            key={`${url.create} ${url.preset ?? ""}`}
            object={url.create}
            preset={url.preset}
            onClose={() => setUrl({ create: undefined, preset: undefined, full: undefined })}
          />
        )}
      </Suspense>
    </div>
  );
}

function whereNow(): string {
  return window.location.pathname + window.location.search;
}
