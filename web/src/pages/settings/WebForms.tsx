import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { RecordData } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { Secret } from "./Secret";
import { useRemoval } from "./useRemoval";

const WebFormDrawer = lazy(() => import("./WebFormDrawer"));

const PLURAL = "web_forms";

export const addressOf = (form: RecordData) => `${window.location.origin}/f/${form.token}`;

/** Forms for strangers: what they write becomes a lead. */
export default function WebForms() {
  const { t } = useTranslation();
  const list = useQuery({
    queryKey: ["list", PLURAL, "settings"],
    queryFn: ({ signal }) => api.list(PLURAL, { sort: "name", limit: 500, count: "none" }, signal),
  });
  const [editing, setEditing] = useState<RecordData | "new">();
  const [shown, setShown] = useState("");
  const remove = useRemoval(PLURAL);
  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.forms")}</h2>
        <Button small kind="primary" onClick={() => setEditing("new")}>
          {t("forms.new")}
        </Button>
      </div>
      <p className="muted">{t("forms.text")}</p>
      {list.isPending ? (
        <Skeleton rows={3} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : list.data.records.length === 0 ? (
        <EmptyState title={t("forms.none")} />
      ) : (
        <ul className="rows">
          {list.data.records.map((r) => (
            <li key={r.id}>
              <Icon name="globe" />
              <div className="grow stack tight">
                <div>
                  {String(r.name)}{" "}
                  {!r.active && <span className="chip">{t("assignment.off")}</span>}
                </div>
                <div className="muted">{String(r.title)}</div>
                {shown === r.id && (
                  <>
                    <div className="help">{t("forms.link")}</div>
                    <Secret value={addressOf(r)} />
                    <div className="help">{t("forms.embed")}</div>
                    <Secret
                      value={`<iframe src="${addressOf(r)}/embed" title="${attribute(String(r.title))}" width="100%" height="720" style="border:0"></iframe>`}
                    />
                  </>
                )}
              </div>
              <Button
                small
                aria-expanded={shown === r.id}
                onClick={() => setShown(shown === r.id ? "" : r.id)}
              >
                {t("forms.publish")}
              </Button>
              <a
                className="btn btn-small"
                href={addressOf(r)}
                target="_blank"
                rel="noreferrer noopener"
              >
                {t("open")}
              </a>
              <IconButton
                label={t("edit.of", { what: String(r.name) })}
                onClick={() => setEditing(r)}
              >
                <Icon name="edit" />
              </IconButton>
              <IconButton
                label={t("remove.what", { what: String(r.name) })}
                onClick={() => {
                  if (window.confirm(t("forms.sure", { what: String(r.name) }))) void remove(r);
                }}
              >
                <Icon name="trash" />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <Suspense fallback={null}>
          <WebFormDrawer
            form={editing === "new" ? undefined : editing}
            onSaved={(id) => setShown(id)}
            onClose={() => setEditing(undefined)}
          />
        </Suspense>
      )}
    </section>
  );
}

const attribute = (s: string) =>
  s.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
