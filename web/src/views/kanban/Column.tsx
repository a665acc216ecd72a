import { useDroppable } from "@dnd-kit/core";
import { useTranslation } from "react-i18next";
import type { ListQuery } from "../../api/client";
import type { ObjectMeta, Option } from "../../api/types";
import { colorOf } from "../../fields/base";
import { SumMark } from "../../fields/money/SumMark";
import { useUrl } from "../../hooks/useUrl";
import { grouped } from "../../lib/format";
import { isOpen } from "../../lib/stages";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { ErrorState, Skeleton } from "../../ui/State";
import { orderProblem } from "../list/problem";
import { useList } from "../list/useList";
import { Card } from "./Card";
import type { Total } from "./useSums";

/** The cards of one column, asked for once by whoever shows them. */
export const useColumn = (object: ObjectMeta, stage: string, query: ListQuery) =>
  useList(object.plural, { ...query, column: stage }, 50);

export function Column({
  object,
  option,
  total,
  query,
}: {
  object: ObjectMeta;
  option: Option;
  total: Total;
  query: ListQuery;
}) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  const { setNodeRef, isOver } = useDroppable({ id: option.value });
  const list = useColumn(object, option.value, query);
  const count = total.count ?? list.count?.value;
  return (
    <section
      ref={setNodeRef}
      className={`column ${isOver ? "over" : ""}`}
      aria-label={option.label}
      data-stage={option.value}
    >
      <header>
        <h2>
          {option.color && (
            <span className="dot-small" style={{ background: colorOf(option.color) }} />
          )}
          <span className="ellipsis">{option.label}</span>
          <span className="muted count">{count === undefined ? "" : grouped(String(count))}</span>
          <span className="grow" />
          {object.access.create && isOpen(option) && (
            <IconButton
              label={t("board.add", { what: object.label, to: option.label })}
              onClick={() =>
                setUrl(
                  {
                    create: object.name,
                    preset: JSON.stringify({ [object.stage_field ?? ""]: option.value }),
                  },
                  { push: true },
                )
              }
            >
              <Icon name="plus" size={14} />
            </IconButton>
          )}
        </h2>
        <div className="muted column-sums">
          <span>
            {total.sum || "\u00a0"}
            <SumMark of={total.converted} />
          </span>
          {total.weighted && (
            <span title={t("board.weighted")}>
              <span className="sr-only">{t("board.weighted")}</span>≈ {total.weighted}
            </span>
          )}
        </div>
      </header>
      <div className="column-cards">
        {list.isPending || orderProblem(list.error) ? (
          <Skeleton rows={3} />
        ) : list.isError ? (
          <ErrorState error={list.error} retry={() => list.refetch()} />
        ) : list.records.length === 0 ? (
          <p className="muted column-empty">{t("board.empty")}</p>
        ) : (
          list.records.map((r) => <Card key={r.id} object={object} record={r} stage={option} />)
        )}
        {list.hasNextPage && (
          <Button small disabled={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {t("load.more")}
          </Button>
        )}
      </div>
    </section>
  );
}
