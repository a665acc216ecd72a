import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type AnalysisMeta, SETTINGS, type Settings } from "../../api/analyses";
import { setStar, useStarred, VIEW } from "../../api/favorites";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { type Asking, ViewDialog } from "../../views/list/ViewDialog";
import {
  analysisSearch,
  useSavedAnalyses,
  type View,
  viewsApi,
  viewsChanged,
} from "../../views/list/views";

/** The saved settings of an analysis as tabs, beside the analysis as it is. */
export function SavedAnalyses({
  analysis,
  object,
  settings,
  filter,
}: {
  analysis: AnalysisMeta;
  object: ObjectMeta;
  settings: Settings;
  filter: string | undefined;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const [url] = useUrl();
  const [asking, setAsking] = useState<Asking | null>(null);
  const saved = (useSavedAnalyses(object.name).data ?? []).filter(
    (v) => v.analysis === analysis.name,
  );
  const current = saved.find((v) => v.id === url.view);
  const search = current && analysisSearch(current);
  const changed = search
    ? [...SETTINGS, "f", "filter"].some((k) => (url[k] ?? "") !== (search[k] ?? ""))
    : [...SETTINGS, "f", "filter"].some((k) => url[k]);
  const starred = useStarred(VIEW, current?.id ?? "");
  const body = (): Partial<View> => ({
    analysis: analysis.name,
    settings: { ...settings, filter: undefined },
    filter: filter ?? "",
  });
  const to = { to: "/analyses/$name", params: { name: analysis.name } } as const;

  async function keep(v: View) {
    try {
      await viewsApi.change(v.id, body());
      await viewsChanged(object.name);
      toast(t("view.kept", { what: v.name }));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  async function remove(v: View) {
    try {
      await viewsApi.remove(v.id);
    } catch (e) {
      toast(errorText(e), { bad: true });
      return;
    }
    viewsChanged(object.name);
    navigate({ ...to, search: {} } as never);
    toast(t("deleted", { what: v.name }), {
      action: {
        label: t("undo"),
        run: async () => {
          const { id: _id, owner: _owner, mine: _mine, ...rest } = v;
          await viewsApi.create(rest);
          viewsChanged(object.name);
        },
      },
    });
  }

  const whyNot = current?.mine ? undefined : t("whynot.view", { who: current?.owner?.name ?? "" });
  if (!saved.length && !changed) return null;
  return (
    <div className="view-tabs">
      <nav aria-label={t("view")}>
        <Link
          {...to}
          search={{}}
          activeProps={{}}
          className={`view-tab ${!current && !changed ? "active" : ""}`}
        >
          {analysis.label}
        </Link>
        {saved.map((v) => (
          <Link
            key={v.id}
            {...to}
            search={analysisSearch(v) as never}
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
      {changed && current?.mine && (
        <Button small onClick={() => keep(current)}>
          {t("view.keep")}
        </Button>
      )}
      {changed && (
        <Button small kind="quiet" onClick={() => setAsking({ kind: "save" })}>
          {t("analysis.save")}
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
              onSelect: () =>
                setStar(
                  {
                    object: VIEW,
                    id: current.id,
                    label: current.name,
                    of: object.name,
                    analysis: analysis.name,
                  },
                  !starred,
                ).catch((e) => toast(errorText(e), { bad: true })),
            },
            {
              label: t("view.rename"),
              whyNot,
              onSelect: () => setAsking({ kind: "rename", view: current }),
            },
            {
              label: t("view.share"),
              whyNot,
              onSelect: () => setAsking({ kind: "share", view: current }),
            },
            { label: t("view.copy"), onSelect: () => setAsking({ kind: "save" }) },
            { label: t("delete"), danger: true, whyNot, onSelect: () => remove(current) },
          ]}
        />
      )}
      {asking && (
        <ViewDialog
          asking={asking}
          object={object}
          body={body}
          onClose={() => setAsking(null)}
          onSaved={(v) => navigate({ ...to, search: analysisSearch(v) } as never)}
        />
      )}
    </div>
  );
}
