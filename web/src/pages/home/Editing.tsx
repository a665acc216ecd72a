import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { useMe } from "../../api/queries";
import { useLayout, type Widget, workbench } from "../../api/workbench";
import { usePhone } from "../../hooks/useMedia";
import { Button, IconButton } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";
import { Menu, type MenuItem } from "../../ui/Menu";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { room, Shown } from "./Grid";
import { useArrange } from "./useArrange";
import { ViewOptions } from "./ViewOptions";
import { type Around, fresh, KINDS, mayHave, usualPage, widgetTitle } from "./widgets";

/** A start page while it is put together; nothing is kept before one says so. */
export default function Editing({
  widgets: before,
  around,
  onDone,
}: {
  widgets: Widget[];
  around: Around;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const phone = usePhone();
  const me = useMe().data;
  const layout = useLayout().data;
  const [widgets, setWidgets] = useState(before);
  const [said, setSaid] = useState("");
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<Widget>();
  const [busy, setBusy] = useState(false);
  // Those that I may not have stay in their places: a right may come back.
  const shown = widgets.filter((w) => mayHave(w.kind, around.objects));
  const others = widgets.filter((w) => !shown.includes(w));
  const change = (next: Widget[]) => setWidgets([...next, ...others]);
  const arrange = useArrange(
    shown,
    change,
    (kind) => KINDS[kind]?.least ?? 3,
    (id, next) => {
      const at = next.findIndex((w) => w.id === id);
      const w = next[at];
      if (w) {
        setSaid(t("workbench.at", { what: widgetTitle(w, t), n: at + 1, w: w.w, h: w.h }));
      }
    },
  );
  const roles = useQuery({
    queryKey: ["roles"],
    queryFn: admin.roles,
    enabled: !!me?.admin,
    staleTime: 60_000,
  });

  async function act(fn: () => Promise<unknown>, done: string, leave = true) {
    if (busy) return;
    setBusy(true);
    try {
      await fn();
      toast(done);
      if (leave) onDone();
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }
  const forRoles: MenuItem[] = (roles.data ?? []).flatMap((r) => {
    const name = String(r.name ?? "");
    const items: MenuItem[] = [
      {
        label: t("workbench.keep_for", { role: name }),
        onSelect: () =>
          void act(
            () => workbench.keepFor(r.id, widgets),
            t("workbench.kept_for", { role: name }),
            false,
          ),
      },
    ];
    if (layout?.roles?.includes(r.id)) {
      items.push({
        label: t("workbench.back_for", { role: name }),
        onSelect: () => void act(() => workbench.backFor(r.id), t("saved"), false),
      });
    }
    return items;
  });
  const add = (kind: string) => {
    const w = fresh(kind, widgets);
    setAdding(false);
    if (KINDS[kind]?.many) return setAsking(w);
    setWidgets([w, ...widgets]);
    setSaid(t("workbench.added", { what: widgetTitle(w, t) }));
  };
  const offered = Object.keys(KINDS).filter(
    (kind) =>
      mayHave(kind, around.objects) && (KINDS[kind]?.many || !shown.some((w) => w.kind === kind)),
  );
  return (
    <>
      <div className="workbench-bar" role="toolbar" aria-label={t("workbench.edit")}>
        <Button icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
          {t("workbench.add")}
        </Button>
        <Button
          onClick={() => {
            if (layout?.from === "user") void act(workbench.back, t("workbench.is_back"));
            else setWidgets(layout?.widgets ?? usualPage(around.objects));
          }}
        >
          {t("workbench.back")}
        </Button>
        {me?.admin && forRoles.length > 0 && (
          <Menu
            label={t("workbench.for_role")}
            trigger={t("workbench.for_role")}
            items={forRoles}
          />
        )}
        <div className="grow" />
        <Button onClick={onDone}>{t("cancel")}</Button>
        <Button
          kind="primary"
          disabled={busy}
          onClick={() => void act(() => workbench.keep(widgets), t("workbench.kept"))}
        >
          {t("workbench.done")}
        </Button>
      </div>
      <p className="muted workbench-help">{t(phone ? "workbench.help_phone" : "workbench.help")}</p>
      <span className="sr-only" role="status">
        {said}
      </span>
      <div className="widgets widgets-editing">
        {shown.map((w) => {
          const title = widgetTitle(w, t);
          return (
            <div
              key={w.id}
              className={`widget widget-${w.kind}`}
              style={room(w)}
              data-widget={w.id}
              data-held={arrange.held === w.id || undefined}
            >
              <div className="widget-head">
                <button
                  type="button"
                  className="widget-grip"
                  aria-label={t("workbench.move", { what: title })}
                  title={t("workbench.move", { what: title })}
                  {...arrange.move(w.id)}
                >
                  <Icon name="grip" size={16} />
                  <span className="line">{title}</span>
                </button>
                {KINDS[w.kind]?.many && (
                  <IconButton
                    label={t("workbench.set", { what: title })}
                    onClick={() => setAsking(w)}
                  >
                    <Icon name="gear" size={16} />
                  </IconButton>
                )}
                <IconButton
                  label={t("workbench.remove", { what: title })}
                  onClick={() => {
                    setWidgets(widgets.filter((x) => x.id !== w.id));
                    setSaid(t("workbench.removed", { what: title }));
                  }}
                >
                  <Icon name="close" size={16} />
                </IconButton>
              </div>
              <div className="widget-body" inert>
                <Shown widget={w} around={around} />
              </div>
              {!phone && (
                <button
                  type="button"
                  className="widget-size"
                  aria-label={t("workbench.resize", { what: title })}
                  title={t("workbench.resize", { what: title })}
                  {...arrange.size(w.id)}
                />
              )}
            </div>
          );
        })}
      </div>
      {adding && (
        <Drawer title={t("workbench.add")} onClose={() => setAdding(false)}>
          <ul className="widget-gallery">
            {offered.map((kind) => (
              <li key={kind}>
                <button type="button" onClick={() => add(kind)}>
                  <Icon name={KINDS[kind]?.icon} />
                  <span>
                    <strong>{t(`widget.${kind}`)}</strong>
                    <span className="muted block">{t(`widget.${kind}_help`)}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Drawer>
      )}
      {asking && (
        <ViewOptions
          options={asking.options ?? {}}
          objects={around.objects}
          onClose={() => setAsking(undefined)}
          onDone={(options) => {
            const w = { ...asking, options };
            const there = widgets.some((x) => x.id === w.id);
            setWidgets(there ? widgets.map((x) => (x.id === w.id ? w : x)) : [w, ...widgets]);
            setAsking(undefined);
          }}
        />
      )}
    </>
  );
}
