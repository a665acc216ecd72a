import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useObject } from "../../api/queries";
import type { RecordData } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";

const OBJECT = "log_template";

export interface Template {
  result: string;
  next: string;
  /** In how many days the next step is due; undefined: nobody said. */
  days?: number;
}

const templateOf = (r: RecordData): Template => ({
  result: String(r.result ?? ""),
  next: String(r.next_step ?? ""),
  days: typeof r.next_days === "number" ? r.next_days : undefined,
});

/** What is written again and again of this kind of contact: mine and the company's. */
export function Templates({ kind, onChoose }: { kind: string; onChoose: (t: Template) => void }) {
  const { t } = useTranslation();
  const object = useObject(OBJECT);
  const [, setUrl] = useUrl();
  const list = useQuery({
    queryKey: ["list", object?.plural, "templates"],
    enabled: !!object,
    queryFn: ({ signal }) =>
      api.list(object?.plural ?? "", { limit: 100, sort: "name", count: "none" }, signal),
    staleTime: 60_000,
    retry: false,
  });
  if (!object || !list.data) return null;
  const fit = list.data.records.filter((r) => !r.kind || r.kind === kind);
  if (!fit.length && !object.access.create) return null;
  return (
    <Menu
      label={t("log.templates")}
      className="chip-btn"
      trigger={
        <>
          <Icon name="list" size={14} /> {t("log.templates")}
        </>
      }
      items={[
        ...fit.map((r) => ({ label: String(r.name), onSelect: () => onChoose(templateOf(r)) })),
        ...(object.access.create
          ? [
              {
                label: t("log.template_new"),
                separated: fit.length > 0,
                onSelect: () =>
                  setUrl({ create: object.name, preset: JSON.stringify({ kind }) }, { push: true }),
              },
            ]
          : []),
      ]}
    />
  );
}
