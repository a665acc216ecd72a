import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { DUE, lateBy } from "../../lib/late";
import { Icon } from "../../ui/Icon";

/** A value of a list, marked when it is a day that has passed while something is left to do. */
export function Late({
  object,
  record,
  field,
  children,
}: {
  object: ObjectMeta;
  record: RecordData;
  field: Field;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  // Asked only where it can be: days are dear to find, and a list draws many.
  const late = DUE.includes(field.name) ? lateBy(object, record) : undefined;
  if (late?.field !== field.name) return <span>{children}</span>;
  const said = t("warn.late", { what: field.label, n: late.days });
  return (
    <span className="late-value" title={said}>
      <Icon name="warn" size={13} />
      {children}
      <span className="sr-only">{said}</span>
    </span>
  );
}
