import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { useRelated } from "./Related";
import { partId, RelatedCount } from "./RelatedPart";

/** On a phone the parts of a record stand one below the other; these lead to each of them. */
export function Parts({
  id,
  related,
}: {
  id: string;
  related: { object: ObjectMeta; link: string; label: string }[];
}) {
  const { t } = useTranslation();
  return (
    <nav className="parts" aria-label={t("parts")}>
      <Part to="part-timeline">{t("timeline")}</Part>
      {related.map((r) => (
        <RelatedPart key={r.object.name + r.link} {...r} id={id} />
      ))}
      <Part to="part-about">{t("about")}</Part>
      <Part to="part-files">{t("file.attachments")}</Part>
    </nav>
  );
}

function RelatedPart({
  object,
  link,
  label,
  id,
}: {
  object: ObjectMeta;
  link: string;
  label: string;
  id: string;
}) {
  const list = useRelated(object, link, id);
  return (
    <Part to={partId(object.name, link)}>
      {label} <RelatedCount count={list.data?.count} />
    </Part>
  );
}

function Part({ to, children }: { to: string; children: React.ReactNode }) {
  return (
    <a
      href={`#${to}`}
      className="chip-btn"
      onClick={(e) => {
        // The address keeps the record; only the page moves.
        e.preventDefault();
        document.getElementById(to)?.scrollIntoView({ block: "start" });
      }}
    >
      {children}
    </a>
  );
}
