import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { setStar, useStarred, VIEW } from "../../api/favorites";
import { useMe } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import type { Search } from "../../router";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import type { ListState } from "./useListState";
import { type Asking, ViewDialog } from "./ViewDialog";
import {
  builtIn,
  definition,
  sameSearch,
  searchOf,
  useViews,
  type View,
  viewsApi,
  viewsChanged,
} from "./views";

/** The views of a list as tabs: all, mine, this week's, and the saved ones. */
export function ViewTabs({
  object,
  state,
  board,
}: {
  object: ObjectMeta;
  state: ListState;
  board?: boolean;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const me = useMe();
  const views = useViews(object.name);
  const [asking, setAsking] = useState<Asking | null>(null);
  const { url } = state;
  const to = board ? "/o/$plural/board" : "/o/$plural";
  const params = { plural: object.plural };
  const saved = views.data ?? [];
  const current = saved.find((v) => v.id === url.view);
  const changed = current
    ? !sameSearch(url, searchOf(current))
    : !!(url.f || url.filter || url.q || url.sort || url.group);
  const mayChange =
    !!current && (current.mine || (me.data?.admin && current.shared_with !== "none"));
  const plain = (b: ReturnType<typeof builtIn>[number]): Search => ({
    f: b.chips.length ? JSON.stringify(b.chips) : undefined,
    filter: b.filter,
    sort: b.sort,
  });
  const tabs = builtIn(object, me.data?.company.follow_up_days).map((b) => ({
    key: b.key,
    label: t(`view.${b.key}`),
    search: plain(b),
    on: !current && !state.deleted && sameSearch(url, plain(b)),
  }));
  const isBuiltIn = tabs.some((x) => x.on);

  const starred = useStarred(VIEW, current?.id ?? "");
  const star = (v: View, on: boolean) =>
    setStar({ object: VIEW, id: v.id, label: v.name, of: object.name }, on).catch((e) =>
      toast(errorText(e), { bad: true }),
    );

  async function keep() {
    if (!current) return;
    try {
      await viewsApi.change(
        current.id,
        definition(state.filter, url.q, url.sort, state.columns, url.group),
      );
      await viewsChanged(object.name);
      toast(t("view.kept", { what: current.name }));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  async function remove(view: View) {
    try {
      await viewsApi.remove(view.id);
    } catch (e) {
      toast(errorText(e), { bad: true });
      return;
    }
    viewsChanged(object.name);
    navigate({ to, params, search: {} } as never);
    toast(t("deleted", { what: view.name }), {
      action: {
        label: t("undo"),
        run: async () => {
          const { id: _id, owner: _owner, mine: _mine, ...rest } = view;
          await viewsApi.create(rest);
          viewsChanged(object.name);
        },
      },
    });
  }

  return (
    <div className="view-tabs">
      <nav aria-label={t("view")}>
        {tabs.map((x) => (
          <Link
            key={x.key}
            to={to}
            params={params}
            search={x.search as never}
            activeProps={{}}
            className={`view-tab ${x.on ? "active" : ""}`}
            aria-current={x.on ? "true" : undefined}
          >
            {x.label}
          </Link>
        ))}
        {saved.map((v) => (
          <Link
            key={v.id}
            to={to}
            params={params}
            search={searchOf(v) as never}
            activeProps={{}}
            className={`view-tab ${v.id === current?.id ? "active" : ""}`}
            aria-current={v.id === current?.id ? "true" : undefined}
            title={v.mine ? undefined : t("view.by", { who: v.owner?.name ?? "" })}
          >
            {v.shared_with !== "none" && <Icon name="users" size={14} />}
            {v.name}
            {v.id === current?.id && changed && (
              <span className="changed-dot" title={t("view.changed")}>
                <span className="sr-only">{t("view.changed")}</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      {changed && mayChange && (
        <Button small onClick={keep}>
          {t("view.keep")}
        </Button>
      )}
      {changed && !isBuiltIn && (
        <Button small kind="quiet" onClick={() => setAsking({ kind: "save" })}>
          {t("view.save")}
        </Button>
      )}
      {current && (
        <Menu
          label={t("view.menu", { what: current.name })}
          className="icon-btn"
          trigger={<Icon name="more" size={16} />}
          items={[
            {
              label: t(starred ? "favorites.remove" : "favorites.add"),
              icon: <Icon name="star" size={16} />,
              onSelect: () => star(current, !starred),
            },
            {
              label: t("view.rename"),
              whyNot: mayChange ? undefined : t("whynot.view", { who: current.owner?.name ?? "" }),
              onSelect: () => setAsking({ kind: "rename", view: current }),
            },
            {
              label: t("view.share"),
              whyNot: mayChange ? undefined : t("whynot.view", { who: current.owner?.name ?? "" }),
              onSelect: () => setAsking({ kind: "share", view: current }),
            },
            { label: t("view.copy"), onSelect: () => setAsking({ kind: "save" }) },
            {
              label: t("delete"),
              danger: true,
              whyNot: mayChange ? undefined : t("whynot.view", { who: current.owner?.name ?? "" }),
              onSelect: () => remove(current),
            },
          ]}
        />
      )}
      {asking && (
        <ViewDialog
          asking={asking}
          object={object}
          body={() => definition(state.filter, url.q, url.sort, state.columns, url.group)}
          onClose={() => setAsking(null)}
          onSaved={(v) => navigate({ to, params, search: searchOf(v) } as never)}
        />
      )}
    </div>
  );
}
