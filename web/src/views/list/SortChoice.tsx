import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import type { Column } from "./columns";
import { parseSort, toggleSort } from "./filter";

/** These are sorted by more often than they are shown. */
const ALSO = ["created_at", "updated_at"];

/** The order of a list that has no heads of columns: a second tap turns it round, a third ends it. */
export function SortChoice({
  object,
  columns,
  value,
  onChange,
}: {
  object: ObjectMeta;
  columns: Column[];
  value: string | undefined;
  onChange: (sort: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const also = object.fields.filter((f) => ALSO.includes(f.name));
  const fields = [...new Set([...columns.map((c) => c.field), ...also])].filter(
    (f) => f.sortable !== false,
  );
  const first = parseSort(value)[0];
  const now = fields.find((f) => f.name === first?.field);
  return (
    <Menu
      label={now ? `${t("sort")} ${now.label}` : t("sort")}
      className={`btn ${now ? "on" : ""}`}
      trigger={
        <>
          <Icon name={now && !first?.desc ? "up" : "down"} size={16} />
          {now?.label ?? t("sort")}
        </>
      }
      items={fields.map((f) => ({
        label:
          f === now ? `${f.label} · ${t(first?.desc ? "sort.falling" : "sort.rising")}` : f.label,
        checked: f === now,
        onSelect: () => onChange(toggleSort(value, f.name, false) || undefined),
      }))}
    />
  );
}
