import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { FieldError, ObjectMeta } from "../../api/types";
import { useSettled } from "../../hooks/useSettled";
import { toWrite } from "../../lib/records";

/** Messages by field. */
export const byField = (list: FieldError[] | undefined): Record<string, string> => {
  const told: Record<string, string> = {};
  for (const w of list ?? []) {
    told[w.field] = told[w.field] ? `${told[w.field]} ${w.message}` : w.message;
  }
  return told;
};

/** What is doubtful about values being typed: it is told at the field and stops nothing. */
export function useDoubts(
  object: ObjectMeta | undefined,
  values: Record<string, unknown>,
  id?: string,
): Record<string, string> {
  const body: Record<string, unknown> = {};
  for (const [name, v] of Object.entries(values)) {
    const f = object?.fields.find((x) => x.name === name);
    if (f && f.type !== "longtext" && f.type !== "lines") body[name] = toWrite(f, v);
  }
  const settled = useSettled(JSON.stringify(body), "{}");
  const found = useQuery({
    queryKey: ["doubts", object?.plural, id, settled],
    queryFn: ({ signal }) =>
      api.doubts(object?.plural ?? "", { id, values: JSON.parse(settled) }, signal),
    enabled: !!object && settled !== "{}",
    staleTime: 60_000,
    retry: false,
    placeholderData: (before) => before,
  });
  // Who may be there already stands above, with links.
  const told = found.data?._warnings?.filter((w) => !w.code.startsWith("twin"));
  return settled === "{}" || Object.keys(values).length === 0 ? {} : byField(told);
}

/** What is doubtful about a record as it stands. */
export function useRecordDoubts(object: ObjectMeta, id: string, version: unknown): FieldError[] {
  const found = useQuery({
    queryKey: ["doubts", object.plural, id, "", version],
    queryFn: ({ signal }) => api.doubts(object.plural, { id }, signal),
    staleTime: 300_000,
    retry: false,
  });
  return (found.data?._warnings ?? []).filter((w) => !w.code.startsWith("twin"));
}
