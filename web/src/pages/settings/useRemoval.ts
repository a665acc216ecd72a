import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh } from "../../api/queries";
import type { RecordData } from "../../api/types";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** Puts a record of the settings into the recycle bin, and offers to take that back. */
export function useRemoval(plural: string): (record: RecordData) => Promise<void> {
  const { t } = useTranslation();
  const errorText = useErrorText();
  async function tried(work: Promise<unknown>) {
    try {
      await work;
      refresh(plural);
      return true;
    } catch (e) {
      toast(errorText(e), { bad: true });
      return false;
    }
  }
  return async (record) => {
    if (!(await tried(api.remove(plural, record.id)))) return;
    toast(t("deleted", { what: String(record.name) }), {
      action: { label: t("undo"), run: () => void tried(api.restore(plural, record.id)) },
    });
  };
}
