import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Import, ProblemGroup } from "../../api/types";
import { grouped } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

const SHOWN = 20;

/** Problems of one kind together, the most frequent first. */
export function groupsOf(job: Import): ProblemGroup[] {
  if (job.groups) return [...job.groups].sort((a, b) => b.count - a.count);
  const by = new Map<string, ProblemGroup & { rows: number[] }>();
  for (const p of job.problems ?? []) {
    const key = `${p.column ?? ""} ${p.message}`;
    const g = by.get(key) ?? {
      column: p.column === undefined || p.column === null ? null : String(p.column),
      code: p.code,
      message: p.message,
      count: 0,
      rows: [],
    };
    g.count++;
    if (g.rows.length < SHOWN) g.rows.push(p.row);
    by.set(key, g);
  }
  return [...by.values()].sort((a, b) => b.count - a.count);
}

export function Problems({ job, leaveOut }: { job: Import; leaveOut?: (index: number) => void }) {
  const { t } = useTranslation();
  const groups = groupsOf(job);
  if (!groups.length) return null;
  return (
    <section className="panel stack" aria-labelledby="problems-title">
      <div className="panel-head">
        <h2 id="problems-title">{t("import.problems")}</h2>
        <a className="btn btn-small" href={api.importProblemsUrl(job.id)} download>
          <Icon name="download" size={14} />
          {t("import.download")}
        </a>
      </div>
      <ul className="problems">
        {groups.map((g, i) => {
          const column = leaveOut && job.columns.find((c) => c.field && c.header === g.column);
          return (
            <li key={`${g.column} ${g.code} ${i}`}>
              <details open={groups.length <= 3}>
                <summary>
                  {g.column && <span className="chip">{g.column}</span>} {g.message}{" "}
                  <span className="muted">{t("import.rows", { n: grouped(String(g.count)) })}</span>
                </summary>
                <p className="muted">
                  {(g.rows ?? [])
                    .slice(0, SHOWN)
                    .map((r) => {
                      const { row, value } = typeof r === "number" ? { row: r, value: "" } : r;
                      return t("import.row", { n: row }) + (value ? ` “${value}”` : "");
                    })
                    .join(t("list.comma"))}
                  {g.count > Math.min(SHOWN, g.rows?.length ?? 0) && " …"}
                </p>
                {column && (
                  <Button small onClick={() => leaveOut(column.index)}>
                    {t("import.leave_out", { what: column.header })}
                  </Button>
                )}
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
