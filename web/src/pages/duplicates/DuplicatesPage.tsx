import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Group, merging } from "../../api/merge";
import { queryClient, useMe, useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { useKeys } from "../../hooks/useKeys";
import { useUrl } from "../../hooks/useUrl";
import { useWhyNot } from "../../hooks/useWhyNot";
import { grouped, listed, shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { refusal } from "../../ui/refusal";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { followJob } from "../../views/list/JobToast";
import { MergeButton, MergeForm, useMerging } from "../../views/merge/MergeForm";
import { useWhy } from "../../views/merge/why";
import { Merges } from "./Merges";

/** Records that look like one, the likeliest first: the same, or not; and what was merged. */
export function DuplicatesPage() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const admin = !!useMe().data?.admin;
  const objects = (useObjects().data?.objects ?? []).filter(
    (o) => o.mergeable && o.compares?.length && o.access.view !== false,
  );
  const object = objects.find((o) => o.name === url.object) ?? objects[0];
  if (!object) return <EmptyState title={t("duplicates.no_rules")} />;
  const tab = url.tab === "merged" ? "merged" : "open";
  return (
    <div className="page duplicates">
      <div className="page-head">
        <h1>{t("duplicates")}</h1>
        {admin && (
          <Link
            to="/settings/$section"
            params={{ section: "duplicates" }}
            search={{}}
            className="btn"
          >
            {t("settings.duplicates")}
          </Link>
        )}
      </div>
      <nav className="duplicates-tabs" aria-label={t("duplicates.of")}>
        {objects.map((o) => (
          <button
            key={o.name}
            type="button"
            className={`view-tab ${o === object && tab === "open" ? "active" : ""}`}
            aria-pressed={o === object && tab === "open"}
            onClick={() => setUrl({ object: o.name, tab: undefined })}
          >
            {o.label_plural}
          </button>
        ))}
        <button
          type="button"
          className={`view-tab ${tab === "merged" ? "active" : ""}`}
          aria-pressed={tab === "merged"}
          onClick={() => setUrl({ object: object.name, tab: "merged" })}
        >
          {t("duplicates.merged")}
        </button>
      </nav>
      {tab === "merged" ? (
        <Merges key={object.name} object={object} />
      ) : (
        <Queue key={object.name} object={object} />
      )}
    </div>
  );
}

function Queue({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const whyNot = useWhyNot(object);
  const why = useWhy(object);
  const [at, setAt] = useState(0);
  const pages = useInfiniteQuery({
    queryKey: ["queue", object.name],
    queryFn: ({ pageParam }) => merging.queue(object.name, pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const first = pages.data?.pages[0];
  const groups = pages.data?.pages.flatMap((p) => p.groups) ?? [];
  const now = Math.min(at, groups.length - 1);
  const group = groups[now];
  const step = (n: number) => setAt(Math.max(0, Math.min(groups.length - 1, now + n)));
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
  });
  useEffect(() => {
    if (now >= groups.length - 3 && pages.hasNextPage && !pages.isFetchingNextPage) {
      pages.fetchNextPage();
    }
  }, [now, groups.length, pages]);

  async function find() {
    try {
      followJob(await merging.find(object.plural), object.plural, () =>
        queryClient.invalidateQueries({ queryKey: ["queue", object.name] }),
      );
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  const search = (
    <Button
      onClick={find}
      {...refusal(whyNot("delete", object.access.edit && object.access.delete))}
    >
      {t(first?.searched_at ? "duplicates.again" : "duplicates.find")}
    </Button>
  );
  if (pages.isPending) return <Skeleton rows={8} />;
  if (pages.isError) return <ErrorState error={pages.error} retry={() => pages.refetch()} />;
  if (!group) {
    return (
      <EmptyState title={t(first?.searched_at ? "duplicates.none" : "duplicates.never")}>
        <p>{t("duplicates.text", { what: object.label_plural })}</p>
        {search}
      </EmptyState>
    );
  }
  const count = grouped(String(first?.count.value ?? groups.length));
  return (
    <>
      <div className="duplicates-head">
        <span className="muted" role="status">
          {t("duplicates.count", { n: first?.count.relation === "gte" ? `${count}+` : count })}
          {first?.searched_at &&
            ` · ${t("duplicates.at", { at: shortDateTime(first.searched_at) })}`}
        </span>
        <span className="grow" />
        {search}
      </div>
      <div className="duplicates-work">
        <ol className="duplicates-list" aria-label={t("duplicates")}>
          {groups.map((g, i) => (
            <li key={g.id}>
              <button
                type="button"
                className={i === now ? "on" : ""}
                aria-current={i === now || undefined}
                ref={i === now ? inSight : undefined}
                onClick={() => setAt(i)}
              >
                <span className="duplicates-name">
                  {g.records[0]?.label}
                  {g.records.length > 2 && <span className="muted"> ×{g.records.length}</span>}
                </span>
                <span className="muted">{listed(g.why.map(why))}</span>
                <span className="score" title={t("duplicates.score")}>
                  {g.score}
                </span>
              </button>
            </li>
          ))}
        </ol>
        <Work
          key={group.id + group.records.length}
          object={object}
          group={group}
          place={t("duplicates.place", { n: now + 1, of: count })}
        />
      </div>
    </>
  );
}

function inSight(el: HTMLElement | null) {
  el?.scrollIntoView({ block: "nearest" });
}

/** One group: the same, or not. */
function Work({ object, group, place }: { object: ObjectMeta; group: Group; place: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const why = useWhy(object);
  const [left, setLeft] = useState<string[]>([]);
  const all = group.records.slice(0, 10);
  const ids = all.map((r) => r.id).filter((id) => !left.includes(id));
  const state = useMerging(object, ids);
  async function apart() {
    try {
      await merging.apart(
        object.plural,
        group.records.map((r) => r.id),
      );
      queryClient.invalidateQueries({ queryKey: ["queue", object.name] });
      queryClient.invalidateQueries({ queryKey: ["duplicates"] });
      toast(t("duplicates.apart_done"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  useKeys({ m: () => void (state.preview?.may && state.run()), d: () => void apart() });
  return (
    <section className="panel duplicates-group" aria-label={place}>
      <div className="panel-head">
        <h2>
          {place} <span className="muted">{listed(group.why.map(why))}</span>
        </h2>
      </div>
      {all.length > 2 && (
        <div className="row duplicates-which">
          {all.map((r) => (
            <label key={r.id} className="row check">
              <input
                type="checkbox"
                checked={!left.includes(r.id)}
                disabled={!left.includes(r.id) && ids.length <= 2}
                onChange={(e) =>
                  setLeft((b) => (e.target.checked ? b.filter((id) => id !== r.id) : [...b, r.id]))
                }
              />
              {r.label}
            </label>
          ))}
        </div>
      )}
      <MergeForm object={object} state={state} />
      <div className="duplicates-acts">
        <span className="muted grow only-desktop">{t("duplicates.keys")}</span>
        <Button onClick={apart}>{t("duplicates.apart")}</Button>
        <MergeButton state={state} onDone={() => {}} />
      </div>
    </section>
  );
}
