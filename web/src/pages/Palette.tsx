import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useObjects } from "../api/queries";
import { isComposing, useComposition } from "../hooks/useComposition";
import { useUrl } from "../hooks/useUrl";
import { Drawer } from "../ui/Drawer";
import { Icon } from "../ui/Icon";
import { Input } from "../ui/Input";

interface Item {
  key: string;
  label: string;
  detail?: string;
  icon?: string;
  run: () => void;
}

/** Search over everything, and commands: go there, make one. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [, setUrl] = useUrl();
  const objects = useObjects().data?.objects ?? [];
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const composition = useComposition((s) => {
    setQ(s.trim());
    setAt(0);
  }, 120);
  const found = useQuery({
    queryKey: ["search", q],
    queryFn: ({ signal }) => api.search(q, signal),
    enabled: q !== "",
    placeholderData: (before) => before,
  });

  const items: Item[] = [];
  if (q) {
    for (const r of found.data?.results ?? []) {
      const o = objects.find((x) => x.name === r.object);
      if (!o) continue;
      items.push({
        key: `${r.object}/${r.id}`,
        label: r.label,
        detail: [o.label, r.detail].filter(Boolean).join(" · "),
        icon: o.icon || o.name,
        run: () => navigate({ to: "/o/$plural/$id", params: { plural: o.plural, id: r.id } }),
      });
    }
  }
  const low = q.toLowerCase();
  for (const o of objects) {
    const goTo = t("palette.go", { what: o.label_plural });
    if (!low || goTo.toLowerCase().includes(low)) {
      items.push({
        key: `go ${o.name}`,
        label: goTo,
        icon: o.icon || o.name,
        run: () => navigate({ to: "/o/$plural", params: { plural: o.plural } }),
      });
    }
    const make = t("new.of", { what: o.label });
    if (o.access.create && low && make.toLowerCase().includes(low)) {
      items.push({
        key: `new ${o.name}`,
        label: make,
        icon: "plus",
        run: () => setUrl({ create: o.name }, { push: true }),
      });
    }
  }
  const pick = (i: Item | undefined) => {
    if (!i) return;
    onClose();
    i.run();
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
          if (e.key === "ArrowDown") setAt(Math.min(at + 1, items.length - 1));
          else if (e.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (e.key === "Enter") pick(items[at]);
          else return;
          e.preventDefault();
        }}
      />
      <div id="palette-list" role="listbox" aria-label={t("search")}>
        {items.map((i, n) => (
          <div
            key={i.key}
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
            <span>{i.label}</span>
            <span className="muted">{i.detail}</span>
          </div>
        ))}
        {q && found.isSuccess && items.length === 0 && (
          <p className="state">{t("search.none", { q })}</p>
        )}
      </div>
    </Drawer>
  );
}
