import { Component, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Widget } from "../../api/workbench";
import { Skeleton } from "../../ui/State";
import { type Around, KINDS, mayHave } from "./widgets";

/** One widget that breaks leaves the others standing. */
class Fence extends Component<{ children: ReactNode; said: string }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override render() {
    return this.state.broken ? (
      <section className="panel">
        <p className="muted" role="alert">
          {this.props.said}
        </p>
      </section>
    ) : (
      this.props.children
    );
  }
}

/** The room a widget takes. */
export const room = (w: Widget) => ({ "--w": w.w, "--h": w.h }) as React.CSSProperties;

/** What a widget shows. */
export function Shown({ widget, around }: { widget: Widget; around: Around }) {
  const { t } = useTranslation();
  return (
    <Fence said={t("widget.broken")}>
      <Suspense
        fallback={
          <section className="panel">
            <Skeleton rows={Math.max(2, widget.h - 3)} />
          </section>
        }
      >
        {KINDS[widget.kind]?.show(around, widget.options ?? {})}
      </Suspense>
    </Fence>
  );
}

/** A start page as it is looked at. */
export function Grid({ widgets, around }: { widgets: Widget[]; around: Around }) {
  return (
    <div className="widgets">
      {widgets
        .filter((w) => mayHave(w.kind, around.objects))
        .map((w) => (
          <div key={w.id} className={`widget widget-${w.kind}`} style={room(w)}>
            <Shown widget={w} around={around} />
          </div>
        ))}
    </div>
  );
}
