import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { queryClient } from "../../api/queries";
import type { Me } from "../../api/types";
import { type FileRef, fileUrl } from "../../api/upload";
import { Uploader, useUploads } from "../../fields/file/Uploader";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Avatar, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** One's own photo; it takes effect at once. */
export function Photo({ user }: { user: Me["user"] }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  async function change(photo: FileRef | null) {
    try {
      const me = await api.patchMe({ photo: photo?.id ?? null });
      if (me) queryClient.setQueryData(["me"], me);
      queryClient.invalidateQueries({ queryKey: ["faces"] });
      toast(t("saved"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  const uploads = useUploads(change);
  return (
    <FieldBox id="photo" label={t("photo")} help={t("photo.help")}>
      <div className="row nowrap">
        <Avatar name={user.name} picture={user.photo ? fileUrl(user.photo, 96) : undefined} large />
        <Uploader id="photo" uploads={uploads} accept="image/png,image/jpeg,image/gif,image/webp" />
        {user.photo && (
          <Button small onClick={() => change(null)}>
            {t("photo.remove")}
          </Button>
        )}
      </div>
    </FieldBox>
  );
}
