import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useFavorites, VIEW } from "../../api/favorites";
import { queryClient, useMe, useObjects } from "../../api/queries";
import { isComposing, useComposition } from "../../hooks/useComposition";
import { useUrl } from "../../hooks/useUrl";
import { useRecent } from "../../lib/recent";
import { setTheme } from "../../lib/theme";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { kindsOf } from "../../views/detail/composing";
import { searchOf, viewsApi } from "../../views/list/views";
import { BIN, hasWords, LOG, means, PLACES, standIns } from "./commands";

/** So many favourites stand above all else. */
const STARRED = 20;

interface Item {
  key: string;
  group: string;
  label: string;
  detail?: string;
  icon?: string;
  run: () => void;
}

/** Search over everything, and commands: go there, make one, what was open lately. */
export function Palette({
  onClose,
  onKeys,
  onSignOut,
}: {
  onClose: () => void;
  onKeys: () => void;
  onSignOut: () => void;
}) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [, setUrl] = useUrl();
  const me = useMe();
  const objects = useObjects().data?.objects ?? [];
  const recent = useRecent();
  const starred = (useFavorites().data ?? []).slice(0, STARRED);
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const composition = useComposition((s) => {
    setQ(s.trim());
    setAt(0);
  });
  const found = useQuery({
    queryKey: ["search", q],
    queryFn: ({ signal }) => api.search(q, signal),
    enabled: q !== "",
    placeholderData: (before) => before,
  });

  const items: Item[] = [];
  const open = (plural: string, id: string) => () =>
    void navigate({ to: "/o/$plural/$id", params: { plural, id } });
  /** A view is not known before it is opened: what it asks for is asked first. */
  const openView = async (id: string) => {
    try {
      return searchOf(await viewsApi.get(id));
    } catch {
      return {};
    }
  };
  const goTo = (plural: string, search: object = {}) =>
    void navigate({ to: "/o/$plural", params: { plural }, search: search as never });
  for (const f of starred) {
    const o = objects.find((x) => x.name === (f.object === VIEW ? f.of : f.object));
    if (!o || (q && !means(q, f.label))) continue;
    items.push({
      key: `${f.object}/${f.id}`,
      group: t("favorites"),
      label: f.label,
      detail: f.object === VIEW ? o.label_plural : o.label,
      icon: f.object === VIEW ? "list" : o.icon || o.name,
      run:
        f.object === VIEW ? async () => goTo(o.plural, await openView(f.id)) : open(o.plural, f.id),
    });
  }
  const shown = new Set(items.map((i) => i.key));
  if (q) {
    for (const r of found.data?.results ?? []) {
      const o = objects.find((x) => x.name === r.object);
      if (!o || shown.has(`${r.object}/${r.id}`)) continue;
      items.push({
        key: `${r.object}/${r.id}`,
        group: t("palette.found"),
        label: r.label,
        detail: [o.label, r.detail].filter(Boolean).join(" · "),
        icon: o.icon || o.name,
        run: open(o.plural, r.id),
      });
    }
  } else {
    for (const v of recent.slice(0, 6)) {
      const o = objects.find((x) => x.name === v.object);
      if (!o || shown.has(`${v.object}/${v.id}`)) continue;
      items.push({
        key: `recent ${v.id}`,
        group: t("home.recent"),
        label: v.label,
        detail: o.label,
        icon: o.icon || o.name,
        run: open(o.plural, v.id),
      });
    }
  }
  const pages = objects.filter(
    (o) => o.name !== "user" && o.name !== "department" && o.name !== "role",
  );
  const instead = standIns(q, pages);
  for (const o of pages) {
    const label = t("palette.go", { what: o.label_plural });
    if (q && !means(q, label) && !hasWords(q, o) && !instead.includes(o)) continue;
    items.push({
      key: `go ${o.name}`,
      group: t("palette.pages"),
      label,
      icon: o.icon || o.name,
      run: () => goTo(o.plural),
    });
  }
  for (const p of PLACES) {
    if (!q || (p.admin && !me.data?.admin)) continue;
    const label = t("palette.go", { what: t(p.key) });
    if (!means(q, `${label} ${p.words}`)) continue;
    items.push({
      key: p.to,
      group: t("palette.pages"),
      label,
      icon: p.icon,
      run: () => void navigate({ to: p.to, search: {} } as never),
    });
  }
  const activity = pages.find((o) => o.name === "activity" && o.access.create);
  for (const k of q && activity ? kindsOf(activity, i18n.language) : []) {
    const label = t("log.kind", { kind: k.label });
    if (!means(q, `${label} ${k.value} ${LOG}`)) continue;
    items.push({
      key: `log ${k.value}`,
      group: t("create"),
      label,
      icon: "chat",
      run: () =>
        setUrl({ create: "activity", preset: JSON.stringify({ kind: k.value }) }, { push: true }),
    });
  }
  for (const o of pages) {
    const label = t("new.of", { what: o.label });
    if (!o.access.create) continue;
    if (q && !means(q, label) && !hasWords(q, o)) continue;
    items.push({
      key: `new ${o.name}`,
      group: t("create"),
      label,
      icon: "plus",
      run: () => setUrl({ create: o.name }, { push: true }),
    });
  }
  if (q) {
    const commands: [string, string, string, string, () => void][] = [
      ["keys", t("keys"), "快捷鍵 快速鍵 快捷键 shortcuts keyboard", "key", onKeys],
      ...(["light", "dark", "system"] as const).map(
        (theme) =>
          [
            `theme ${theme}`,
            `${t("theme")}：${t(`theme.${theme}`)}`,
            "深色 淺色 浅色 外觀 外观 dark light theme",
            "sun",
            () => {
              setTheme(theme);
              api.patchMe({ theme }).then(
                () => queryClient.invalidateQueries({ queryKey: ["me"] }),
                () => {},
              );
            },
          ] as [string, string, string, string, () => void],
      ),
      ["signout", t("signout"), "登出 退出 sign out logout", "left", onSignOut],
    ];
    for (const [key, label, words, icon, run] of commands) {
      if (means(q, `${label} ${words}`)) {
        items.push({ key, group: t("palette.commands"), label, icon, run });
      }
    }
    if (means(q, BIN)) {
      for (const o of pages.filter((x) => x.access.delete)) {
        items.push({
          key: `bin ${o.name}`,
          group: t("palette.commands"),
          label: `${o.label_plural} · ${t("bin")}`,
          icon: "trash",
          run: () => goTo(o.plural, { deleted: "1" }),
        });
      }
    }
  }
  const pick = (i: Item | undefined) => {
    if (!i) return;
    onClose();
    i.run();
  };
  const go = (n: number) => {
    setAt(n);
    document.getElementById(`palette-${n}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Drawer title={t("search")} onClose={onClose} shape="palette">
      <Input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={items[at] ? `palette-${at}` : undefined}
        aria-label={t("search")}
        placeholder={t("palette.hint")}
        autoFocus
        value={text}
        {...composition.props}
        onChange={(e) => {
          setText(e.target.value);
          composition.changed(e.target.value);
        }}
        onKeyDown={(e) => {
          if (isComposing(e)) return;
          if (e.key === "ArrowDown") go(Math.min(at + 1, items.length - 1));
          else if (e.key === "ArrowUp") go(Math.max(at - 1, 0));
          else if (e.key === "Enter") pick(items[at]);
          else return;
          e.preventDefault();
        }}
      />
      <div id="palette-list" role="listbox" aria-label={t("search")} className="palette-list">
        {items.map((i, n) => (
          <div key={i.key} role="presentation">
            {i.group !== items[n - 1]?.group && (
              <div className="palette-group" role="presentation">
                {i.group}
              </div>
            )}
            <div
              id={`palette-${n}`}
              role="option"
              tabIndex={-1}
              aria-selected={n === at}
              className="option"
              onPointerMove={() => setAt(n)}
              onClick={() => pick(i)}
              onKeyDown={() => {}}
            >
              <Icon name={i.icon} size={16} />
              <span className="ellipsis">{i.label}</span>
              <span className="muted ellipsis">{i.detail}</span>
            </div>
          </div>
        ))}
      </div>
      {q && found.isSuccess && items.length === 0 && (
        <p className="state">{t("search.none", { q })}</p>
      )}
    </Drawer>
  );
}
