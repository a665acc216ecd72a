import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordData } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { About } from "./About";

/** Customers one after another, each with a way to log what was done. */
export function CustomerRows({
  object,
  records,
  who,
  none,
  when,
}: {
  object: ObjectMeta;
  records: RecordData[];
  who: string | undefined;
  /** Said where there are none. */
  none: string;
  when: (r: RecordData) => ReactNode;
}) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  if (!records.length) {
    return (
      <p className="muted empty-line">
        <Icon name="check" size={14} /> {none}
      </p>
    );
  }
  const level = object.fields.find((f) => f.name === "level");
  const levels = new Map((level?.options ?? []).map((o) => [o.value, o.label]));
  const follow = (r: RecordData) =>
    setUrl(
      {
        create: "activity",
        preset: JSON.stringify({
          customer: { id: r.id, object: object.name, label: recordTitle(object, r) },
        }),
      },
      { push: true },
    );
  return (
    <ul className="todo">
      {records.map((r) => (
        <li key={r.id}>
          <div className="grow">
            <Link
              className="strong plain-link"
              to="/o/$plural/$id"
              params={{ plural: object.plural, id: r.id }}
            >
              {recordTitle(object, r)}
            </Link>
            <About text={levels.get(String(r.level))} record={r} owner={who !== "me"} />
          </div>
          {when(r)}
          <Button
            small
            aria-label={t("follow.log_of", { what: recordTitle(object, r) })}
            onClick={() => follow(r)}
          >
            {t("follow.log")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
