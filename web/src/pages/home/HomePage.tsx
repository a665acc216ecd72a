import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useObjects } from "../../api/queries";
import { useUrl } from "../../hooks/useUrl";
import { longDate } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Who } from "../charts/who";
import { Birthdays } from "./Birthdays";
import { FirstSteps, useNothing } from "./FirstSteps";
import { FollowUps } from "./FollowUps";
import { Recent } from "./Recent";
import { Stages } from "./Stages";
import { Tasks } from "./Tasks";
import { useWhose } from "./useWhose";

const Funnel = lazy(() => import("../charts/Funnel"));
const Activities = lazy(() => import("../charts/Activities"));
const Silence = lazy(() => import("../charts/Silence"));

/** 工作台: what I should do now, and how my sales stand. */
export function HomePage() {
  const { t } = useTranslation();
  const me = useMe().data;
  const [, setUrl] = useUrl();
  const objects = useObjects().data?.objects ?? [];
  const of = (name: string) => objects.find((o) => o.name === name);
  const task = of("task");
  const customer = of("customer");
  const opportunity = of("opportunity");
  const activity = of("activity");
  const nothing = useNothing(customer);
  const { who, more, choose } = useWhose([customer, task, opportunity]);
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
        </div>
      </div>
      {customer && nothing && <FirstSteps customer={customer} admin={!!me?.admin} />}
      <div className="home-cols">
        <div className="home-col">
          {task && <Tasks object={task} who={who} />}
          {opportunity?.stage_field && <Stages object={opportunity} who={who} />}
        </div>
        <div className="home-col">
          {customer && <FollowUps object={customer} who={who} />}
          <Birthdays objects={[of("contact"), customer].filter((o) => !!o)} who={who} />
          <Recent objects={objects} />
        </div>
      </div>
      {!nothing && (
        <Suspense fallback={null}>
          {opportunity?.stage_field && <Funnel object={opportunity} />}
          {activity && <Activities object={activity} />}
          {customer && <Silence object={customer} />}
        </Suspense>
      )}
    </div>
  );
}
