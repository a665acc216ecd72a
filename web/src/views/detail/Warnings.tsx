import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { lateBy } from "../../lib/late";
import { Icon } from "../../ui/Icon";
import { duplicatesOf } from "../form/duplicates";

/** What one has to know before anything else: something is late, or exists twice. */
export function Warnings({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const late = lateBy(object, record);
  const label = late && object.fields.find((f) => f.name === late.field)?.label;
  const twins = useQuery({
    queryKey: ["duplicates", object.plural, record.id, record.version],
    queryFn: () => duplicatesOf(object, record, record.id),
    staleTime: 300_000,
    retry: false,
  });
  const found = twins.data?.candidates ?? [];
  if (!late && !found.length && !twins.data?.hidden) return null;
  return (
    <ul className="warnings">
      {late && (
        <li>
          <Icon name="warn" size={16} />
          {t("warn.late", { what: label ?? "", n: late.days })}
        </li>
      )}
      {(found.length > 0 || !!twins.data?.hidden) && (
        <li>
          <Icon name="warn" size={16} />
          <span>
            {t("warn.duplicate")}{" "}
            {found.slice(0, 4).map((c, i) => (
              <span key={c.id}>
                {i > 0 && t("list.comma")}
                <Link to="/o/$plural/$id" params={{ plural: object.plural, id: c.id }}>
                  {c.label}
                </Link>
              </span>
            ))}
            {!!twins.data?.hidden && ` ${t("duplicate.hidden", { n: twins.data.hidden })}`}
          </span>
        </li>
      )}
    </ul>
  );
}
