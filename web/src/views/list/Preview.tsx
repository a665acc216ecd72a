import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useRecord } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { recordTitle, sectionsOf } from "../../lib/records";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { ErrorState, Skeleton } from "../../ui/State";

const Timeline = lazy(() => import("../detail/Timeline").then((m) => ({ default: m.Timeline })));

/** The record under the cursor beside the list; arrows go on, Enter opens it. */
export function Preview({
  object,
  id,
  onClose,
}: {
  object: ObjectMeta;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const record = useRecord(object.plural, id);
  const title = record.data ? recordTitle(object, record.data) : "";
  return (
    <aside className="peek" aria-label={t("preview")}>
      <header>
        <h2>
          <Link to="/o/$plural/$id" params={{ plural: object.plural, id }}>
            {title}
          </Link>
        </h2>
        <IconButton label={t("close")} onClick={onClose}>
          <Icon name="close" size={16} />
        </IconButton>
      </header>
      {record.isError ? (
        <ErrorState error={record.error} retry={() => record.refetch()} />
      ) : !record.data ? (
        <Skeleton rows={6} />
      ) : (
        <div className="peek-body">
          <dl className="about">
            {sectionsOf(object)
              .flatMap((s) => s.fields)
              .map((f) => {
                const v = record.data[f.name];
                if (v === null || v === undefined || v === "" || (Array.isArray(v) && !v.length))
                  return null;
                const type = fieldType(f);
                return (
                  <div key={f.name} className="about-row">
                    <dt>{f.label}</dt>
                    <dd>
                      <type.Display field={f} value={v} short />
                    </dd>
                  </div>
                );
              })}
          </dl>
          <Suspense fallback={null}>
            <Timeline key={id} object={object} id={id} brief />
          </Suspense>
        </div>
      )}
    </aside>
  );
}
