import {
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { type InfiniteData, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ListQuery } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useMe, useObject } from "../../api/queries";
import type { Field, ObjectMeta, Option, RecordData, RecordPage } from "../../api/types";
import { fieldType } from "../../fields";
import { useUrl } from "../../hooks/useUrl";
import { money } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { NotFound } from "../../pages/NotFound";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { ErrorState, Skeleton } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Filters } from "../list/Filters";
import { filterText, parseChips, quoteText } from "../list/filter";
import { QuickSearch, ViewTabs } from "../list/ListPage";
import { useList } from "../list/useList";

export function BoardPage() {
  const { plural } = useParams({ strict: false }) as { plural: string };
  const object = useObject(plural);
  const stage = object?.fields.find((f) => f.name === object.stage_field);
  return object && stage ? <Board key={plural} object={object} stage={stage} /> : <NotFound />;
}

const both = (a: string, b: string) => (a ? `(${a}) AND ${b}` : b);

function Board({ object, stage }: { object: ObjectMeta; stage: Field }) {
  const { t } = useTranslation();
  const me = useMe();
  const [url, setUrl] = useUrl();
  const chips = useMemo(() => parseChips(url.f), [url.f]);
  const filter = filterText(chips, url.filter, object.fields);
  const [lifted, setLifted] = useState<RecordData | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 6 } }),
    useSensor(KeyboardSensor, {
      keyboardCodes: { start: ["Space"], cancel: ["Escape"], end: ["Space", "Enter"] },
      // A step of the arrow keys is a column.
      coordinateGetter: (e, { currentCoordinates }) => {
        const by = e.code === "ArrowRight" ? 280 : e.code === "ArrowLeft" ? -280 : 0;
        if (!by) return undefined;
        e.preventDefault();
        return { ...currentCoordinates, x: currentCoordinates.x + by };
      },
    }),
  );
  const options = (stage.options ?? []).filter((o) => !o.inactive);
  const amount = object.fields.find((f) => f.type === "money");
  const sums = useQuery({
    queryKey: ["aggregate", object.plural, filter, stage.name, url.q],
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        {
          filter: filter || undefined,
          group: [{ field: stage.name }],
          measures: [{ fn: "count" }, ...(amount ? [{ fn: "sum", field: amount.name }] : [])],
        },
        signal,
      ),
    retry: false,
  });
  const sumOf = (value: string) => {
    const row = sums.data?.rows?.find((r) => {
      const g = r.group[0];
      return g === value || (g as { value?: string } | null)?.value === value;
    });
    const m = row?.measures ?? [];
    const total = m[1] as { amount: string; currency: string } | string | number | null | undefined;
    return {
      count: m[0] === undefined ? undefined : Number(m[0]),
      sum:
        total === null || total === undefined
          ? ""
          : money(
              typeof total === "object"
                ? total
                : { amount: String(total), currency: me.data?.company.currency ?? "TWD" },
            ),
    };
  };

  async function drop(e: DragEndEvent) {
    setLifted(null);
    const record = e.active.data.current?.record as RecordData | undefined;
    const to = e.over?.id as string | undefined;
    if (!record || !to || record[stage.name] === to) return;
    const from = record[stage.name];
    // The card moves at once in every column's pages.
    const keys = queryClient.getQueriesData<InfiniteData<RecordPage>>({
      queryKey: ["list", object.plural],
    });
    for (const [key, data] of keys) {
      if (!data?.pages) continue;
      const column = (key[2] as { column?: string } | undefined)?.column;
      if (column === undefined) continue;
      queryClient.setQueryData<InfiniteData<RecordPage>>(key, {
        ...data,
        pages: data.pages.map((p, i) => ({
          ...p,
          records: [
            ...(i === 0 && column === to ? [{ ...record, [stage.name]: to }] : []),
            ...p.records.filter((r) => r.id !== record.id),
          ],
        })),
      });
    }
    const put = (value: unknown, version: unknown) =>
      api.patch(object.plural, record.id, { [stage.name]: value }, version);
    try {
      await put(to, record.version);
      const label = options.find((o) => o.value === to)?.label ?? to;
      toast(t("board.moved", { what: recordTitle(object, record), to: label }), {
        action: {
          label: t("undo"),
          run: async () => {
            await put(from, undefined).catch(() => toast(t("error.failed"), { bad: true }));
            refresh(object.plural, record.id);
          },
        },
      });
    } catch (err) {
      toast(isProblem(err) && err.detail ? err.detail : t("error.failed"), { bad: true });
    }
    refresh(object.plural, record.id);
  }

  const error = isProblem(sums.error) && sums.error.status === 422 ? sums.error.detail : undefined;
  return (
    <div className="list">
      <div className="list-head">
        <h1>{object.label_plural}</h1>
        <ViewTabs object={object} board />
        <div className="grow" />
        <QuickSearch />
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
        error={filter ? error : undefined}
      />
      <DndContext
        sensors={sensors}
        accessibility={{
          screenReaderInstructions: { draggable: t("board.keys") },
          announcements: {
            onDragStart: () => t("board.lifted"),
            onDragOver: ({ over }) =>
              over ? (options.find((o) => o.value === over.id)?.label ?? "") : "",
            onDragEnd: ({ over }) =>
              over ? (options.find((o) => o.value === over.id)?.label ?? "") : "",
            onDragCancel: () => t("cancel"),
          },
        }}
        onDragStart={(e) => setLifted((e.active.data.current?.record as RecordData) ?? null)}
        onDragCancel={() => setLifted(null)}
        onDragEnd={drop}
      >
        <div className="board">
          {options.map((o) => (
            <Column
              key={o.value}
              object={object}
              stage={stage}
              option={o}
              total={sumOf(o.value)}
              query={{
                filter: both(filter, `${stage.name} = ${quoteText(o.value)}`),
                q: url.q,
                sort: url.sort,
              }}
            />
          ))}
        </div>
        <DragOverlay>
          {lifted && (
            <div className="board-card floating">
              <CardBody object={object} stage={stage} record={lifted} />
            </div>
          )}
        </DragOverlay>
      </DndContext>
    </div>
  );
}

function Column({
  object,
  stage,
  option,
  total,
  query,
}: {
  object: ObjectMeta;
  stage: Field;
  option: Option;
  total: { count?: number; sum: string };
  query: ListQuery;
}) {
  const { t } = useTranslation();
  const { setNodeRef, isOver } = useDroppable({ id: option.value });
  const list = useList(object.plural, { ...query, column: option.value });
  return (
    <section
      ref={setNodeRef}
      className={`column ${isOver ? "over" : ""}`}
      aria-label={option.label}
    >
      <header>
        <h2>
          {option.color && <span className="dot-small" style={{ background: option.color }} />}
          {option.label}
          <span className="muted">{total.count ?? list.count?.value ?? ""}</span>
        </h2>
        <div className="muted">{total.sum || "\u00a0"}</div>
      </header>
      <div className="column-cards">
        {list.isPending ? (
          <Skeleton rows={3} />
        ) : list.isError ? (
          <ErrorState error={list.error} retry={() => list.refetch()} />
        ) : (
          list.records.map((r) => <Card key={r.id} object={object} stage={stage} record={r} />)
        )}
        {list.hasNextPage && (
          <Button small onClick={() => list.fetchNextPage()}>
            {t("load.more")}
          </Button>
        )}
      </div>
    </section>
  );
}

function Card({ object, stage, record }: { object: ObjectMeta; stage: Field; record: RecordData }) {
  const { t } = useTranslation();
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({
    id: record.id,
    data: { record },
    disabled: !object.access.edit,
    attributes: { roleDescription: t("board.card") },
  });
  return (
    <div
      ref={setNodeRef}
      className={`board-card ${isDragging ? "lifted" : ""}`}
      {...attributes}
      {...listeners}
    >
      <CardBody object={object} stage={stage} record={record} />
    </div>
  );
}

function CardBody({
  object,
  stage,
  record,
}: {
  object: ObjectMeta;
  stage: Field;
  record: RecordData;
}) {
  const names = (object.list ?? object.fields.map((f) => f.name)).filter(
    (n) => n !== object.title_field && n !== stage.name,
  );
  const fields = names
    .map((n) => object.fields.find((f) => f.name === n))
    .filter((f): f is Field => {
      const v = f && record[f.name];
      return v !== undefined && v !== null && v !== "" && !(Array.isArray(v) && v.length === 0);
    })
    .slice(0, 4);
  return (
    <>
      <Link
        to="/o/$plural/$id"
        params={{ plural: object.plural, id: record.id }}
        className="cell-link"
        draggable={false}
      >
        {recordTitle(object, record)}
      </Link>
      {fields.map((f) => {
        const type = fieldType(f);
        return (
          <div key={f.name} className="card-line">
            <span>
              <type.Display field={f} value={record[f.name]} short />
            </span>
          </div>
        );
      })}
    </>
  );
}
