import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Count, ObjectMeta, RecordData, RecordPage } from "../../api/types";
import { grouped } from "../../lib/format";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

export const SHOWN = 6;

/** Where a part of a record's page stands. */
export const partId = (object: string, link: string) => `part-${object}-${link}`;

export function RelatedCount({ count: n }: { count: Count | undefined }) {
  if (!n || n.relation === "unknown") return null;
  return (
    <span className="muted count">
      {grouped(String(n.value))}
      {n.relation === "gte" ? "+" : ""}
    </span>
  );
}

/** A part of a record's page: the newest of another object that belong to it, how many, one more. */
export function RelatedPart({
  object,
  link,
  label,
  record,
  list,
  beside,
  add,
  above,
  below,
  row,
}: {
  object: ObjectMeta;
  link: string;
  label: string;
  record: RecordData;
  list: UseQueryResult<RecordPage>;
  /** What stands beside the name. */
  beside?: ReactNode;
  /** The button that adds one; none where one may not. */
  add?: { label: string; open?: boolean; run: () => void };
  above?: ReactNode;
  below?: ReactNode;
  row: (r: RecordData) => ReactNode;
}) {
  const { t } = useTranslation();
  const n = list.data?.count;
  const search = { f: JSON.stringify([[link, "eq", record.id]]) };
  return (
    <section id={partId(object.name, link)} className="panel related" aria-label={label}>
      <header>
        <h2>
          <Link to="/o/$plural" params={{ plural: object.plural }} search={search as never}>
            {label}
          </Link>{" "}
          <RelatedCount count={n} />
          {beside}
        </h2>
        {add && (
          <IconButton label={add.label} aria-expanded={add.open} onClick={add.run}>
            <Icon name="plus" size={16} />
          </IconButton>
        )}
      </header>
      {above}
      {list.isError ? (
        <p className="muted">{t("error.failed")}</p>
      ) : list.data?.records.length === 0 ? (
        <p className="muted">{t("none")}</p>
      ) : (
        <ul className="mini">{list.data?.records.map(row)}</ul>
      )}
      {n && n.value > SHOWN && (
        <Link to="/o/$plural" params={{ plural: object.plural }} search={search as never}>
          {t("home.all")}
        </Link>
      )}
      {below}
    </section>
  );
}
