import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import { filesOf, fileUrl, isPicture } from "./upload";

/** How many people's photos are known at most; beyond them stands the first letter. */
const MOST = 2000;

async function faces(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let cursor: string | undefined; found.size < MOST; ) {
    const page = await api.list("users", {
      filter: "photo is not empty",
      fields: "photo",
      limit: 500,
      cursor,
    });
    for (const r of page.records ?? []) {
      const [photo] = filesOf(r.photo);
      if (photo && isPicture(photo)) found.set(r.id, fileUrl(photo, 96));
    }
    cursor = page.next ?? undefined;
    if (!cursor) break;
  }
  return found;
}

/** The photo of a person, by id: people are few, so theirs are read together, once. */
export function useFace(id?: string): string | undefined {
  const { data } = useQuery({ queryKey: ["faces"], queryFn: faces, staleTime: 600_000 });
  return id ? data?.get(id) : undefined;
}
