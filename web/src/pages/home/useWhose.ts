import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { whoFilter } from "../charts/who";

/**
 * Whose work the start page shows: what the address says, else mine; for those who own nothing
 * themselves that of their department, else all they may see. Undefined until that is known.
 */
export function useWhose(objects: (ObjectMeta | undefined)[]) {
  const [url, setUrl] = useUrl();
  const some = objects.filter((o): o is ObjectMeta => !!o);
  const usual = useQuery({
    queryKey: ["home", "whose", some.map((o) => o.plural).join()],
    queryFn: async ({ signal }) => {
      const any = async (who: string) => {
        const q = { filter: whoFilter(who), limit: 1, count: "none" as const, fields: "id" };
        const lists = await Promise.all(some.map((o) => api.list(o.plural, q, signal)));
        return lists.some((l) => l.records.length > 0);
      };
      const [first] = some;
      const others = { filter: "owner != me()", limit: 1, count: "none" as const, fields: "id" };
      const more = !!first && (await api.list(first.plural, others, signal)).records.length > 0;
      for (const who of ["me", "mine", "all"]) if (await any(who)) return { who, more };
      return { who: "me", more };
    },
    enabled: some.length > 0,
    staleTime: 300_000,
    retry: false,
  });
  const usually = usual.data?.who ?? (usual.isError ? "me" : undefined);
  return {
    /** Does one see anything that is not one's own? */
    more: !!usual.data?.more,
    who: url.who ?? usually,
    choose: (who: string) => setUrl({ who: who === usually ? undefined : who }),
  };
}
