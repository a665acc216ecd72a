import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { Menu } from "../../ui/Menu";
import { fieldType } from "..";
import type { Row } from "./rows";

/** What is done to the rows; it stays the same while they change. */
export interface LineActions {
  put: (i: number, name: string, value: unknown) => void;
  add: (at: number, like?: Row) => void;
  remove: (i: number) => void;
  move: (i: number, by: number, column: number) => void;
  key: (e: React.KeyboardEvent<HTMLElement>, i: number, column: number) => void;
  paste: (e: React.ClipboardEvent<HTMLElement>, i: number, column: number) => void;
}

/** One row of the grid. It is drawn anew only when it changes: there may be hundreds of them. */
export const Line = memo(Drawn, unchanged);

function Drawn({
  row,
  i,
  last,
  id: grid,
  columns,
  disabled,
  errors,
  computed,
  on,
}: {
  row: Row;
  i: number;
  last: boolean;
  id: string;
  columns: Field[];
  disabled?: boolean;
  errors?: Record<string, string>;
  /** What columns show that follow from the others. */
  computed?: Record<string, unknown>;
  on: LineActions;
}) {
  const { t } = useTranslation();
  const n = i + 1;
  return (
    <tr className={errors ? "line-bad" : undefined}>
      <th scope="row" className="line-head">
        <span className="only-phone">{t("lines.row", { n })}</span>
        {disabled ? (
          <span className="only-desktop">{n}</span>
        ) : (
          <Menu
            label={t("lines.actions", { n })}
            className="line-number"
            align="start"
            skipped
            trigger={
              <>
                <span className="only-desktop">{n}</span>
                <span className="only-phone" aria-hidden="true">
                  ⋯
                </span>
              </>
            }
            items={[
              { label: t("lines.up"), onSelect: () => on.move(i, -1, 0), disabled: i === 0 },
              { label: t("lines.down"), onSelect: () => on.move(i, 1, 0), disabled: last },
              { label: t("lines.insert"), onSelect: () => on.add(i) },
              { label: t("lines.copy"), onSelect: () => on.add(n, row) },
              {
                label: t("lines.remove", { n }),
                onSelect: () => on.remove(i),
                danger: true,
                separated: true,
              },
            ]}
          />
        )}
      </th>
      {columns.map((c, k) => {
        const type = fieldType(c);
        const id = `${grid}-${i}-${c.name}`;
        const error = errors?.[c.name];
        return (
          <td
            key={c.name}
            data-cell={`${i}-${k}`}
            data-label={c.label}
            className={error ? "field-bad" : undefined}
            onKeyDown={(e) => on.key(e, i, k)}
            onPaste={(e) => on.paste(e, i, k)}
          >
            <label className="sr-only" htmlFor={id}>
              {c.label} {n}
            </label>
            <type.Editor
              id={id}
              field={c}
              value={c.access === "read" && computed ? computed[c.name] : row[c.name]}
              disabled={disabled || c.access === "read"}
              invalid={!!error}
              describedBy={error ? `${id}-error` : undefined}
              onChange={(v) => on.put(i, c.name, v)}
            />
            {error && (
              <p className="error-text" id={`${id}-error`}>
                {error}
              </p>
            )}
          </td>
        );
      })}
    </tr>
  );
}

type Props = React.ComponentProps<typeof Drawn>;

/** What is computed is new each time, and the same where its values are. */
function unchanged(a: Props, b: Props): boolean {
  const names = Object.keys({ ...a, ...b }) as (keyof Props)[];
  return names.every((n) =>
    n === "computed"
      ? Object.keys({ ...a.computed, ...b.computed }).every(
          (c) => a.computed?.[c] === b.computed?.[c],
        )
      : a[n] === b[n],
  );
}
