import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { queryClient, refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { Files } from "../../fields/file/Files";
import { Uploader, useUploads } from "../../fields/file/Uploader";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

/** The files attached to a record; one dropped anywhere on its page is attached. */
export function Attachments({
  object,
  id,
  editable,
}: {
  object: ObjectMeta;
  id: string;
  editable: boolean;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [over, setOver] = useState(false);
  const key = ["attachments", object.plural, id];
  const list = useQuery({ queryKey: key, queryFn: () => api.files(object.plural, id) });
  const changed = () => {
    queryClient.invalidateQueries({ queryKey: key });
    refresh(object.plural, id);
  };
  const uploads = useUploads(async (f) => {
    try {
      await api.attach(object.plural, id, [f.id]);
      changed();
    } catch (e) {
      toast(errorText(e), {
        action: {
          label: t("retry"),
          run: async () => {
            await api.attach(object.plural, id, [f.id]);
            changed();
          },
        },
      });
    }
  });
  const { add } = uploads;
  useEffect(() => {
    if (!editable) return;
    const carries = (e: DragEvent) => !!e.dataTransfer?.types.includes("Files");
    const drag = (e: DragEvent) => {
      if (!carries(e)) return;
      e.preventDefault();
      setOver(true);
    };
    const leave = (e: DragEvent) => {
      if (!e.relatedTarget) setOver(false);
    };
    const drop = (e: DragEvent) => {
      setOver(false);
      if (!carries(e) || e.defaultPrevented) return;
      e.preventDefault();
      add(e.dataTransfer?.files ?? []);
    };
    document.addEventListener("dragover", drag);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", drag);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, [editable, add]);
  const files = list.data?.files ?? [];
  return (
    <section
      className={`panel related ${over ? "dropping" : ""}`}
      aria-label={t("file.attachments")}
    >
      <header>
        <h2>
          {t("file.attachments")}{" "}
          {files.length > 0 && <span className="muted count">{files.length}</span>}
        </h2>
      </header>
      <div className="stack tight">
        {list.isError ? (
          <p className="muted">{t("error.failed")}</p>
        ) : files.length === 0 && !editable ? (
          <p className="muted">{t("none")}</p>
        ) : (
          <Files
            files={files}
            remove={
              editable
                ? async (f) => {
                    try {
                      await api.detach(object.plural, id, f.id);
                      changed();
                      toast(t("file.removed", { name: f.name }), {
                        action: {
                          label: t("undo"),
                          run: async () => {
                            await api.attach(object.plural, id, [f.id]);
                            changed();
                          },
                        },
                      });
                    } catch (e) {
                      toast(errorText(e));
                    }
                  }
                : undefined
            }
          />
        )}
        {editable && <Uploader uploads={uploads} many />}
      </div>
    </section>
  );
}
