import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useObjects } from "../../api/queries";
import { useLayout } from "../../api/workbench";
import { useUrl } from "../../hooks/useUrl";
import { longDate } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Who } from "../charts/who";
import { FirstSteps, useNothing } from "./FirstSteps";
import { Grid } from "./Grid";
import "./home.css";
import { useWhose } from "./useWhose";
import { usualPage } from "./widgets";

const Editing = lazy(() => import("./Editing"));

/** Pictures of nothing are left out while there is nothing. */
const PICTURES = ["funnel", "activities", "silence"];

/** 工作台: what I should do now, and how my sales stand, as I or my role put it together. */
export function HomePage() {
  const { t } = useTranslation();
  const me = useMe().data;
  const [, setUrl] = useUrl();
  const [editing, setEditing] = useState(false);
  const objects = useObjects().data?.objects ?? [];
  const of = (name: string) => objects.find((o) => o.name === name);
  const task = of("task");
  const customer = of("customer");
  const opportunity = of("opportunity");
  const activity = of("activity");
  const nothing = useNothing(customer);
  const layout = useLayout();
  const { who, more, choose } = useWhose([customer, task, opportunity]);
  const usual = useMemo(() => usualPage(objects), [objects]);
  // Where it cannot be asked which page is mine, everybody's is better than none.
  const widgets = layout.data?.widgets ?? usual;
  const around = { objects, who };
  const known = !layout.isPending;
  return (
    <div className="page home">
      <div className="page-head">
        <div>
          <h1>{t("home.hello", { name: me?.user.name })}</h1>
          <p className="muted">{longDate()}</p>
        </div>
        <div className="row home-acts">
          {who && more && <Who label={t("home.whose")} value={who} onChange={choose} />}
          {[customer, activity, task].map(
            (o) =>
              o?.access.create && (
                <Button
                  key={o.name}
                  className="only-desktop"
                  icon={<Icon name={o.icon || o.name} size={16} />}
                  onClick={() => setUrl({ create: o.name }, { push: true })}
                >
                  {t("new.of", { what: o.label })}
                </Button>
              ),
          )}
          {known && !editing && (
            <Button
              kind="quiet"
              icon={<Icon name="columns" size={16} />}
              onClick={() => setEditing(true)}
            >
              {t("workbench.edit")}
            </Button>
          )}
        </div>
      </div>
      {customer && nothing && <FirstSteps customer={customer} admin={!!me?.admin} />}
      {editing ? (
        <Suspense fallback={<Grid widgets={widgets} around={around} />}>
          <Editing widgets={widgets} around={around} onDone={() => setEditing(false)} />
        </Suspense>
      ) : (
        known && (
          <Grid
            widgets={nothing ? widgets.filter((w) => !PICTURES.includes(w.kind)) : widgets}
            around={around}
          />
        )
      )}
    </div>
  );
}
