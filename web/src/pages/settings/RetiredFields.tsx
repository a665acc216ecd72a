import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { admin, type RetiredField } from "../../api/admin";
import { queryClient } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** The fields taken out of use: each comes back with its values, or goes for good. */
export function RetiredFields({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const fields =
    useQuery({
      queryKey: ["objects", "retired", object.name],
      queryFn: () => admin.retiredFields(object.name),
    }).data?.fields ?? [];
  if (fields.length === 0) return null;

  async function settle(work: Promise<unknown>, told: string) {
    try {
      await work;
      toast(told);
    } catch (err) {
      toast(errorText(err), { bad: true });
    } finally {
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
    }
  }

  function drop(f: RetiredField) {
    const typed = window.prompt(t("field.drop_sure", { what: f.label, name: f.name }));
    if (typed === null) return;
    if (typed.trim() !== f.name) {
      toast(t("field.drop_other"), { bad: true });
      return;
    }
    void settle(admin.dropField(object.name, f.name), t("field.dropped", { what: f.label }));
  }

  return (
    <div className="stack">
      <h3>{t("fields.retired")}</h3>
      <p className="muted">{t("fields.retired_text")}</p>
      <div
        className="table-wrap steady"
        role="region"
        tabIndex={0}
        aria-label={t("fields.retired")}
      >
        <table className="table">
          <thead>
            <tr>
              <th>{t("field.label")}</th>
              <th>{t("field.type")}</th>
              <th className="only-desktop">{t("fields.retired_at")}</th>
              <th className="only-desktop">{t("fields.retired_by")}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {fields.map((f) => (
              <tr key={f.name}>
                <td>
                  {f.label} <span className="muted">{f.name}</span>
                </td>
                <td>{t(`type.${f.type}`, { defaultValue: f.type })}</td>
                <td className="only-desktop">{shortDateTime(f.at)}</td>
                <td className="only-desktop">{f.by}</td>
                <td>
                  <div className="row">
                    <Button
                      small
                      onClick={() =>
                        void settle(
                          admin.restoreField(object.name, f.name),
                          t("field.restored", { what: f.label }),
                        )
                      }
                    >
                      {t("field.restore")}
                    </Button>
                    <Button small kind="danger" onClick={() => drop(f)}>
                      {t("field.drop")}
                    </Button>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
