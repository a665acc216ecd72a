import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { Select } from "../../ui/Input";

/** The object a page of the settings is about, as the address says it. */
export function useChosenObject(objects: ObjectMeta[]): ObjectMeta | undefined {
  const [url] = useUrl();
  return objects.find((o) => o.name === (url.object ?? "customer")) ?? objects[0];
}

export function ObjectSelect({ objects, object }: { objects: ObjectMeta[]; object: ObjectMeta }) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  return (
    <Select
      className="fit"
      aria-label={t("object")}
      value={object.name}
      onChange={(e) => setUrl({ object: e.target.value })}
    >
      {objects.map((o) => (
        <option key={o.name} value={o.name}>
          {o.label}
        </option>
      ))}
    </Select>
  );
}
