import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { Field, ObjectMeta } from "../../api/types";
import { listed } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState } from "../../ui/State";
import { FieldDrawer } from "./FieldDrawer";
import { ObjectSelect, useChosenObject } from "./ObjectSelect";
import { RetiredFields } from "./RetiredFields";

/** The fields of an object; an administrator adds one while everybody works. */
export default function Fields() {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const object = useChosenObject(objects);
  const [open, setOpen] = useState<{ field?: Field }>();
  if (!object) return <EmptyState title={t("none")} />;
  return (
    <section className="panel stack">
      <div className="panel-head">
        <div className="row">
          <h2>{t("settings.fields")}</h2>
          <ObjectSelect objects={objects} object={object} />
        </div>
        <Button
          small
          kind="primary"
          icon={<Icon name="plus" size={14} />}
          onClick={() => setOpen({})}
        >
          {t("field.add")}
        </Button>
      </div>
      <p className="muted">{t("fields.text")}</p>
      <div
        className="table-wrap steady"
        role="region"
        tabIndex={0}
        aria-label={t("fields.of", { what: object.label })}
      >
        <table className="table">
          <thead>
            <tr>
              <th>{t("field.label")}</th>
              <th>{t("field.type")}</th>
              <th>{t("field.options")}</th>
              <th className="only-desktop">{t("field.name")}</th>
            </tr>
          </thead>
          <tbody>
            {sorted(object).map((f) => (
              <tr key={f.name}>
                <td>
                  {f.custom || f.options?.length ? (
                    <button
                      type="button"
                      className="link-btn strong"
                      onClick={() => setOpen({ field: f })}
                    >
                      {f.label}
                    </button>
                  ) : (
                    f.label
                  )}{" "}
                  {f.required && <span className="chip">{t("field.required")}</span>}{" "}
                  {f.custom && <span className="chip">{t("field.custom")}</span>}
                </td>
                <td>{t(`type.${f.type}`, { defaultValue: f.type })}</td>
                <td className="muted clip" title={listed((f.options ?? []).map((o) => o.label))}>
                  {listed(
                    f.options?.map((o) => o.label) ??
                      (f.targets ?? []).map((n) => objects.find((o) => o.name === n)?.label ?? n),
                  )}
                </td>
                <td className="muted only-desktop">{f.name}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <RetiredFields object={object} />
      {open && (
        <FieldDrawer
          key={open.field?.name ?? ""}
          object={object}
          field={open.field}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  );
}

/** One's own fields first: they are what one comes to change. */
const sorted = (o: ObjectMeta) => [
  ...o.fields.filter((f) => f.custom),
  ...o.fields.filter((f) => !f.custom),
];
