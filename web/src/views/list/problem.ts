import { isProblem } from "../../api/problem";

/** What the server says is wrong with the filter, and at which character. */
export function filterProblem(e: unknown): { text: string; position?: number } | undefined {
  if (!isProblem(e) || e.status !== 422) return undefined;
  const text = e.detail || e.message;
  const place = /\d+/.exec(e.fields[0]?.code.startsWith("filter_") ? e.detail : "");
  return { text, position: place ? Number(place[0]) : undefined };
}
