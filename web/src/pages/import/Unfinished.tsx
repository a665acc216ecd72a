import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { grouped, shortDateTime } from "../../lib/format";
import { Icon } from "../../ui/Icon";

const OPEN = ["ready", "checking", "checked", "running", "undoing"];
const SHOWN = 3;
// What was left for longer is not meant to be gone on with.
const KEPT = 7 * 86_400_000;

/** Imports that were begun and left: each goes on where it was. */
export function Unfinished({ objects }: { objects: ObjectMeta[] }) {
  const { t } = useTranslation();
  const mine = useQuery({
    queryKey: ["import", "mine"],
    queryFn: api.imports,
    retry: false,
    staleTime: 0,
  });
  const open = (mine.data?.imports ?? [])
    .filter((i) => Date.now() - Date.parse(i.created_at) < KEPT)
    .filter((i) => OPEN.includes(i.state) && objects.some((o) => o.name === i.object))
    .slice(0, SHOWN);
  if (!open.length) return null;
  return (
    <section className="panel" aria-labelledby="import-unfinished">
      <h2 id="import-unfinished">{t("import.unfinished")}</h2>
      <ul className="rows">
        {open.map((i) => (
          <li key={i.id}>
            <Icon name="file" size={16} />
            <span className="grow">
              <strong>{i.file_name}</strong>{" "}
              <span className="muted">
                {[
                  objects.find((o) => o.name === i.object)?.label_plural,
                  t("import.rows", { n: grouped(String(i.rows)) }),
                  t(`import.left.${i.state}`),
                  shortDateTime(i.created_at),
                ].join(" · ")}
              </span>
            </span>
            <Link to="/import" search={{ id: i.id }} className="btn btn-small">
              {t("import.go_on")}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
