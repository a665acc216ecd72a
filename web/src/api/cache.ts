import type { InfiniteData } from "@tanstack/react-query";
import { queryClient } from "./queries";
import type { RecordData, RecordPage } from "./types";

/** Changes a record wherever it is shown, without asking the server. */
export function patchCached(plural: string, id: string, change: Partial<RecordData>) {
  const lists = queryClient.getQueriesData<InfiniteData<RecordPage> | RecordPage>({
    queryKey: ["list", plural],
  });
  for (const [key, data] of lists) {
    if (!data) continue;
    const inPage = (p: RecordPage): RecordPage =>
      p.records?.some((r) => r.id === id)
        ? { ...p, records: p.records.map((r) => (r.id === id ? { ...r, ...change } : r)) }
        : p;
    if ("pages" in data) {
      queryClient.setQueryData<InfiniteData<RecordPage>>(key, {
        ...data,
        pages: data.pages.map(inPage),
      });
    } else if ("records" in data) queryClient.setQueryData<RecordPage>(key, inPage(data));
  }
  queryClient.setQueryData<RecordData>(["record", plural, id], (r) =>
    r ? { ...r, ...change } : r,
  );
}
