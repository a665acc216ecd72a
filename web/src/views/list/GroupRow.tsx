import { useTranslation } from "react-i18next";
import { useMe } from "../../api/queries";
import type { Field } from "../../api/types";
import { SumMark } from "../../fields/money/SumMark";
import { grouped, money } from "../../lib/format";
import { Icon } from "../../ui/Icon";
import type { Column } from "./columns";
import { GroupLabel } from "./GroupLabel";
import type { GroupHead } from "./groups";

/** A sum as its column writes its values; amounts are in the company's currency. */
export function useSumText() {
  const currency = useMe().data?.company.currency ?? "TWD";
  return (f: Field, sum: string | undefined) =>
    sum === undefined || Number(sum) === 0
      ? ""
      : f.type === "money"
        ? money({ amount: sum, currency })
        : grouped(sum);
}

/** The head of a group in the table: its value, how many, and the sums under their columns. */
export function GroupRow({
  field,
  head,
  columns,
  start,
  onFold,
}: {
  field: Field;
  head: GroupHead;
  columns: Column[];
  start: number;
  onFold?: (g: GroupHead) => void;
}) {
  const { t } = useTranslation();
  const sumText = useSumText();
  return (
    <div
      role="row"
      tabIndex={-1}
      className="grid-row group-row"
      style={{ transform: `translateY(${start}px)` }}
    >
      {columns.map((c, i) => (
        <div
          key={c.field.name}
          role="gridcell"
          tabIndex={-1}
          aria-colindex={i + 1}
          className={`cell ${i === 0 ? "cell-frozen" : c.set ? "" : "cell-flex"} num`}
          style={{ width: c.width, flexGrow: i === 0 || c.set ? 0 : c.width }}
        >
          {i === 0 ? (
            <button
              type="button"
              className="group-fold"
              aria-expanded={!head.closed}
              disabled={!onFold}
              title={t(head.closed ? "group.open" : "group.close")}
              onClick={() => onFold?.(head)}
            >
              <Icon name={head.closed ? "right" : "down"} size={14} />
              <span className="ellipsis">
                <GroupLabel field={field} head={head} />
              </span>
              {head.count !== undefined && (
                <span className="muted count">{grouped(String(head.count))}</span>
              )}
            </button>
          ) : (
            <span>
              {sumText(c.field, head.sums[c.field.name])}
              {c.field.type === "money" && <SumMark of={head.converted} />}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
