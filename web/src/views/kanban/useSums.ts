import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { useMe } from "../../api/queries";
import type { Field, ObjectMeta, Option } from "../../api/types";
import { type Converted, together } from "../../fields/money/SumMark";
import { scaled } from "../../lib/decimal";
import { money } from "../../lib/format";
import { isOpen } from "../../lib/stages";
import { partsOf } from "./cardFields";

export interface Total {
  count?: number;
  sum: string;
  /** What is to be expected: each amount times its probability. */
  weighted: string;
  converted?: Converted;
}

const textOf = (v: unknown): string => {
  if (v === null || v === undefined) return "0";
  return typeof v === "object" ? String((v as { amount?: string }).amount ?? "0") : String(v);
};

/** Count, sum and weighted sum of each stage, under the filter of the board. */
export function useSums(
  object: ObjectMeta,
  stage: Field,
  filter: string | undefined,
  q: string | undefined,
) {
  const me = useMe();
  const { amount } = partsOf(object);
  const likely = !!amount && !!object.likely_field;
  const sums = useQuery({
    queryKey: ["aggregate", object.plural, "board", filter, q],
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        {
          filter,
          q,
          group: [{ field: stage.name }],
          measures: [
            { fn: "count" },
            ...(amount ? [{ fn: "sum", field: amount.name }] : []),
            ...(likely ? [{ fn: "weighted", field: amount.name }] : []),
          ],
        },
        signal,
      ),
    retry: false,
  });
  const currency = me.data?.company.currency ?? "TWD";
  const sumOf = (option: Option): Total => {
    const rows = (sums.data?.rows ?? []).filter((r) => {
      const g = r.group[0];
      return g === option.value || (g as { value?: string } | null)?.value === option.value;
    });
    if (!sums.data) return { sum: "", weighted: "" };
    const count = rows.reduce((n, r) => n + Number(r.measures[0] ?? 0), 0);
    if (!amount) return { count, sum: "", weighted: "" };
    // Cents as whole numbers: large sums keep every digit.
    let cents = 0n;
    let expected = 0n;
    for (const r of rows) {
      const part = scaled(textOf(r.measures[1]), 2);
      cents += part;
      expected += likely
        ? scaled(textOf(r.measures[2]), 2)
        : (part * BigInt(option.probability ?? 0)) / 100n;
    }
    const shown = (n: bigint) => money({ amount: String(n / 100n), currency });
    return {
      count,
      // Nothing, where no amount is known: a column of leads without budgets.
      sum: cents ? shown(cents) : "",
      converted: together(rows),
      weighted: isOpen(option) && expected > 0n && expected !== cents ? shown(expected) : "",
    };
  };
  return { sums, sumOf };
}
