import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Duplicates } from "../../api/merge";
import type { ObjectMeta } from "../../api/types";
import { useSettled } from "../../hooks/useSettled";
import { Icon } from "../../ui/Icon";
import { useWhy } from "../merge/why";
import { comparable, duplicatesOf } from "./duplicates";

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
    queryFn: ({ signal }) => duplicatesOf(object, JSON.parse(asked), except, signal),
    enabled: asked !== "{}",
    staleTime: 60_000,
    retry: false,
  });
  const told = asked !== "{}" && found.data;
  return (
    <div role="status">
      {told && (told.candidates.length > 0 || told.hidden > 0) && (
        <div className="notice notice-warn">
          <div className="row">
            <Icon name="warn" size={16} />
            <strong>{t("duplicate.of")}</strong>
          </div>
          <DuplicateList object={object} found={told} />
        </div>
      )}
    </div>
  );
}

/** Who may be the same, each with its owner and in what they meet. */
export function DuplicateList({ object, found }: { object: ObjectMeta; found: Duplicates }) {
  const { t } = useTranslation();
  const why = useWhy(object);
  return (
    <>
      {found.candidates.length > 0 && (
        <ul>
          {found.candidates.slice(0, 5).map((c) => (
            <li key={c.id}>
              <Link
                to="/o/$plural/$id"
                params={{ plural: object.plural, id: c.id }}
                target="_blank"
              >
                {c.label}
              </Link>{" "}
              <span className="muted">
                {[c.owner, ...(c.matched ?? []).map(why)].filter(Boolean).join(" · ")}
              </span>
            </li>
          ))}
        </ul>
      )}
      {found.hidden > 0 && <p className="muted">{t("duplicate.hidden", { n: found.hidden })}</p>}
    </>
  );
}
