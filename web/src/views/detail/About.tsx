import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { usePhone } from "../../hooks/useMedia";
import { applies, isEmpty, isSum, sectionsOf, writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { byField, useRecordDoubts } from "../form/useDoubts";
import { InlineField } from "./InlineField";

/** What is known of a record, section by section. A phone shows what there is first. */
export function About({
  object,
  record,
  canEdit,
  save,
}: {
  object: ObjectMeta;
  record: RecordData;
  canEdit: boolean;
  save: (values: Record<string, unknown>, version?: unknown) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const phone = usePhone();
  const doubts = byField(useRecordDoubts(object, record.id, record.version));
  const [all, setAll] = useState(false);
  const sections = sectionsOf(object).map((s) => ({
    ...s,
    fields: s.fields.filter((f) => applies(f, record)),
  }));
  const short = phone && !all;
  const empty = sections.flatMap((s) => s.fields).filter((f) => isEmpty(record[f.name]));
  return (
    <>
      {sections.map((s, i) => {
        const fields = short ? s.fields.filter((f) => !empty.includes(f)) : s.fields;
        return (
          fields.length > 0 && (
            <section key={i} className="panel">
              <h2>{s.label || t("about")}</h2>
              <dl className="about">
                {fields.map((f) => (
                  <InlineField
                    key={f.name}
                    object={object}
                    id={record.id}
                    field={f}
                    warning={doubts[f.name]}
                    value={record[f.name]}
                    version={record.version}
                    editable={canEdit && writable(f) && !isSum(object, f, record)}
                    save={(v, version) => save({ [f.name]: v }, version)}
                  />
                ))}
              </dl>
            </section>
          )
        );
      })}
      {phone && empty.length > 0 && (
        <Button onClick={() => setAll(!all)} aria-expanded={all}>
          {t(all ? "about.less" : "about.more", { n: empty.length })}
        </Button>
      )}
    </>
  );
}
