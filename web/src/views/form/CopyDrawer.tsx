import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useObject, useRecord } from "../../api/queries";
import { recordTitle } from "../../lib/records";
import { Drawer } from "../../ui/Drawer";
import { ErrorState, Skeleton } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { copyOf } from "./copy";
import FormDrawer from "./FormDrawer";

/** The form of a new record that begins as another one is. */
export default function CopyDrawer({
  object: name,
  id,
  onClose,
}: {
  object: string;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const object = useObject(name);
  const record = useRecord(object?.plural ?? "", id);
  const preset = useMemo(
    () =>
      object && record.data
        ? JSON.stringify(copyOf(object, record.data, (what) => t("copy.name", { what })))
        : undefined,
    [object, record.data?.id],
  );
  const navigate = useNavigate();
  const made = useRef(false);
  if (object && preset) {
    return (
      <FormDrawer
        object={name}
        preset={preset}
        onMade={(r) => {
          made.current = true;
          toast(t("created", { what: recordTitle(object, r) }));
          void navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: r.id } });
        }}
        onClose={() => {
          if (!made.current) onClose();
        }}
      />
    );
  }
  return (
    <Drawer title={t("copy")} onClose={onClose}>
      {record.isError ? (
        <ErrorState error={record.error} retry={() => record.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Drawer>
  );
}
