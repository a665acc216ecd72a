import { useTranslation } from "react-i18next";
import type { Twins } from "../../api/problem";
import { useObjects } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { DuplicateList } from "./DuplicateHints";

/** A write that a rule refuses as a duplicate: what is there, and a reason to save nevertheless. */
export function Blocked({
  twins,
  reason,
  setReason,
  busy,
  onSave,
}: {
  twins: Twins;
  reason: string;
  setReason: (reason: string) => void;
  busy: boolean;
  onSave: () => void;
}) {
  const { t } = useTranslation();
  const object = useObjects().data?.objects.find((o) => o.name === twins.object);
  return (
    <div className="notice notice-bad" role="alert">
      <div className="row">
        <Icon name="warn" size={16} />
        <strong>{t("duplicate.blocked")}</strong>
      </div>
      {object && <DuplicateList object={object} found={twins} />}
      {twins.override ? (
        <div className="field">
          <label htmlFor="duplicate-reason">{t("duplicate.reason")}</label>
          <div className="row nowrap">
            <Input
              id="duplicate-reason"
              value={reason}
              maxLength={500}
              onChange={(e) => setReason(e.target.value)}
            />
            <Button disabled={busy || !reason.trim()} onClick={onSave}>
              {t("duplicate.anyway")}
            </Button>
          </div>
        </div>
      ) : (
        <p className="muted">{t("duplicate.no_override")}</p>
      )}
    </div>
  );
}
