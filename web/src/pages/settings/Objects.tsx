import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { ObjectDrawer } from "./ObjectDrawer";

/** The objects there are, built in and made here; an administrator makes more while all work. */
export default function Objects() {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const [open, setOpen] = useState<{ object?: ObjectMeta }>();
  const label = (name: string) => objects.find((o) => o.name === name)?.label ?? name;
  /** What stands in the place of a group for links: the two they link. */
  const ends = (o: ObjectMeta) =>
    (o.links ?? [])
      .map((end) => label(o.fields.find((f) => f.name === end)?.targets?.[0] ?? end))
      .join(" ↔ ");
  const place = (o: ObjectMeta) =>
    o.group === "settings" ? t("settings") : t(`group.${o.group}`, { defaultValue: o.group ?? "" });
  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.objects")}</h2>
        <Button
          small
          kind="primary"
          icon={<Icon name="plus" size={14} />}
          onClick={() => setOpen({})}
        >
          {t("objects.add")}
        </Button>
      </div>
      <p className="muted">{t("objects.text")}</p>
      <section className="table-wrap steady" tabIndex={0} aria-label={t("settings.objects")}>
        <table className="table">
          <thead>
            <tr>
              <th>{t("field.label")}</th>
              <th>{t("objects.group")}</th>
              <th className="num">{t("settings.fields")}</th>
              <th>
                <span className="sr-only">{t("actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted(objects).map((o) => (
              <tr key={o.name}>
                <td>
                  <span className="row nowrap">
                    <Icon name={o.icon || o.name} />
                    <Link
                      to="/settings/$section"
                      params={{ section: "fields" }}
                      search={{ object: o.name } as never}
                      className="strong"
                    >
                      {o.label}
                    </Link>
                    <span className="chip">{t(o.custom ? "field.custom" : "objects.builtin")}</span>
                  </span>
                </td>
                <td className="muted">{o.links ? ends(o) : place(o)}</td>
                <td className="num">{o.fields.filter((f) => !f.system).length}</td>
                <td>
                  <span className="row nowrap end">
                    {!o.links && o.group !== "settings" && (
                      <Link to="/o/$plural" params={{ plural: o.plural }}>
                        {t("open")}
                      </Link>
                    )}
                    {!o.links && (
                      <Link
                        to="/settings/$section"
                        params={{ section: "layouts" }}
                        search={{ object: o.name } as never}
                      >
                        {t("settings.layouts")}
                      </Link>
                    )}
                    {o.custom && (
                      <IconButton
                        label={t("edit.of", { what: o.label })}
                        onClick={() => setOpen({ object: o })}
                      >
                        <Icon name="edit" size={16} />
                      </IconButton>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {open && <ObjectDrawer object={open.object} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

/** One's own first: they are what one comes to change. */
const sorted = (all: ObjectMeta[]) => [
  ...all.filter((o) => o.custom),
  ...all.filter((o) => !o.custom),
];
