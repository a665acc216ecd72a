import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { writable } from "../../lib/records";
import { stageOf } from "../../lib/stages";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** What is to be done in the stage a record is in; a tick is saved at once. */
export function Checklist({
  object,
  record,
  canEdit,
  save,
}: {
  object: ObjectMeta;
  record: RecordData;
  canEdit: boolean;
  save: (values: Record<string, unknown>) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const field = object.fields.find((f) => f.name === object.checks_field);
  const stage = stageOf(object, record);
  const items = stage?.checklist ?? [];
  if (!field || !stage || !items.length) return null;
  const value = record[field.name];
  const done = Array.isArray(value) ? (value as string[]) : [];
  const n = items.filter((c) => done.includes(c.value)).length;
  const may = canEdit && writable(field);
  return (
    <section className="panel" aria-labelledby="stage-checks">
      <div className="panel-head">
        <h2 id="stage-checks">{t("stage.checks_of", { stage: stage.label })}</h2>
        <span className="muted num">
          {n} / {items.length}
        </span>
      </div>
      <ul className="checks">
        {items.map((c) => (
          <li key={c.value}>
            <label className="check">
              <input
                type="checkbox"
                checked={done.includes(c.value)}
                disabled={!may}
                onChange={(e) => {
                  const next = e.target.checked
                    ? [...done, c.value]
                    : done.filter((x) => x !== c.value);
                  save({ [field.name]: next }).catch((err) => toast(errorText(err), { bad: true }));
                }}
              />
              <span>{c.label}</span>
              {c.required && <span className="muted">{t("stage.check_required")}</span>}
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}
