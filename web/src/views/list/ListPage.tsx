import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { refresh, useObject } from "../../api/queries";
import type { Count, Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { useComposition } from "../../hooks/useComposition";
import { useKeys } from "../../hooks/useKeys";
import { usePhone } from "../../hooks/useMedia";
import { useUrl } from "../../hooks/useUrl";
import { grouped } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { NotFound } from "../../pages/NotFound";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { Popover } from "../../ui/Popover";
import { Avatar, EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { columnsOf } from "./columns";
import { Filters } from "./Filters";
import { filterText, parseChips, parseSort, toggleSort } from "./filter";
import { useList } from "./useList";

export function ListPage() {
  const { plural } = useParams({ strict: false }) as { plural: string };
  const object = useObject(plural);
  return object ? <List key={plural} object={object} /> : <NotFound />;
}

/** Where each list was scrolled to, so that coming back loses no place. */
const places = new Map<string, number>();

export function ViewTabs({ object, board }: { object: ObjectMeta; board: boolean }) {
  const { t } = useTranslation();
  if (!object.stage_field) return null;
  return (
    <nav className="tablist" aria-label={t("view")}>
      <Link
        to="/o/$plural"
        params={{ plural: object.plural }}
        search
        className={board ? "" : "active"}
        activeProps={{}}
      >
        <Icon name="list" size={16} />
        {t("view.list")}
      </Link>
      <Link
        to="/o/$plural/board"
        params={{ plural: object.plural }}
        search
        className={board ? "active" : ""}
        activeProps={{}}
      >
        <Icon name="board" size={16} />
        {t("view.board")}
      </Link>
    </nav>
  );
}

export function QuickSearch({ boxRef }: { boxRef?: React.RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const [q, setQ] = useState(url.q ?? "");
  useEffect(() => setQ((b) => (b.trim() === (url.q ?? "") ? b : (url.q ?? ""))), [url.q]);
  const composition = useComposition((s) => setUrl({ q: s.trim() || undefined }), 250);
  return (
    <Input
      ref={boxRef}
      type="search"
      className="list-search"
      aria-label={t("list.search")}
      placeholder={t("list.search")}
      value={q}
      {...composition.props}
      onChange={(e) => {
        setQ(e.target.value);
        composition.changed(e.target.value);
      }}
    />
  );
}

function CountText({ count, exact }: { count?: Count; exact: () => void }) {
  const { t } = useTranslation();
  if (!count || count.relation === "unknown") return null;
  if (count.relation === "gte") {
    return (
      <button type="button" className="link-btn" title={t("count.exact")} onClick={exact}>
        {grouped(String(count.value))}+
      </button>
    );
  }
  return <span className="muted">{t("count", { n: grouped(String(count.value)) })}</span>;
}

function Columns({ object, shown }: { object: ObjectMeta; shown: Field[] }) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const names = shown.map((f) => f.name);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="btn"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="columns" size={16} />
        {t("columns")}
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} align="end">
          <div className="popover-pad stack tight" role="group" aria-label={t("columns")}>
            {object.fields.map((f) => (
              <label key={f.name} className="row">
                <input
                  type="checkbox"
                  checked={names.includes(f.name)}
                  disabled={f.name === object.title_field}
                  onChange={(e) =>
                    setUrl({
                      cols: (e.target.checked
                        ? [...names, f.name]
                        : names.filter((n) => n !== f.name)
                      ).join(","),
                    })
                  }
                />
                {f.label}
              </label>
            ))}
            <Button small onClick={() => setUrl({ cols: undefined })}>
              {t("columns.default")}
            </Button>
          </div>
        </Popover>
      )}
    </>
  );
}

function List({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const phone = usePhone();
  const [url, setUrl] = useUrl();
  const [exact, setExact] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const chips = useMemo(() => parseChips(url.f), [url.f]);
  const columns = useMemo(() => columnsOf(object, url.cols), [object, url.cols]);
  const query = {
    filter: filterText(chips, url.filter, object.fields) || undefined,
    q: url.q,
    sort: url.sort,
    deleted: url.deleted === "1" || undefined,
    fields: columns.map((c) => c.name).join(","),
    count: exact ? ("exact" as const) : undefined,
  };
  const list = useList(object.plural, query);
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const [current, setCurrent] = useState(0);
  const lastTicked = useRef(-1);

  const filtered = !!(url.q || url.f || url.filter);
  const filterError =
    isProblem(list.error) && list.error.status === 422
      ? [
          ...list.error.fields.map((f) => f.message).filter((m) => m !== list.error?.message),
          list.error.detail,
        ]
          .filter(Boolean)
          .join(" ")
      : undefined;

  const tick = (i: number, range: boolean) => {
    const next = new Set(selected);
    const from = range && lastTicked.current >= 0 ? lastTicked.current : i;
    const on = !selected.has(list.records[i]?.id ?? "");
    for (let n = Math.min(from, i); n <= Math.max(from, i); n++) {
      const id = list.records[n]?.id;
      if (!id) continue;
      if (on) next.add(id);
      else next.delete(id);
    }
    lastTicked.current = i;
    setSelected(next);
  };

  const move = (by: number) =>
    setCurrent((c) => Math.max(0, Math.min(list.records.length - 1, c + by)));
  const open = () => {
    const r = list.records[current];
    if (r) navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: r.id } });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: (e) => {
      e.preventDefault();
      move(1);
    },
    ArrowUp: (e) => {
      e.preventDefault();
      move(-1);
    },
    Enter: (e) => {
      if ((e.target as HTMLElement).closest("a, button")) return;
      open();
    },
    x: () => tick(current, false),
    "/": (e) => {
      e.preventDefault();
      search.current?.focus();
    },
    Escape: () => setSelected(new Set()),
  });

  async function deleteSelected() {
    const ids = [...selected];
    setSelected(new Set());
    const done: string[] = [];
    let failed = 0;
    for (const id of ids) {
      try {
        await api.remove(object.plural, id);
        done.push(id);
      } catch {
        failed++;
      }
    }
    refresh(object.plural);
    if (failed) toast(t("bulk.failed", { n: failed }), { bad: true });
    if (done.length) {
      toast(t("deleted.n", { n: done.length }), {
        action: {
          label: t("undo"),
          run: async () => {
            await Promise.allSettled(done.map((id) => api.restore(object.plural, id)));
            refresh(object.plural);
          },
        },
      });
    }
  }

  async function restoreSelected() {
    const ids = [...selected];
    setSelected(new Set());
    await Promise.allSettled(ids.map((id) => api.restore(object.plural, id)));
    refresh(object.plural);
    toast(t("restored.n", { n: ids.length }));
  }

  return (
    <div className="list">
      <div className="list-head">
        <h1>{object.label_plural}</h1>
        <CountText count={list.count} exact={() => setExact(true)} />
        <ViewTabs object={object} board={false} />
        <div className="grow" />
        <QuickSearch boxRef={search} />
        {!phone && <Columns object={object} shown={columns} />}
        {object.access.delete && (
          <Button
            aria-pressed={url.deleted === "1"}
            className="only-desktop"
            title={t("bin")}
            onClick={() => {
              setSelected(new Set());
              setUrl({ deleted: url.deleted === "1" ? undefined : "1" });
            }}
            icon={<Icon name="trash" size={16} />}
          >
            {url.deleted === "1" ? t("bin.leave") : t("bin")}
          </Button>
        )}
        {object.access.import && (
          <Link to="/import" search={{ object: object.name }} className="btn only-desktop">
            <Icon name="import" size={16} />
            {t("import")}
          </Link>
        )}
        {object.access.create && (
          <Button
            kind="primary"
            icon={<Icon name="plus" size={16} />}
            onClick={() => setUrl({ create: object.name }, { push: true })}
          >
            {t("new.of", { what: object.label })}
          </Button>
        )}
      </div>
      <Filters
        object={object}
        chips={chips}
        setChips={(c) => setUrl({ f: c.length ? JSON.stringify(c) : undefined })}
        text={url.filter}
        setText={(s) => setUrl({ filter: s })}
        error={filterError}
      />
      {list.isPending ? (
        <div className="grid">
          <Skeleton rows={12} />
        </div>
      ) : list.isError && !list.data ? (
        filterError ? (
          <div className="grid" />
        ) : (
          <ErrorState error={list.error} retry={() => list.refetch()} />
        )
      ) : list.records.length === 0 ? (
        <EmptyState
          title={
            filtered
              ? t("list.none", { what: object.label_plural })
              : url.deleted
                ? t("bin.empty")
                : t("list.empty", { what: object.label })
          }
        >
          {filtered ? (
            <Button onClick={() => setUrl({ q: undefined, f: undefined, filter: undefined })}>
              {t("filter.clear")}
            </Button>
          ) : (
            !url.deleted && (
              <div className="row">
                {object.access.create && (
                  <Button
                    kind="primary"
                    onClick={() => setUrl({ create: object.name }, { push: true })}
                  >
                    {t("new.of", { what: object.label })}
                  </Button>
                )}
                {object.access.import && (
                  <Link to="/import" search={{ object: object.name }} className="btn">
                    {t("list.import")}
                  </Link>
                )}
              </div>
            )
          )}
        </EmptyState>
      ) : phone ? (
        <Cards object={object} columns={columns} list={list} />
      ) : (
        <Grid
          object={object}
          columns={columns}
          list={list}
          selected={selected}
          tick={tick}
          current={current}
          setCurrent={setCurrent}
        />
      )}
      {selected.size > 0 && (
        <div className="bulk" role="region" aria-label={t("bulk")}>
          <strong>{t("bulk.selected", { n: selected.size, what: object.label })}</strong>
          {url.deleted ? (
            <Button small onClick={restoreSelected}>
              {t("restore")}
            </Button>
          ) : (
            <Button
              small
              kind="danger"
              disabled={!object.access.delete}
              title={object.access.delete ? undefined : t("error.forbidden")}
              onClick={deleteSelected}
            >
              {t("delete")}
            </Button>
          )}
          <Button small kind="quiet" onClick={() => setSelected(new Set())}>
            {t("bulk.clear")}
          </Button>
        </div>
      )}
    </div>
  );
}

type ListResult = ReturnType<typeof useList>;

function useScroll(list: ListResult, size: number) {
  const ref = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: list.records.length + (list.hasNextPage ? 1 : 0),
    getScrollElement: () => ref.current,
    estimateSize: () => size,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (last >= list.records.length - 20 && list.hasNextPage && !list.isFetchingNextPage) {
      list.fetchNextPage();
    }
  }, [last, list.records.length, list.hasNextPage, list.isFetchingNextPage]);
  useEffect(() => {
    const el = ref.current;
    const key = window.location.pathname + window.location.search;
    const at = places.get(key);
    if (el && at) el.scrollTop = at;
    const on = () => {
      if (el) places.set(window.location.pathname + window.location.search, el.scrollTop);
    };
    el?.addEventListener("scroll", on, { passive: true });
    return () => el?.removeEventListener("scroll", on);
  }, []);
  return { ref, rows, items };
}

function Grid({
  object,
  columns,
  list,
  selected,
  tick,
  current,
  setCurrent,
}: {
  object: ObjectMeta;
  columns: Field[];
  list: ListResult;
  selected: Set<string>;
  tick: (i: number, range: boolean) => void;
  current: number;
  setCurrent: (i: number) => void;
}) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const height =
    Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--row"), 10) || 34;
  const { ref, rows, items } = useScroll(list, height);
  const sort = parseSort(url.sort);
  useEffect(() => {
    if (current > 0) rows.scrollToIndex(current, { align: "auto" });
  }, [current]);

  const head = (f: Field, i: number) => {
    const type = fieldType(f);
    const key = sort.findIndex((k) => k.field === f.name);
    const dir = sort[key];
    return (
      <div
        key={f.name}
        role="columnheader"
        aria-colindex={i + 1}
        aria-sort={dir ? (dir.desc ? "descending" : "ascending") : undefined}
        tabIndex={-1}
        className={`cell ${type.right ? "num" : ""} ${i === 0 ? "cell-frozen" : "cell-flex"}`}
        style={{ width: i === 0 ? 260 : type.width, flexGrow: i === 0 ? 0 : type.width }}
      >
        {i === 0 && <span className="cell-check" />}
        {f.sortable === false ? (
          <span className="muted">{f.label}</span>
        ) : (
          <button
            type="button"
            className="sort-btn"
            title={t("sort.hint")}
            onClick={(e) => setUrl({ sort: toggleSort(url.sort, f.name, e.shiftKey) || undefined })}
          >
            <span>{f.label}</span>
            {dir && (
              <span aria-hidden="true">
                {dir.desc ? "↓" : "↑"}
                {sort.length > 1 ? key + 1 : ""}
              </span>
            )}
          </button>
        )}
      </div>
    );
  };

  return (
    <div
      ref={ref}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={object.label_plural}
      aria-rowcount={list.count?.relation === "eq" ? list.count.value + 1 : -1}
      aria-colcount={columns.length}
      aria-busy={list.isFetching}
    >
      <div className="grid-head" role="row" aria-rowindex={1} tabIndex={-1}>
        {columns.map(head)}
      </div>
      <div style={{ height: rows.getTotalSize(), position: "relative" }} role="presentation">
        {items.map((v) => {
          const r = list.records[v.index];
          return (
            <div
              key={v.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={v.index + 2}
              aria-selected={r ? selected.has(r.id) : false}
              className={`grid-row ${v.index === current ? "current" : ""} ${r && selected.has(r.id) ? "selected" : ""}`}
              style={{ transform: `translateY(${v.start}px)` }}
              onPointerDown={() => setCurrent(v.index)}
            >
              {r ? (
                columns.map((f, i) => (
                  <Cell key={f.name} object={object} record={r} field={f} first={i === 0}>
                    {i === 0 && (
                      <label className="cell-check">
                        <input
                          type="checkbox"
                          aria-label={t("select.what", { what: recordTitle(object, r) })}
                          checked={selected.has(r.id)}
                          onChange={() => {}}
                          onClick={(e) => tick(v.index, e.shiftKey)}
                        />
                      </label>
                    )}
                  </Cell>
                ))
              ) : (
                <div className="cell muted" role="gridcell" tabIndex={-1}>
                  {list.isFetchNextPageError ? (
                    <Button small onClick={() => list.fetchNextPage()}>
                      {t("retry")}
                    </Button>
                  ) : (
                    t("loading")
                  )}
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Cell({
  object,
  record,
  field,
  first,
  children,
}: {
  object: ObjectMeta;
  record: RecordData;
  field: Field;
  first: boolean;
  children?: React.ReactNode;
}) {
  const type = fieldType(field);
  if (first) {
    const title = recordTitle(object, record);
    return (
      <div role="gridcell" tabIndex={-1} className="cell cell-frozen" style={{ width: 260 }}>
        {children}
        <Avatar name={title} />
        <Link
          to="/o/$plural/$id"
          params={{ plural: object.plural, id: record.id }}
          className="cell-link"
          title={title}
        >
          {title}
        </Link>
      </div>
    );
  }
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      className={`cell cell-flex ${type.right ? "num" : ""}`}
      style={{ width: type.width, flexGrow: type.width }}
    >
      <span>
        <type.Display field={field} value={record[field.name]} short />
      </span>
    </div>
  );
}

function Cards({
  object,
  columns,
  list,
}: {
  object: ObjectMeta;
  columns: Field[];
  list: ListResult;
}) {
  const { ref, rows, items } = useScroll(list, 96);
  return (
    <div ref={ref} className="cards">
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map((v) => {
          const r = list.records[v.index];
          return (
            <div
              key={v.key}
              className="card-place"
              style={{ transform: `translateY(${v.start}px)` }}
            >
              {r && (
                <div className="card-item">
                  <Link to="/o/$plural/$id" params={{ plural: object.plural, id: r.id }}>
                    <strong>{recordTitle(object, r)}</strong>
                  </Link>
                  {[columns.slice(1, 3), columns.slice(3, 5)].map((line, n) => (
                    <div key={n} className="card-line">
                      {line.map((f) => {
                        const type = fieldType(f);
                        return (
                          <span key={f.name}>
                            <type.Display field={f} value={r[f.name]} short />
                          </span>
                        );
                      })}
                    </div>
                  ))}
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
