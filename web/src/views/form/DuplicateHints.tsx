import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { useSettled } from "../../hooks/useSettled";
import { Icon } from "../../ui/Icon";
import { comparable, type Duplicate, duplicatesOf } from "./duplicates";

/** While a name or telephone is typed: who may be there already. Waits for an input method. */
export function DuplicateHints({
  object,
  values,
  touched,
  except,
}: {
  object: ObjectMeta;
  values: Record<string, unknown>;
  touched: boolean;
  except?: string;
}) {
  const { t } = useTranslation();
  const wanted = touched ? JSON.stringify(comparable(object, values)) : "{}";
  const asked = useSettled(wanted, "{}");
  const found = useQuery({
    queryKey: ["duplicates", object.plural, asked, except],
    queryFn: () => duplicatesOf(object, JSON.parse(asked), except),
    enabled: asked !== "{}",
    staleTime: 60_000,
    retry: false,
  });
  const all = asked === "{}" ? [] : (found.data?.candidates ?? []);
  const hidden = asked === "{}" ? 0 : (found.data?.hidden ?? 0);
  return (
    <div role="status">
      {(all.length > 0 || hidden > 0) && (
        <div className="notice notice-warn">
          <div className="row">
            <Icon name="warn" size={16} />
            <strong>{t("duplicate.of")}</strong>
          </div>
          <ul>
            {all.slice(0, 5).map((c) => (
              <li key={c.id}>
                <Link
                  to="/o/$plural/$id"
                  params={{ plural: object.plural, id: c.id }}
                  target="_blank"
                >
                  {c.label}
                </Link>{" "}
                <span className="muted">
                  {[
                    ownerOf(c),
                    ...(c.matched ?? []).map(
                      (n) => object.fields.find((f) => f.name === n)?.label ?? n,
                    ),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ul>
          {hidden > 0 && <p className="muted">{t("duplicate.hidden", { n: hidden })}</p>}
        </div>
      )}
    </div>
  );
}

const ownerOf = (c: Duplicate): string =>
  typeof c.owner === "string" ? c.owner : (c.owner?.label ?? c.owner?.name ?? "");
