import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { groupable } from "./groups";

/** By which field the rows stand together. */
export function GroupChoice({
  object,
  value,
  onChange,
}: {
  object: ObjectMeta;
  value: string | undefined;
  onChange: (field: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const fields = groupable(object);
  const now = fields.find((f) => f.name === value);
  if (!fields.length) return null;
  const label = now ? t("group.by", { what: now.label }) : t("group");
  const own = fields.filter((f) => !f.system);
  return (
    <Menu
      label={label}
      className={`btn ${now ? "on" : ""}`}
      trigger={
        <>
          <Icon name="group" size={16} />
          {label}
        </>
      }
      items={[
        { label: t("group.none"), checked: !now, onSelect: () => onChange(undefined) },
        ...[...own, ...fields.filter((f) => f.system)].map((f, i) => ({
          label: f.label,
          checked: f === now,
          separated: i === 0,
          onSelect: () => onChange(f.name),
        })),
      ]}
    />
  );
}
