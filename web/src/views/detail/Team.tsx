import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData, Reference } from "../../api/types";
import { PersonFace } from "../../fields/picture/PersonFace";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { detail } from "./api";

const Shares = lazy(() => import("./Shares").then((m) => ({ default: m.Shares })));

/** Who works on a record: its owner, and those it is shared with, in the roles they have. */
export function Team({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const list = useQuery({
    queryKey: ["shares", object.plural, record.id],
    queryFn: () => detail.shares(object.plural, record.id),
    retry: false,
  });
  const owner = record.owner as Reference | null | undefined;
  const may = record._can?.share ?? !!object.access.share;
  const members = list.data?.shares ?? [];
  if (!owner?.label && !members.length) return null;
  return (
    <section className="panel" aria-labelledby="team">
      <div className="panel-head">
        <h2 id="team">{t("team")}</h2>
        {may && (
          <IconButton label={t("team.add")} onClick={() => setOpen(true)}>
            <Icon name="plus" size={14} />
          </IconButton>
        )}
      </div>
      <ul className="mini">
        {owner?.label && (
          <li className="row nowrap">
            <PersonFace id={owner.id} name={owner.label} />
            <span className="grow">{owner.label}</span>
            <span className="muted">{object.fields.find((f) => f.name === "owner")?.label}</span>
          </li>
        )}
        {members.map((s) => {
          const name = s.user?.name ?? s.department?.name ?? "";
          return (
            <li key={s.id} className="row nowrap">
              {s.user ? <PersonFace id={s.user.id} name={name} /> : <Icon name="tree" size={16} />}
              <span className="grow">{name}</span>
              <span className="muted">{s.role || t(s.write ? "share.write" : "share.read")}</span>
            </li>
          );
        })}
      </ul>
      <Suspense fallback={null}>
        {open && <Shares object={object} id={record.id} may={may} onClose={() => setOpen(false)} />}
      </Suspense>
    </section>
  );
}
