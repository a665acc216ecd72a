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
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useObject } from "../../api/queries";
import type { Field, ObjectMeta, Option, RecordData, RecordPage } from "../../api/types";
import { useKeys } from "../../hooks/useKeys";
import { usePhone } from "../../hooks/useMedia";
import { recordTitle } from "../../lib/records";
import { NotFound } from "../../pages/NotFound";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { saveRecord } from "../conflict/conflict";
import { Filters } from "../list/Filters";
import { quoteText } from "../list/filter";
import { filterProblem } from "../list/problem";
import { QuickSearch } from "../list/QuickSearch";
import { ShapeTabs } from "../list/ShapeTabs";
import { useListState } from "../list/useListState";
import { ViewTabs } from "../list/ViewTabs";
import { CardBody } from "./Card";
import { Column } from "./Column";
import { cardFields } from "./cardFields";
import { celebrate } from "./celebrate";
import { MoveSheet } from "./MoveSheet";
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

interface Move {
  record: RecordData;
  to: Option;
  /** What the server asked for, when it did. */
  fields?: string[];
  error?: string;
}

function Board({ object, stage }: { object: ObjectMeta; stage: Field }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const errorText = useErrorText();
  const state = useListState(object);
  const { url, setUrl, filter } = state;
  const [lifted, setLifted] = useState<RecordData | null>(null);
  const [asking, setAsking] = useState<Move | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const options = (stage.options ?? []).filter((o) => !o.inactive);
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

  async function move({ record, to }: Move, more: Record<string, unknown>) {
    const from = record[stage.name];
    place(record, to.value);
    try {
      const saved = await saveRecord(
        object,
        record.id,
        { [stage.name]: to.value, ...more },
        record.version,
      );
      setAsking(null);
      if (to.kind === "won") celebrate();
      const what = recordTitle(object, record);
      toast(t(to.kind === "won" ? "board.won" : "board.moved", { what, to: to.label }), {
        action: {
          label: t("undo"),
          run: () =>
            void saveRecord(object, record.id, { [stage.name]: from }, saved.version)
              .catch((e) => toast(errorText(e), { bad: true }))
              .finally(() => refresh(object.plural, record.id)),
        },
      });
    } catch (e) {
      place(record, String(from));
      // What the server misses for this stage is asked for where the card is.
      const missing = isProblem(e) ? e.fields.map((f) => f.field) : [];
      const fits = missing.filter(
        (n) => n !== stage.name && object.fields.some((f) => f.name === n),
      );
      if (fits.length) {
        const said = isProblem(e) ? e.fields.map((f) => f.message).join(" ") : "";
        setAsking({ record, to, fields: fits, error: Object.keys(more).length ? said : undefined });
      } else toast(errorText(e), { bad: true });
    }
    refresh(object.plural, record.id);
  }

  function drop(e: DragEndEvent) {
    setLifted(null);
    const record = e.active.data.current?.record as RecordData | undefined;
    const to = options.find((o) => o.value === e.over?.id);
    if (!record || !to || record[stage.name] === to.value) return;
    // Lost asks why before anything is written.
    const why = object.fields.find((f) => f.name === "reason" && f.access !== "read");
    if (to.kind === "lost" && why && !record.reason) setAsking({ record, to, fields: [why.name] });
    else move({ record, to }, {});
  }

  const said = (id: unknown) => options.find((o) => o.value === id)?.label ?? "";
  return (
    <div className="list">
      <div className="list-head">
        <h1>{object.label_plural}</h1>
        <ShapeTabs object={object} board />
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
            <Column
              key={o.value}
              object={object}
              option={o}
              total={sumOf(o)}
              query={{
                filter: both(filter, `${stage.name} = ${quoteText(o.value)}`),
                q: url.q,
                sort: url.sort,
                fields: cardFields(object),
              }}
            />
          ))}
        </div>
        <DragOverlay>
          {lifted && (
            <div className="board-card floating">
              <CardBody object={object} record={lifted} />
            </div>
          )}
        </DragOverlay>
      </DndContext>
      {asking && (
        <MoveSheet
          object={object}
          to={asking.to}
          record={asking.record}
          fields={asking.fields ?? []}
          error={asking.error}
          onSave={(values) => move(asking, values)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
