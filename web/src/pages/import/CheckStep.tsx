import { useTranslation } from "react-i18next";
import type { Import, ObjectMeta } from "../../api/types";
import { grouped } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { Hand } from "./ImportPage";
import { UnknownValues } from "./MapStep";
import { Problems } from "./Problems";

/** What the dry run found: nothing has been written yet. */
export function CheckStep({ job, object, hand }: { job: Import; object: ObjectMeta; hand: Hand }) {
  const { t } = useTranslation();
  const failed = job.failed ?? 0;
  const warned = job.warned ?? 0;
  const good = job.rows - failed;
  const unknown = (job.columns ?? []).filter((c) => c.unknown_values?.length && c.field);
  return (
    <>
      <p className={`verdict ${failed ? "" : "good"}`}>
        <Icon name={failed ? "warn" : "check"} />
        {failed === 0
          ? t(warned > 0 ? "import.checked_partly" : "import.checked_good", {
              n: grouped(String(warned)),
            })
          : t(good > 0 ? "import.checked_bad" : "import.checked_all_bad", {
              n: grouped(String(failed)),
            })}
      </p>
      <Counts job={job} future />
      {unknown.length > 0 && (
        <section className="panel stack">
          <h2>{t("import.fix_values")}</h2>
          {unknown.map((c) => {
            const field = object.fields.find((f) => f.name === c.field);
            return (
              field && (
                <div key={c.index}>
                  <strong>{c.header}</strong>
                  <UnknownValues column={c} field={field} job={job} hand={hand} />
                </div>
              )
            );
          })}
          <div>
            <Button small disabled={hand.busy} onClick={() => hand.act("check")}>
              {t("import.check_again")}
            </Button>
          </div>
        </section>
      )}
      <Problems
        job={job}
        leaveOut={async (index) => {
          await hand.change({
            columns: [{ index, field: null }],
            mapping: { [String(index)]: "" },
          });
          await hand.act("check");
        }}
      />
      <div className="import-foot">
        <Button kind="primary" disabled={hand.busy || good <= 0} onClick={() => hand.act("run")}>
          {t("import.run", { n: grouped(String(good)) })}
        </Button>
        <Button onClick={hand.back}>{t("import.back")}</Button>
        {failed > 0 && good > 0 && (
          <span className="muted">{t("import.rest", { n: grouped(String(failed)) })}</span>
        )}
      </div>
    </>
  );
}

/** What became, or will become, of each row: these are all of them. */
export function Counts({ job, future }: { job: Import; future?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="tiles counts">
      {(["created", "updated", "continued", "skipped", "failed"] as const)
        .filter((k) => k !== "continued" || job.continued)
        .map((k) => (
          <div key={k} className={`tile ${k === "failed" && job.failed ? "tile-bad" : ""}`}>
            <strong>{grouped(String(job[k] ?? 0))}</strong>
            {t(future ? `import.will.${k}` : `import.${k}`)}
          </div>
        ))}
    </div>
  );
}
