import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { upload } from "../../api/upload";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/**
 * A record begun with a picture, in one gesture: on a phone the camera opens, what it takes is sent
 * and waits to be typed.
 */
export function useCapture(objects: ObjectMeta[]) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const offered = objects.filter((o) => o.capture && o.access.create);

  function start(object: ObjectMeta) {
    const input = document.createElement("input");
    Object.assign(input, {
      type: "file",
      accept: "image/*",
      capture: "environment",
      multiple: true,
    });
    input.hidden = true;
    input.ariaLabel = t("capture.take");
    input.onchange = () => {
      void take(object, [...(input.files ?? [])]);
      input.remove();
    };
    input.oncancel = () => input.remove();
    // Safari opens none that is not on the page.
    document.body.append(input);
    input.click();
  }

  async function take(object: ObjectMeta, files: File[]) {
    if (!object.capture) return;
    for (const file of files) {
      toast(t("capture.sending"), { key: "capture" });
      try {
        const picture = await upload(file, () => {}, new AbortController().signal);
        await api.create(object.plural, { [object.capture.picture]: picture.id });
      } catch (e) {
        toast(errorText(e), {
          bad: true,
          key: "capture",
          action: {
            label: t("retry"),
            run: () => void take(object, files.slice(files.indexOf(file))),
          },
        });
        refresh(object.plural);
        return;
      }
    }
    refresh(object.plural);
    toast(t("capture.kept", { n: files.length }), {
      key: "capture",
      action: { label: t("capture.another"), run: () => start(object) },
    });
  }

  return { offered, start };
}
