import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { queryClient, refresh, useObject } from "../../api/queries";
import type { ObjectMeta, RecordData, RecordPage, Reference } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { dayOf, daysBetween, shortDateTime, today } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { both, whoChips, whoFilter } from "../charts/who";
import { About } from "./About";

const PAGE = 30;
const GROUPS = ["overdue", "today", "soon", "later"] as const;

function groupOf(r: RecordData): (typeof GROUPS)[number] {
  if (!r.due_at) return "later";
  const n = daysBetween(today(), dayOf(new Date(String(r.due_at))));
  return n < 0 ? "overdue" : n === 0 ? "today" : n <= 7 ? "soon" : "later";
}

/** Open tasks, mine or those of others, what is late first; a tick finishes one at once. */
export function Tasks({ object, who }: { object: ObjectMeta; who: string | undefined }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [, setUrl] = useUrl();
  const key = ["home", "tasks", who];
  const page = (more: string, signal: AbortSignal) =>
    api.list(
      object.plural,
      {
        filter: both(whoFilter(who ?? ""), `done = FALSE${more}`),
        sort: "due_at",
        limit: PAGE,
        count: "none",
      },
      signal,
    );
  const list = useQuery({
    queryKey: key,
    enabled: !!who,
    queryFn: ({ signal }) => page("", signal),
    retry: false,
  });
  const first = list.data?.records ?? [];
  // Whoever is far behind still sees what today asks for.
  const late = first.length >= PAGE && first.every((r) => groupOf(r) === "overdue");
  const ahead = useQuery({
    queryKey: [...key, "ahead"],
    enabled: late,
    queryFn: ({ signal }) => page(" AND due_at >= today()", signal),
    retry: false,
  });
  const logs = useObject("activity")?.access.create;
  /** What came of a task is written down, and that finishes it. */
  const log = (r: RecordData) =>
    setUrl(
      {
        create: "activity",
        preset: JSON.stringify({
          task: { id: r.id, object: object.name, label: recordTitle(object, r) },
        }),
      },
      { push: true },
    );
  async function finish(r: RecordData, done: boolean) {
    const before = queryClient.getQueriesData<RecordPage>({ queryKey: key });
    if (done) {
      for (const [k, data] of before) {
        if (!data) continue;
        queryClient.setQueryData(k, {
          ...data,
          records: data.records.filter((x) => x.id !== r.id),
        });
      }
    }
    try {
      await api.patch(object.plural, r.id, { done });
      if (done) {
        toast(t("tasks.done", { what: recordTitle(object, r) }), {
          action: { label: t("undo"), run: () => void finish(r, false) },
        });
      }
    } catch (e) {
      for (const [k, data] of before) queryClient.setQueryData(k, data);
      toast(errorText(e), { bad: true });
    }
    refresh(object.plural, r.id);
  }
  const all = late ? [...first, ...(ahead.data?.records ?? [])] : first;
  return (
    <section className="panel" aria-labelledby="home-tasks">
      <header>
        <h2 id="home-tasks">{who === "me" ? t("home.tasks") : object.label_plural}</h2>
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          search={{
            f: JSON.stringify([...whoChips(who ?? "me"), ["done", "eq", "false"]]),
            sort: "due_at",
          }}
          aria-label={t("home.all_of", { what: object.label_plural })}
        >
          {t("home.all")}
        </Link>
      </header>
      {list.isPending ? (
        <Skeleton rows={4} />
      ) : list.isError ? (
        <p className="muted">{errorText(list.error)}</p>
      ) : all.length === 0 ? (
        <div className="empty-box">
          <p className="muted">{t(who === "me" ? "home.tasks_none" : "home.tasks_none_all")}</p>
          {object.access.create && (
            <Button small onClick={() => setUrl({ create: object.name }, { push: true })}>
              {t("new.of", { what: object.label })}
            </Button>
          )}
        </div>
      ) : (
        GROUPS.map((g) => {
          const some = all.filter((r) => groupOf(r) === g).slice(0, g === "overdue" ? 8 : 6);
          return (
            some.length > 0 && (
              <div key={g}>
                <h3 className={`group-head ${g === "overdue" ? "late" : ""}`}>
                  {g === "overdue" && <Icon name="warn" size={14} />}
                  {t(`tasks.${g}`)}
                </h3>
                <ul className="todo">
                  {some.map((r) => (
                    <li key={r.id}>
                      <label className="touch">
                        <input
                          type="checkbox"
                          aria-label={t("tasks.finish", { what: recordTitle(object, r) })}
                          checked={false}
                          onChange={() => void finish(r, true)}
                        />
                      </label>
                      <div className="grow">
                        <Link
                          className="strong plain-link"
                          to="/o/$plural/$id"
                          params={{ plural: object.plural, id: r.id }}
                        >
                          {recordTitle(object, r)}
                        </Link>
                        <About
                          text={(r.customer as Reference | null | undefined)?.label}
                          record={r}
                          owner={who !== "me"}
                        />
                      </div>
                      {logs && !!(r.customer || r.lead) && (
                        <Button
                          small
                          kind="quiet"
                          className="only-desktop"
                          aria-label={t("tasks.log_of", { what: recordTitle(object, r) })}
                          onClick={() => log(r)}
                        >
                          {t("tasks.log")}
                        </Button>
                      )}
                      {!!r.due_at && (
                        <time
                          className={g === "overdue" ? "late" : "muted"}
                          dateTime={String(r.due_at)}
                        >
                          {shortDateTime(String(r.due_at))}
                        </time>
                      )}
                    </li>
                  ))}
                </ul>
              </div>
            )
          );
        })
      )}
    </section>
  );
}
