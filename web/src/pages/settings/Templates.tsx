import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh, useMe, useObject } from "../../api/queries";
import type { RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { useUrl } from "../../hooks/useUrl";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { useRemoval } from "./useRemoval";

const FormDrawer = lazy(() => import("../../views/form/FormDrawer"));
const PLURAL = "log_templates";

/** What one writes again and again of calls and visits: mine, and the company's. */
export default function Templates() {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  const object = useObject(PLURAL);
  const admin = !!useMe().data?.admin;
  const [editing, setEditing] = useState<RecordData>();
  const remove = useRemoval(PLURAL);
  const list = useQuery({
    queryKey: ["list", PLURAL, "settings"],
    queryFn: ({ signal }) => api.list(PLURAL, { sort: "name", limit: 200, count: "none" }, signal),
  });
  const kind = object?.fields.find((f) => f.name === "kind");
  const KindText = kind && fieldType(kind).Display;
  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.templates")}</h2>
        {object?.access.create && (
          <Button
            small
            kind="primary"
            onClick={() => setUrl({ create: object.name, preset: "{}" }, { push: true })}
          >
            {t("new.of", { what: object.label })}
          </Button>
        )}
      </div>
      <p className="muted">{t("templates.text")}</p>
      {list.isPending ? (
        <Skeleton rows={3} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : list.data.records.length === 0 ? (
        <EmptyState title={t("templates.none")} />
      ) : (
        <ul className="rows">
          {list.data.records.map((r) => {
            const mine = admin || r.shared !== true;
            return (
              <li key={r.id}>
                <div className="grow">
                  <div>
                    {String(r.name)}{" "}
                    {!!r.kind && kind && KindText && <KindText field={kind} value={r.kind} short />}{" "}
                    {r.shared === true && <span className="chip">{t("templates.shared")}</span>}
                  </div>
                  <div className="muted ellipsis">
                    {[r.result, r.next_step && `→ ${r.next_step}`].filter(Boolean).join(" ")}
                  </div>
                </div>
                {mine && (
                  <>
                    <IconButton
                      label={t("edit.of", { what: String(r.name) })}
                      onClick={() => setEditing(r)}
                    >
                      <Icon name="edit" size={16} />
                    </IconButton>
                    <IconButton
                      label={t("remove.what", { what: String(r.name) })}
                      onClick={() => void remove(r)}
                    >
                      <Icon name="trash" size={16} />
                    </IconButton>
                  </>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {editing && object && (
        <Suspense fallback={null}>
          <FormDrawer
            object={object.name}
            record={editing}
            onClose={() => {
              setEditing(undefined);
              refresh(PLURAL);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}
