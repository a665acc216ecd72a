import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";
import { ErrorState, Skeleton } from "../../ui/State";
import { detail } from "./api";

/** Why I may see this record, and what else I may do with it. */
export function AccessDialog({
  object,
  id,
  onClose,
}: {
  object: ObjectMeta;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const access = useQuery({
    queryKey: ["access", object.plural, id],
    queryFn: () => detail.access(object.plural, id),
  });
  const verbs = Object.entries(access.data?.may ?? {});
  return (
    <Drawer shape="middle" title={t("access.title")} onClose={onClose}>
      {access.isPending ? (
        <Skeleton rows={4} />
      ) : access.isError ? (
        <ErrorState error={access.error} retry={() => access.refetch()} />
      ) : (
        <ul className="mini">
          {verbs.map(([verb, may]) => (
            <li key={verb} className="row nowrap access-line">
              <Icon name={may ? "check" : "close"} size={16} />
              <span className="access-verb">{t(`access.${verb}`, { defaultValue: verb })}</span>
              <span className="muted grow">
                {access.data?.why
                  .filter((w) => w.verb === verb)
                  .map((w) => w.text)
                  .join(t("list.comma"))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Drawer>
  );
}
