import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { patchCached } from "../../api/cache";
import { isProblem } from "../../api/problem";
import { refresh, useObject } from "../../api/queries";
import type { Count, ObjectMeta, RecordData } from "../../api/types";
import { useKeys } from "../../hooks/useKeys";
import { usePhone } from "../../hooks/useMedia";
import { useWhyNot } from "../../hooks/useWhyNot";
import { faceField } from "../../lib/records";
import { NotFound } from "../../pages/NotFound";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Typing, TypingButton } from "../capture/Typing";
import { saveRecord } from "../conflict/conflict";
import { BulkBar } from "./BulkBar";
import { Cards } from "./Cards";
import { cellEditable, type Leave } from "./CellEditor";
import { ColumnChoice } from "./ColumnChoice";
import { CountText } from "./CountText";
import { ExportDialog } from "./ExportDialog";
import { Filters } from "./Filters";
import { parseSort } from "./filter";
import { type Editing, Grid } from "./Grid";
import { GroupChoice } from "./GroupChoice";
import {
  type GroupHead,
  groupable,
  groupSort,
  linesOf,
  parseClosed,
  partsOf,
  useGroups,
  without,
} from "./groups";
import { Preview } from "./Preview";
import { keepPlace, placeKey, placeOf } from "./place";
import { filterProblem, orderProblem } from "./problem";
import { QuickSearch } from "./QuickSearch";
import { useFollowUp } from "./RowActions";
import { ShapeTabs } from "./ShapeTabs";
import { SortChoice } from "./SortChoice";
import { NONE, type Selection, tick, tickAll } from "./selection";
import { useList } from "./useList";
import { useListState } from "./useListState";
import { useOrder } from "./useOrder";
import { ViewTabs } from "./ViewTabs";

const UNKNOWN: Count = { value: 0, relation: "unknown" };

export function ListPage() {
  const { plural } = useParams({ strict: false }) as { plural: string };
  const object = useObject(plural);
  return object ? <List key={object.plural} object={object} /> : <NotFound />;
}

function List({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const phone = usePhone();
  const state = useListState(object);
  const { url, setUrl, columns } = state;
  const [exactFor, setExactFor] = useState<string>();
  const search = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement | null>(null);
  const needed = useMemo(() => {
    const face = faceField(object);
    const more = object.fields.filter(
      (f) => f.type === "phones" || f.type === "mails" || f.name === "customer" || f === face,
    );
    const names = [...columns.map((c) => c.field.name), ...more.map((f) => f.name)];
    if (url.group && object.fields.some((f) => f.name === url.group)) names.push(url.group);
    // What tells whether a day that has passed still matters.
    if (object.fields.some((f) => f.name === "done")) names.push("done");
    if (object.stage_field) names.push(object.stage_field);
    return [...new Set(names)].join(",");
  }, [object, columns, url.group]);
  const asked = `${state.filter}|${url.q}|${state.deleted}`;
  const grouped = useMemo(
    () => (state.deleted ? undefined : groupable(object).find((f) => f.name === url.group)),
    [object, state.deleted, url.group],
  );
  const closed = useMemo(() => (grouped ? parseClosed(url.closed) : []), [grouped, url.closed]);
  // A filter that is a tree cannot be joined as text: its groups stay open.
  const foldable = !state.filter?.startsWith("{");
  const desc = !!grouped && !!parseSort(groupSort(url.sort, grouped))[0]?.desc;
  const parts = useMemo(
    () => (grouped && foldable ? partsOf(grouped, closed, desc) : undefined),
    [grouped, foldable, closed, desc],
  );
  const shownFilter =
    grouped && foldable && closed.length && !parts
      ? [state.filter && `(${state.filter})`, ...closed.map((k) => without(grouped, k))]
          .filter(Boolean)
          .join(" AND ")
      : state.filter;
  const sort = grouped && !parts ? groupSort(url.sort, grouped) : url.sort;
  const { groups, total } = useGroups(object, grouped, columns, state.filter, url.q);
  const list = useList(object.plural, {
    filter: shownFilter,
    q: url.q,
    sort,
    parts,
    group: grouped?.name,
    deleted: state.deleted || undefined,
    fields: needed,
    count: exactFor === asked ? "exact" : undefined,
  });
  const { records } = list;
  const complete = list.isSuccess && !list.hasNextPage && !list.isPlaceholderData;
  const lines = useMemo(
    () => grouped && linesOf(grouped, records, closed, groups, desc, complete),
    [grouped, records, closed, groups, desc, complete],
  );
  const count = parts || (closed.length && foldable) ? (total ?? UNKNOWN) : list.count;
  const fold = (g: GroupHead) => {
    const next = g.closed ? closed.filter((k) => k !== g.key) : [...closed, g.key];
    setUrl({ closed: next.length ? JSON.stringify(next) : undefined });
  };
  const ids = useMemo(() => records.map((r) => r.id), [records]);
  const [selection, setSelection] = useState<Selection>(NONE);
  const place = placeKey(window.location);
  const [current, setCurrentState] = useState(() => ({
    row: placeOf(place)?.row ?? 0,
    column: placeOf(place)?.column ?? 0,
  }));
  const [editing, setEditing] = useState<Editing | null>(null);
  /** On a phone: a tap on a card ticks it instead of opening it. */
  const [picking, setPicking] = useState(false);
  const [exporting, setExporting] = useState(false);
  const lastTicked = useRef(-1);
  const followUp = useFollowUp(object);
  const whyNot = useWhyNot(object);
  // Another question asked: what was selected and where one was belongs to the one before.
  useEffect(() => {
    setSelection(NONE);
    setPicking(false);
    setCurrentState({ row: placeOf(place)?.row ?? 0, column: placeOf(place)?.column ?? 0 });
    lastTicked.current = -1;
  }, [asked, url.sort, url.group]);
  useEffect(() => {
    if (!phone) grid.current?.focus({ preventScroll: true });
  }, [list.isSuccess, phone]);

  const setCurrent = useCallback(
    (c: { row: number; column: number }) => {
      setCurrentState(c);
      keepPlace(place, c);
      const id = records[c.row]?.id;
      if (url.peek && id && id !== url.peek) setUrl({ peek: id });
    },
    [place, records, url.peek, setUrl],
  );
  const clampRow = (n: number) => Math.max(0, Math.min(records.length - 1, n));
  const move = (by: number) => setCurrent({ ...current, row: clampRow(current.row + by) });
  const aside = (by: number) =>
    setCurrent({
      ...current,
      column: Math.max(0, Math.min(columns.length - 1, current.column + by)),
    });
  const here = records[current.row];
  const edit = (column: number) => {
    const f = columns[column]?.field;
    if (here && f && column > 0 && object.access.edit && cellEditable(f) && !state.deleted) {
      setEditing({ id: here.id, field: f.name });
    }
  };
  const filtered = !!(url.q || state.filter);
  const problem = filterProblem(list.error);
  const orderNotice = useOrder(list);

  async function save(r: RecordData, name: string, value: unknown, leave: Leave) {
    const from = columns.findIndex((c) => c.field.name === name);
    const row = records.findIndex((x) => x.id === r.id);
    setEditing(null);
    if (leave === "down") setCurrent({ row: clampRow(row + 1), column: from });
    else if (leave === "stay") setCurrent({ row, column: from });
    else {
      const step = leave === "right" ? 1 : -1;
      let next = from + step;
      while (columns[next] && !cellEditable(columns[next]!.field)) next += step;
      const column = columns[next] && next > 0 ? next : from;
      setCurrent({ row, column });
      if (column !== from) {
        setEditing({ id: r.id, field: columns[column]!.field.name });
      }
    }
    if (leave === "down" || leave === "stay") requestAnimationFrame(() => grid.current?.focus());
    const before = r[name];
    if (JSON.stringify(before ?? null) === JSON.stringify(value ?? null)) return;
    patchCached(object.plural, r.id, { [name]: value });
    try {
      const saved = await saveRecord(object, r.id, { [name]: value }, r.version);
      const said = [
        t("saved.what", { what: columns[from]?.field.label ?? name }),
        ...(saved._warnings ?? []).map((w) => w.message),
      ];
      toast(said.join(t("list.stop")), {
        key: "inline",
        action: {
          label: t("undo"),
          run: () => {
            patchCached(object.plural, r.id, { [name]: before });
            saveRecord(object, r.id, { [name]: before ?? null }, saved.version).catch((e) => {
              toast(errorText(e), { bad: true });
              refresh(object.plural, r.id);
            });
          },
        },
      });
    } catch (e) {
      // What was typed comes back with the reason.
      patchCached(object.plural, r.id, { [name]: before });
      const said = isProblem(e) ? e.byField()[name] : undefined;
      setCurrent({ row, column: from });
      setEditing({ id: r.id, field: name, draft: { value }, error: said ?? errorText(e) });
    }
  }

  const open = (r: RecordData | undefined) =>
    r && navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: r.id } });
  const onGrid = (act: () => void) => (e: KeyboardEvent) => {
    if ((e.target as HTMLElement).closest("a, button")) return;
    e.preventDefault();
    act();
  };
  useKeys(
    phone
      ? {}
      : {
          j: () => move(1),
          k: () => move(-1),
          ArrowDown: onGrid(() => move(1)),
          ArrowUp: onGrid(() => move(-1)),
          ArrowLeft: onGrid(() => aside(-1)),
          ArrowRight: onGrid(() => aside(1)),
          PageDown: onGrid(() => move(20)),
          PageUp: onGrid(() => move(-20)),
          Home: onGrid(() => move(-records.length)),
          Enter: onGrid(() =>
            current.column > 0 && cellEditable(columns[current.column]!.field)
              ? edit(current.column)
              : open(here),
          ),
          F2: onGrid(() => edit(Math.max(1, current.column))),
          e: (e) => {
            e.preventDefault();
            edit(Math.max(1, current.column));
          },
          " ": onGrid(() => setUrl({ peek: url.peek ? undefined : here?.id })),
          x: () => onTick(current.row, false),
          f: () => here && followUp("activity", here)?.(),
          t: () => here && followUp("task", here)?.(),
          "/": (e) => {
            e.preventDefault();
            search.current?.focus();
          },
          Escape: () => (url.peek ? setUrl({ peek: undefined }) : setSelection(NONE)),
        },
  );
  const onTick = (i: number, range: boolean) => {
    const from = range ? lastTicked.current : -1;
    setSelection((s) => tick(s, ids, i, from));
    lastTicked.current = i;
  };

  const create = (short: boolean) =>
    object.access.create && (
      <Button
        kind="primary"
        icon={<Icon name="plus" size={16} />}
        aria-label={short ? t("new.of", { what: object.label }) : undefined}
        onClick={() => setUrl({ create: object.name }, { push: true })}
      >
        {!short && t("new.of", { what: object.label })}
      </Button>
    );
  const groupChoice = (
    <GroupChoice
      object={object}
      value={grouped?.name}
      onChange={(group) => setUrl({ group, closed: undefined })}
    />
  );
  return (
    <div className="list">
      <div className="list-head">
        <h1>{state.deleted ? `${object.label_plural} · ${t("bin")}` : object.label_plural}</h1>
        <CountText count={count} exact={() => setExactFor(asked)} />
        <ShapeTabs object={object} board={false} />
        <div className="grow" />
        <QuickSearch boxRef={search} />
        {object.capture && !state.deleted && (
          <TypingButton object={object} onOpen={() => setUrl({ type: "1" }, { push: true })} />
        )}
        {!phone && !state.deleted && groupChoice}
        {!phone && <ColumnChoice object={object} columns={columns} onChange={state.setColumns} />}
        <Menu
          label={t("more")}
          className="btn list-more"
          trigger={<Icon name="more" size={16} />}
          items={[
            ...(phone && records.length > 0
              ? [
                  {
                    label: t("select"),
                    icon: <Icon name="check" size={16} />,
                    onSelect: () => setPicking(true),
                  },
                ]
              : []),
            ...(object.access.import
              ? [
                  {
                    label: t("import"),
                    icon: <Icon name="import" size={16} />,
                    onSelect: () =>
                      void navigate({ to: "/import", search: { object: object.name } as never }),
                  },
                ]
              : []),
            ...(object.mergeable && object.compares?.length
              ? [
                  {
                    label: t("duplicates"),
                    icon: <Icon name="copy" size={16} />,
                    onSelect: () =>
                      void navigate({
                        to: "/duplicates",
                        search: { object: object.name } as never,
                      }),
                  },
                ]
              : []),
            {
              label: t("export"),
              icon: <Icon name="download" size={16} />,
              whyNot: whyNot("export", object.access.export),
              onSelect: () => setExporting(true),
            },
            {
              label: state.deleted ? t("bin.leave") : t("bin"),
              icon: <Icon name="trash" size={16} />,
              whyNot: whyNot("delete", object.access.delete),
              onSelect: () => {
                setSelection(NONE);
                setUrl({ deleted: state.deleted ? undefined : "1", peek: undefined });
              },
            },
          ]}
        />
        {create(phone)}
      </div>
      {!state.deleted && <ViewTabs object={object} state={state} />}
      <Filters object={object} state={state} error={problem}>
        {phone && (
          <SortChoice
            object={object}
            columns={columns}
            value={url.sort}
            onChange={(sort) => setUrl({ sort })}
          />
        )}
        {phone && !state.deleted && groupChoice}
      </Filters>
      {orderNotice}
      <div className="list-body">
        {list.isPending ? (
          <div className="grid">
            <Skeleton rows={12} />
          </div>
        ) : list.isError && !list.data ? (
          problem || orderProblem(list.error) ? (
            <div className="grid" />
          ) : (
            <ErrorState error={list.error} retry={() => list.refetch()} />
          )
        ) : records.length === 0 && !lines?.length ? (
          <EmptyState
            title={
              filtered
                ? t("list.none", { what: object.label_plural })
                : state.deleted
                  ? t("bin.empty")
                  : t("list.empty", { what: object.label })
            }
          >
            {filtered ? (
              <Button onClick={state.clear}>{t("filter.clear")}</Button>
            ) : (
              !state.deleted && (
                <div className="row">
                  {create(false)}
                  {object.access.import && (
                    <Link to="/import" search={{ object: object.name } as never} className="btn">
                      {t("list.import")}
                    </Link>
                  )}
                </div>
              )
            )}
          </EmptyState>
        ) : phone ? (
          <Cards
            object={object}
            columns={columns}
            list={list}
            lines={lines}
            grouped={grouped}
            onFold={foldable ? fold : undefined}
            picking={picking || selection.all || selection.ids.size > 0}
            selection={selection}
            onTick={(i) => {
              setPicking(true);
              onTick(i, false);
            }}
          />
        ) : (
          <Grid
            object={
              state.deleted ? { ...object, access: { ...object.access, edit: false } } : object
            }
            columns={columns}
            setColumns={state.setColumns}
            list={list}
            lines={lines}
            grouped={grouped}
            onFold={foldable ? fold : undefined}
            selection={selection}
            onTick={onTick}
            onTickAll={() => setSelection((s) => tickAll(s, ids))}
            current={current}
            setCurrent={setCurrent}
            editing={editing}
            setEditing={(e) => {
              setEditing(e);
              if (!e) requestAnimationFrame(() => grid.current?.focus());
            }}
            onSave={save}
            gridRef={grid}
          />
        )}
        {url.peek && !phone && (
          <Preview object={object} id={url.peek} onClose={() => setUrl({ peek: undefined })} />
        )}
      </div>
      {(picking || selection.all || selection.ids.size > 0) && (
        <BulkBar
          object={object}
          state={state}
          selection={selection}
          setSelection={(s) => {
            setSelection(s);
            if (s === NONE) setPicking(false);
          }}
          onTickAll={phone ? () => setSelection((s) => tickAll(s, ids)) : undefined}
          loaded={records.length}
          count={count}
          exact={() => setExactFor(asked)}
          onExport={() => setExporting(true)}
        />
      )}
      {url.type && object.capture && (
        <Typing object={object} onClose={() => setUrl({ type: undefined })} />
      )}
      {exporting && (
        <ExportDialog
          object={object}
          state={state}
          selection={selection}
          onClose={() => setExporting(false)}
        />
      )}
    </div>
  );
}
