import { Link, useParams } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../api/queries";
import { Icon } from "../../ui/Icon";
import { EmptyState, Skeleton } from "../../ui/State";
import { Personal } from "./Personal";

interface Section {
  name: string;
  icon: string;
  page: ComponentType;
  admin?: boolean;
}

const SECTIONS: Section[] = [
  { name: "me", icon: "user", page: Personal },
  { name: "password", icon: "key", page: lazy(() => import("./Password")) },
  { name: "notices", icon: "bell", page: lazy(() => import("./NoticeChoices")) },
  { name: "templates", icon: "chat", page: lazy(() => import("./Templates")) },
  { name: "calendar", icon: "calendar", page: lazy(() => import("./CalendarLinks")) },
  { name: "sessions", icon: "laptop", page: lazy(() => import("./Sessions")) },
  { name: "reach", icon: "phone", page: lazy(() => import("./Reach")) },
  { name: "tokens", icon: "link", page: lazy(() => import("./Tokens")) },
  { name: "company", icon: "building", page: lazy(() => import("./Company")), admin: true },
  { name: "mail", icon: "mail", page: lazy(() => import("./MailServer")), admin: true },
  { name: "currencies", icon: "money", page: lazy(() => import("./Currencies")), admin: true },
  { name: "users", icon: "users", page: lazy(() => import("./Users")), admin: true },
  { name: "departments", icon: "tree", page: lazy(() => import("./Departments")), admin: true },
  { name: "roles", icon: "shield", page: lazy(() => import("./Roles")), admin: true },
  { name: "assignment", icon: "convert", page: lazy(() => import("./Assignment")), admin: true },
  { name: "duplicates", icon: "copy", page: lazy(() => import("./DuplicateRules")), admin: true },
  { name: "forms", icon: "globe", page: lazy(() => import("./WebForms")), admin: true },
  { name: "objects", icon: "box", page: lazy(() => import("./Objects")), admin: true },
  { name: "fields", icon: "list", page: lazy(() => import("./Fields")), admin: true },
  {
    name: "pipelines",
    icon: "board",
    page: lazy(() => import("./Pipelines")),
    admin: true,
  },
  { name: "layouts", icon: "columns", page: lazy(() => import("./Layouts")), admin: true },
];

/** On a phone the sections are one line that scrolls sideways. */
function inSight(link: HTMLAnchorElement | null) {
  const strip = link?.closest("nav");
  if (!link || !strip) return;
  const [a, b] = [link.getBoundingClientRect(), strip.getBoundingClientRect()];
  strip.scrollLeft += a.left + a.width / 2 - (b.left + b.width / 2);
}

export function SettingsPage() {
  const { t } = useTranslation();
  const { section } = useParams({ strict: false }) as { section?: string };
  const admin = !!useMe().data?.admin;
  const now = SECTIONS.find((s) => s.name === (section ?? "me"));
  const link = (s: Section) => (
    <Link
      key={s.name}
      to="/settings/$section"
      params={{ section: s.name }}
      search={{}}
      className={`rail-link ${s.name === now?.name ? "active" : ""}`}
      aria-current={s.name === now?.name ? "page" : undefined}
      ref={s.name === now?.name ? inSight : undefined}
    >
      <Icon name={s.icon} />
      <span>{t(`settings.${s.name}`)}</span>
    </Link>
  );
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label={t("settings")}>
        <h1>{t("settings")}</h1>
        <div className="rail-group">{t("settings.mine")}</div>
        {SECTIONS.filter((s) => !s.admin).map(link)}
        {admin && <div className="rail-group">{t("settings.administration")}</div>}
        {admin && SECTIONS.filter((s) => s.admin).map(link)}
      </nav>
      <div className="settings-body">
        {!now ? (
          <EmptyState title={t("notfound.title")} />
        ) : now.admin && !admin ? (
          <EmptyState title={t("error.forbidden")} />
        ) : (
          <Suspense fallback={<Skeleton rows={5} />}>
            <now.page />
          </Suspense>
        )}
      </div>
    </div>
  );
}
