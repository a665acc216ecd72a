import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";

export interface Kind {
  value: string;
  label: string;
}

/** What can be written down, as tabs in one line; those for which there is no room stand in a menu. */
export function Kinds({
  kinds,
  value,
  onChoose,
}: {
  kinds: Kind[];
  value: string;
  onChoose: (value: string) => void;
}) {
  const { t } = useTranslation();
  const row = useRef<HTMLDivElement>(null);
  const [fit, setFit] = useState(kinds.length);
  const labels = kinds.map((k) => k.label).join("\n");
  useLayoutEffect(() => {
    const box = row.current;
    if (!box) return;
    // What wraps to a second line, which is not seen, has no room.
    const measure = () => {
      const tabs = [...box.children] as HTMLElement[];
      setFit(tabs.filter((x) => x.offsetTop === tabs[0]?.offsetTop).length);
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [labels]);
  const rest = kinds.slice(fit);
  const hidden = rest.find((k) => k.value === value);
  return (
    <div className="tablist composer-kinds" role="group" aria-label={t("composer")}>
      <div className="composer-tabs" ref={row}>
        {kinds.map((k, i) => (
          <button
            key={k.value}
            type="button"
            className={`tab ${value === k.value ? "active" : ""}`}
            style={i < fit ? undefined : { visibility: "hidden" }}
            aria-pressed={value === k.value}
            onClick={() => onChoose(k.value)}
          >
            {k.label}
          </button>
        ))}
      </div>
      {rest.length > 0 && (
        <Menu
          label={t("more")}
          className={`tab ${hidden ? "active" : ""}`}
          trigger={hidden ? hidden.label : <Icon name="more" size={16} />}
          items={rest.map((k) => ({
            label: k.label,
            checked: value === k.value,
            onSelect: () => onChoose(k.value),
          }))}
        />
      )}
    </div>
  );
}
