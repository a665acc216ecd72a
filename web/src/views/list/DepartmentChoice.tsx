import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";

/** Departments to tick; those below one ticked belong to it anyway. */
export function DepartmentChoice({
  value,
  onChange,
}: {
  value: string[];
  onChange: (v: string[]) => void;
}) {
  const { t } = useTranslation();
  const all = useQuery({
    queryKey: ["list", "departments", "choice"],
    queryFn: ({ signal }) => api.list("departments", { limit: 500, count: "none" }, signal),
  });
  return (
    <div className="choice-list stack tight" role="group" aria-label={t("settings.departments")}>
      {all.data?.records.map((d) => (
        <label key={d.id} className="row">
          <input
            type="checkbox"
            checked={value.includes(d.id)}
            onChange={(e) =>
              onChange(e.target.checked ? [...value, d.id] : value.filter((x) => x !== d.id))
            }
          />
          {String(d.name ?? d.id)}
        </label>
      ))}
    </div>
  );
}
