import { isProblem } from "../../api/problem";

const isOrder = (code: string | undefined) => !!code?.startsWith("sort_");

/** What the server says is wrong with the filter, and at which character. */
export function filterProblem(e: unknown): { text: string; position?: number } | undefined {
  if (!isProblem(e) || e.status !== 422 || isOrder(e.fields[0]?.code)) return undefined;
  const text = e.detail || e.message;
  const place = /\d+/.exec(e.fields[0]?.code.startsWith("filter_") ? e.detail : "");
  return { text, position: place ? Number(place[0]) : undefined };
}

/** Why the list does not stand in the order that was asked for. */
export function orderProblem(e: unknown): string | undefined {
  return isProblem(e) && e.status === 422 && isOrder(e.fields[0]?.code) ? e.detail : undefined;
}
