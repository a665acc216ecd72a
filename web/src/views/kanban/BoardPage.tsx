import {
  type CollisionDetection,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  rectIntersection,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import type { InfiniteData } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient, refresh, useObject } from "../../api/queries";
import type { Field, ObjectMeta, Option, RecordData, RecordPage } from "../../api/types";
import { useKeys } from "../../hooks/useKeys";
import { usePhone } from "../../hooks/useMedia";
import { quoteText } from "../../lib/quote";
import { pipelinesOf, stageOf } from "../../lib/stages";
import { NotFound } from "../../pages/NotFound";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { saveRecord } from "../conflict/conflict";
import { Filters } from "../list/Filters";
import { filterProblem } from "../list/problem";
import { QuickSearch } from "../list/QuickSearch";
import { ShapeTabs } from "../list/ShapeTabs";
import { useListState } from "../list/useListState";
import { useOrder } from "../list/useOrder";
import { ViewTabs } from "../list/ViewTabs";
import { CardBody } from "./Card";
import { Column, useColumn } from "./Column";
import { cardFields } from "./cardFields";
import { useStageMove } from "./useStageMove";
import { useSums } from "./useSums";

export function BoardPage() {
  const { plural } = useParams({ strict: false }) as { plural: string };
  const object = useObject(plural);
  const stage = object?.fields.find((f) => f.name === object.stage_field);
  return object && stage ? <Board key={plural} object={object} stage={stage} /> : <NotFound />;
}

const both = (a: string | undefined, b: string) => (a ? `(${a}) AND ${b}` : b);

/** The column under the pointer; with the keyboard, the one the card covers. */
const columnAt: CollisionDetection = (args) =>
  args.pointerCoordinates ? pointerWithin(args) : rectIntersection(args);

function Board({ object, stage }: { object: ObjectMeta; stage: Field }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const state = useListState(object);
  const { url, setUrl, filter } = state;
  const [lifted, setLifted] = useState<RecordData | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const pipelines = pipelinesOf(object);
  const pipeline = pipelines.find((p) => p.value === url.pipeline) ?? pipelines[0];
  const options = pipeline?.stages ?? [];
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 6 } }),
    useSensor(KeyboardSensor, {
      keyboardCodes: { start: ["Space"], cancel: ["Escape"], end: ["Space", "Enter"] },
      // A step of the arrow keys is a column, whatever its width.
      coordinateGetter: (e, { currentCoordinates, context }) => {
        const by = e.code === "ArrowRight" ? 1 : e.code === "ArrowLeft" ? -1 : 0;
        if (!by) return undefined;
        e.preventDefault();
        const rectOf = (o: Option | undefined) => o && context.droppableRects.get(o.value);
        const middle = currentCoordinates.x + 60;
        const at = options.findIndex((o) => {
          const r = rectOf(o);
          return !!r && middle >= r.left && middle < r.right + 12;
        });
        const from = rectOf(options[at]);
        const rect = rectOf(options[at + by]);
        if (!rect || !from) return undefined;
        return { ...currentCoordinates, x: currentCoordinates.x + rect.left - from.left };
      },
    }),
  );
  const queryOf = (o: Option) => ({
    filter: both(filter, `${stage.name} = ${quoteText(o.value)}`),
    q: url.q,
    sort: url.sort,
    fields: cardFields(object),
  });
  // The columns stand in one order: what the first is answered, all are.
  const first = options[0];
  const orderNotice = useOrder(useColumn(object, first?.value ?? "", first ? queryOf(first) : {}));
  const { sums, sumOf } = useSums(object, stage, filter, url.q);
  useKeys({
    "/": (e) => {
      e.preventDefault();
      search.current?.focus();
    },
  });

  /** The card moves at once in every column's pages. */
  function place(record: RecordData, to: string) {
    const lists = queryClient.getQueriesData<InfiniteData<RecordPage>>({
      queryKey: ["list", object.plural],
    });
    for (const [key, data] of lists) {
      const column = (key[2] as { column?: string } | undefined)?.column;
      if (!data?.pages || column === undefined) continue;
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
  }

  const moving = useStageMove(object, stage, async (record, values) => {
    place({ ...record, ...values }, String(values[stage.name]));
    try {
      return await saveRecord(object, record.id, values, record.version);
    } catch (e) {
      place(record, String(record[stage.name]));
      throw e;
    } finally {
      refresh(object.plural, record.id);
    }
  });

  function drop(e: DragEndEvent) {
    setLifted(null);
    const record = e.active.data.current?.record as RecordData | undefined;
    const to = options.find((o) => o.value === e.over?.id);
    if (record && to) moving.start(record, to);
  }

  const said = (id: unknown) => options.find((o) => o.value === id)?.label ?? "";
  return (
    <div className="list">
      <div className="list-head">
        <h1>{object.label_plural}</h1>
        <ShapeTabs object={object} board />
        {pipelines.length > 1 && (
          <Select
            className="fit"
            aria-label={object.fields.find((f) => f.name === object.pipeline_field)?.label}
            value={pipeline?.value}
            onChange={(e) => setUrl({ pipeline: e.target.value })}
          >
            {pipelines.map((p) => (
              <option key={p.value} value={p.value}>
                {p.label}
              </option>
            ))}
          </Select>
        )}
        <div className="grow" />
        <QuickSearch boxRef={search} />
        {object.access.create && (
          <Button
            kind="primary"
            icon={<Icon name="plus" size={16} />}
            aria-label={phone ? t("new.of", { what: object.label }) : undefined}
            onClick={() => setUrl({ create: object.name }, { push: true })}
          >
            {!phone && t("new.of", { what: object.label })}
          </Button>
        )}
      </div>
      <ViewTabs object={object} state={state} board />
      <Filters
        object={object}
        state={state}
        error={filter ? filterProblem(sums.error) : undefined}
      />
      {orderNotice}
      <DndContext
        sensors={sensors}
        collisionDetection={columnAt}
        accessibility={{
          screenReaderInstructions: { draggable: t("board.keys") },
          announcements: {
            onDragStart: () => t("board.lifted"),
            onDragOver: ({ over }) => said(over?.id),
            onDragEnd: ({ over }) => said(over?.id),
            onDragCancel: () => t("cancel"),
          },
        }}
        onDragStart={(e) => setLifted((e.active.data.current?.record as RecordData) ?? null)}
        onDragCancel={() => setLifted(null)}
        onDragEnd={drop}
      >
        <div className="board">
          {options.map((o) => (
            <Column key={o.value} object={object} option={o} total={sumOf(o)} query={queryOf(o)} />
          ))}
        </div>
        <DragOverlay>
          {lifted && (
            <div className="board-card floating">
              <CardBody object={object} record={lifted} stage={stageOf(object, lifted)} />
            </div>
          )}
        </DragOverlay>
      </DndContext>
      {moving.sheet}
    </div>
  );
}
