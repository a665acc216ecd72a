import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { useObject, useObjects } from "../../api/queries";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";

interface Role {
  id?: string;
  name: string;
  label?: string;
  admin?: boolean;
  rights?: Record<string, Record<string, string>> | null;
  fields?: Record<string, Record<string, string>> | null;
}

const VERBS = ["view", "create", "edit", "delete", "assign", "share", "export", "import"];

/** What each role may do with each object, and over whose records. */
export default function Roles() {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: ["roles"], queryFn: admin.roles });
  const objects = useObjects().data?.objects ?? [];
  const user = useObject("user");
  const names = new Map(
    user?.fields
      .flatMap((f) => (f.name === "role" || f.name === "roles" ? (f.options ?? []) : []))
      .map((o) => [o.value, o.label]),
  );
  const nameOf = (r: Role) => r.label || names.get(r.name) || r.name;
  const objectName = (o: string) =>
    o === "*" ? t("roles.others") : objects.find((x) => x.name === o)?.label_plural || o;
  if (list.isPending) return <Skeleton rows={6} />;
  if (list.isError) return <ErrorState error={list.error} retry={() => list.refetch()} />;
  const roles = list.data as unknown as Role[];
  if (!roles.length) return <EmptyState title={t("none")} />;
  return (
    <>
      <p className="muted">{t("roles.text")}</p>
      {roles.map((r) => {
        const rights = Object.entries(r.rights ?? {});
        const hidden = Object.entries(r.fields ?? {}).flatMap(([o, fields]) =>
          Object.entries(fields)
            .filter(([, access]) => access !== "write")
            .map(([f, access]) => {
              const object = objects.find((x) => x.name === o);
              const label = object?.fields.find((x) => x.name === f)?.label ?? f;
              return `${objectName(o)} · ${label}: ${t(`roles.field.${access}`, { defaultValue: access })}`;
            }),
        );
        return (
          <section key={r.id ?? r.name} className="panel stack" aria-label={nameOf(r)}>
            <h2>{nameOf(r)}</h2>
            {r.admin ? (
              <p>{t("roles.admin")}</p>
            ) : (
              <div
                className="table-wrap"
                role="region"
                tabIndex={0}
                aria-label={t("roles.rights", { what: nameOf(r) })}
              >
                <table className="table">
                  <thead>
                    <tr>
                      <th>{t("object")}</th>
                      {VERBS.map((v) => (
                        <th key={v}>{t(`verb.${v}`)}</th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rights.map(([o, verbs]) => (
                      <tr key={o}>
                        <th scope="row">{objectName(o)}</th>
                        {VERBS.map((v) => (
                          <td key={v} className={verbs[v] && verbs[v] !== "none" ? "" : "muted"}>
                            {t(`scope.${verbs[v] || "none"}`, { defaultValue: verbs[v] })}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {hidden.length > 0 && <p className="muted">{hidden.join("；")}</p>}
          </section>
        );
      })}
    </>
  );
}
