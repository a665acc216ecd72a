import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { useObjects } from "../../api/queries";
import type { Reference } from "../../api/types";
import { listed } from "../../lib/format";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";

type Grants = Record<string, Record<string, string>> | null | undefined;

const VERBS = ["view", "create", "edit", "delete", "assign", "share", "export", "import"];

/** What each role may do with each object, and over whose records. */
export default function Roles() {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: ["roles"], queryFn: admin.roles });
  const objects = useObjects().data?.objects ?? [];
  const powers = new Map(objects.flatMap((o) => (o.powers ?? []).map((p) => [p.name, p.label])));
  const verbs = [...VERBS, ...powers.keys()];
  const objectName = (o: string, alone = false) =>
    o === "*"
      ? t(alone ? "roles.everything" : "roles.others")
      : objects.find((x) => x.name === o)?.label_plural || o;
  if (list.isPending) return <Skeleton rows={6} />;
  if (list.isError) return <ErrorState error={list.error} retry={() => list.refetch()} />;
  const roles = list.data;
  if (!roles.length) return <EmptyState title={t("none")} />;
  return (
    <>
      <p className="muted">{t("roles.text")}</p>
      {roles.map((r) => {
        const name = String(r.name ?? "");
        const rights = Object.entries((r.rights as Grants) ?? {});
        const chosen = (r.departments as Reference[] | null | undefined) ?? [];
        const hidden = Object.entries((r.field_access as Grants) ?? {}).flatMap(([o, fields]) =>
          Object.entries(fields)
            .filter(([, access]) => access !== "write")
            .map(([f, access]) => {
              const object = objects.find((x) => x.name === o);
              const label = object?.fields.find((x) => x.name === f)?.label ?? f;
              return `${objectName(o)} · ${label}: ${t(`roles.field.${access}`, { defaultValue: access })}`;
            }),
        );
        return (
          <section key={r.id} className="panel stack" aria-label={name}>
            <div>
              <h2>{name}</h2>
              {!!r.description && <p className="muted">{String(r.description)}</p>}
            </div>
            {r.administrator ? (
              <p>{t("roles.admin")}</p>
            ) : (
              <div
                className="table-wrap steady"
                role="region"
                tabIndex={0}
                aria-label={t("roles.rights", { what: name })}
              >
                <table className="table roles">
                  <thead>
                    <tr>
                      <th>{t("object")}</th>
                      {verbs.map((v) => (
                        <th key={v}>{powers.get(v) ?? t(`verb.${v}`)}</th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rights.map(([o, granted]) => (
                      <tr key={o}>
                        <th scope="row">{objectName(o, rights.length === 1)}</th>
                        {verbs.map((v) => (
                          <td
                            key={v}
                            className={granted[v] && granted[v] !== "none" ? "" : "muted"}
                          >
                            {t(`scope.${granted[v] || "none"}`, { defaultValue: granted[v] })}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {chosen.length > 0 && (
              <p className="muted">
                {t("scope.chosen")}: {listed(chosen.map((d) => d.label))}
              </p>
            )}
            {hidden.length > 0 && <p className="muted">{hidden.join("；")}</p>}
          </section>
        );
      })}
    </>
  );
}
