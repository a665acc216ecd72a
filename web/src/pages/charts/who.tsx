import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useObjects } from "../../api/queries";
import { Select } from "../../ui/Input";
import type { Chip } from "../../views/list/filter";

/** Whose records a chart counts: me, mine (my department), all, d:ID, u:ID. */
export function whoChips(who: string): Chip[] {
  if (who === "me") return [["owner", "eq", "me()"]];
  if (who === "mine") return [["department", "eq", "my_department()"]];
  if (who.startsWith("d:")) return [["department", "eq", who.slice(2)]];
  if (who.startsWith("u:")) return [["owner", "eq", who.slice(2)]];
  return [];
}

/** The same as text of the filter language. */
export function whoFilter(who: string): string {
  if (who === "me") return "owner = me()";
  if (who === "mine") return "department = my_department()";
  if (/^d:\d+$/.test(who)) return `department = "${who.slice(2)}"`;
  if (/^u:\d+$/.test(who)) return `owner = "${who.slice(2)}"`;
  return "";
}

export const both = (...parts: string[]) => parts.filter(Boolean).join(" AND ");

export function Who({
  value,
  onChange,
  label,
}: {
  value: string;
  onChange: (v: string) => void;
  label: string;
}) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const department = objects.find((o) => o.name === "department");
  const user = objects.find((o) => o.name === "user");
  const names = useQuery({
    queryKey: ["who"],
    staleTime: 300_000,
    retry: false,
    queryFn: async () => {
      const get = async (plural?: string, filter?: string) =>
        plural
          ? (await api.list(plural, { limit: 200, sort: "name", count: "none", filter })).records
          : [];
      const [departments, users] = await Promise.all([
        get(department?.plural),
        get(user?.plural, "active = TRUE"),
      ]);
      return { departments, users };
    },
  });
  return (
    <Select
      className="fit small"
      aria-label={label}
      value={value}
      onChange={(e) => onChange(e.target.value)}
    >
      <option value="all">{t("who.all")}</option>
      <option value="me">{t("who.me")}</option>
      <option value="mine">{t("who.mine")}</option>
      {!!names.data?.departments.length && (
        <optgroup label={department?.label_plural || department?.label}>
          {names.data.departments.map((d) => (
            <option key={d.id} value={`d:${d.id}`}>
              {String(d.name)}
            </option>
          ))}
        </optgroup>
      )}
      {!!names.data?.users.length && (
        <optgroup label={user?.label_plural || user?.label}>
          {names.data.users.map((u) => (
            <option key={u.id} value={`u:${u.id}`}>
              {String(u.name)}
            </option>
          ))}
        </optgroup>
      )}
    </Select>
  );
}
