import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin, type Invited } from "../../api/admin";
import { api } from "../../api/client";
import { refresh, useMe, useObject } from "../../api/queries";
import type { ObjectMeta, RecordData, Reference } from "../../api/types";
import { PersonFace } from "../../fields/picture/PersonFace";
import { useComposition } from "../../hooks/useComposition";
import { useUrl } from "../../hooks/useUrl";
import { grouped, listed } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { Menu } from "../../ui/Menu";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { InvitedList } from "./InvitedList";
import { NewUser } from "./NewUser";
import { Secret } from "./Secret";
import { SessionList } from "./Sessions";

const FormDrawer = lazy(() => import("../../views/form/FormDrawer"));

/** The people who may sign in. */
export default function Users() {
  const object = useObject("user");
  return object ? <List object={object} /> : null;
}

const rolesOf = (r: RecordData): string =>
  listed(
    [r.role, ...((r.more_roles as unknown[] | null | undefined) ?? [])].map(
      (x) => (x as Reference | null | undefined)?.label,
    ),
  );

function List({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const me = useMe().data;
  const [url, setUrl] = useUrl();
  const [q, setQ] = useState(url.q ?? "");
  const composition = useComposition((s) => setUrl({ q: s.trim() || undefined }));
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<RecordData>();
  const [secret, setSecret] = useState<{ name: string; password: string }>();
  const [invited, setInvited] = useState<Invited[]>();
  const [watched, setWatched] = useState<{ id: string; name: string }>();
  const who = url.who ?? "active";
  const filter = [
    who === "active" ? "active = TRUE" : who === "off" ? "active = FALSE" : "",
    /^\d+$/.test(url.dept ?? "") ? `department = "${url.dept}"` : "",
  ]
    .filter(Boolean)
    .join(" AND ");
  const list = useInfiniteQuery({
    queryKey: ["list", "users", "settings", url.q, who, url.dept],
    queryFn: ({ pageParam, signal }) =>
      api.list(
        "users",
        { q: url.q, filter, sort: "name", limit: 100, cursor: pageParam || undefined },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
  });
  const people = list.data?.pages.flatMap((p) => p.records) ?? [];
  const count = list.data?.pages[0]?.count;

  async function enable(r: RecordData, active: boolean) {
    try {
      await api.patch("users", r.id, { active }, r.version);
      refresh("users", r.id);
      toast(t(active ? "users.enabled" : "users.disabled", { name: String(r.name) }), {
        action: {
          label: t("undo"),
          run: () =>
            void api
              .patch("users", r.id, { active: !active })
              .then(() => refresh("users", r.id))
              .catch((e) => toast(errorText(e), { bad: true })),
        },
      });
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  async function reset(r: RecordData) {
    if (!window.confirm(t("users.reset_sure", { name: String(r.name) }))) return;
    try {
      const made = await admin.resetPassword(r.id);
      setSecret({ name: String(r.name), password: made.temporary_password });
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  async function invite() {
    if (!window.confirm(t("users.invite_sure"))) return;
    try {
      const { users } = await admin.invite();
      if (users?.length) setInvited(users);
      else toast(t("users.invite_none"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  const mails = !!useQuery({ queryKey: ["setup"], queryFn: api.setup }).data?.mail;
  async function inviteByMail(r?: RecordData) {
    if (!r && !window.confirm(t("users.invite_mail_sure"))) return;
    try {
      const { mailed, without_address: without } = await admin.inviteByMail(r && [r.id]);
      if (without.length) toast(t("users.invite_no_address", { who: listed(without) }));
      if (mailed) toast(t("users.invite_mailed", { n: mailed }));
      else if (!without.length) toast(t(r ? "users.invite_has" : "users.invite_none"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>
          {t("settings.users")}{" "}
          {count && count.relation !== "unknown" && (
            <span className="muted">{grouped(String(count.value))}</span>
          )}
        </h2>
        <div className="row">
          <Link to="/import" search={{ object: "user" }} className="btn btn-small">
            <Icon name="import" size={14} />
            {t("users.import")}
          </Link>
          {mails && (
            <Button small icon={<Icon name="mail" size={14} />} onClick={() => void inviteByMail()}>
              {t("users.invite_mail")}
            </Button>
          )}
          <Button small icon={<Icon name="key" size={14} />} onClick={() => void invite()}>
            {t("users.invite")}
          </Button>
          <Button
            small
            kind="primary"
            icon={<Icon name="plus" size={14} />}
            onClick={() => setAdding(true)}
          >
            {t("new.of", { what: object.label })}
          </Button>
        </div>
      </div>
      <div className="row nowrap">
        <Input
          type="search"
          className="list-search"
          aria-label={t("users.search")}
          placeholder={t("users.search")}
          value={q}
          {...composition.props}
          onChange={(e) => {
            setQ(e.target.value);
            composition.changed(e.target.value);
          }}
        />
        <Select
          className="fit"
          aria-label={t("users.which")}
          value={who}
          onChange={(e) =>
            setUrl({ who: e.target.value === "active" ? undefined : e.target.value })
          }
        >
          {["active", "off", "all"].map((x) => (
            <option key={x} value={x}>
              {t(`users.which.${x}`)}
            </option>
          ))}
        </Select>
        {url.dept && (
          <Button small onClick={() => setUrl({ dept: undefined })}>
            {t("users.all_departments")}
          </Button>
        )}
      </div>
      {list.isPending ? (
        <Skeleton rows={6} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : people.length === 0 ? (
        <EmptyState title={t(url.q ? "search.none" : "none", { q: url.q })} />
      ) : (
        <ul className="rows">
          {people.map((r) => (
            <li key={r.id} className={r.active === false ? "off" : ""}>
              <PersonFace id={r.id} name={String(r.name ?? "")} />
              <div className="grow">
                <div>
                  <button type="button" className="link-btn strong" onClick={() => setEditing(r)}>
                    {String(r.name ?? "")}
                  </button>{" "}
                  <span className="muted">{String(r.login ?? "")}</span>{" "}
                  {r.active === false && <span className="chip">{t("users.off")}</span>}
                </div>
                <div className="muted">
                  {[
                    ...new Set(
                      [
                        (r.department as Reference | undefined)?.label,
                        r.position as string | undefined,
                        rolesOf(r),
                      ].filter(Boolean),
                    ),
                  ].join(" · ")}
                </div>
              </div>
              <Menu
                label={t("users.menu", { name: String(r.name) })}
                className="icon-btn"
                trigger={<Icon name="more" />}
                items={[
                  { label: t("edit"), onSelect: () => setEditing(r) },
                  {
                    label: t("settings.sessions"),
                    onSelect: () => setWatched({ id: r.id, name: String(r.name) }),
                  },
                  ...(mails
                    ? [{ label: t("users.invite_again"), onSelect: () => void inviteByMail(r) }]
                    : []),
                  { label: t("users.reset"), onSelect: () => void reset(r) },
                  r.active === false
                    ? { label: t("users.enable"), onSelect: () => void enable(r, true) }
                    : {
                        label: t("users.disable"),
                        danger: true,
                        separated: true,
                        disabled: r.id === me?.user.id,
                        onSelect: () => void enable(r, false),
                      },
                ]}
              />
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div>
          <Button onClick={() => list.fetchNextPage()} disabled={list.isFetchingNextPage}>
            {t("load.more")}
          </Button>
        </div>
      )}
      <Suspense fallback={null}>
        {editing && (
          <FormDrawer object="user" record={editing} onClose={() => setEditing(undefined)} />
        )}
      </Suspense>
      {adding && (
        <NewUser
          object={object}
          onClose={() => setAdding(false)}
          made={(name, password) => {
            setAdding(false);
            if (password) setSecret({ name, password });
            else toast(t("users.invite_mailed", { n: 1 }));
          }}
        />
      )}
      {watched && (
        <Drawer
          title={t("sessions.of", { name: watched.name })}
          onClose={() => setWatched(undefined)}
        >
          <SessionList user={watched.id} />
        </Drawer>
      )}
      {invited && <InvitedList users={invited} onClose={() => setInvited(undefined)} />}
      {secret && (
        <Drawer
          title={t("users.temporary", { name: secret.name })}
          shape="middle"
          onClose={() => setSecret(undefined)}
        >
          <div className="stack">
            <p>{t("users.temporary_text")}</p>
            <Secret value={secret.password} />
            <div>
              <Button kind="primary" onClick={() => setSecret(undefined)}>
                {t("done")}
              </Button>
            </div>
          </div>
        </Drawer>
      )}
    </section>
  );
}
