import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { MergeButton, MergeForm, useMerging } from "./MergeForm";

/** Some records become one; what of each stays is chosen side by side. */
export function MergeDialog({
  object,
  ids,
  onDone,
  onClose,
}: {
  object: ObjectMeta;
  ids: string[];
  onDone?: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const state = useMerging(object, ids);
  return (
    <Drawer
      shape="page"
      title={t("merge.title", { n: ids.length, what: object.label })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <MergeButton
            state={state}
            onDone={() => {
              const id = state.preview?.winner ?? "";
              onClose();
              if (onDone) onDone();
              else navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id } });
            }}
          />
        </>
      }
    >
      <MergeForm object={object} state={state} />
    </Drawer>
  );
}
