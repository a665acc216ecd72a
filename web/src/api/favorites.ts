import { useQuery } from "@tanstack/react-query";
import { call } from "./client";
import { queryClient, useMe } from "./queries";

/** Where a record has its object, a saved view has this. */
export const VIEW = "view";

/** A starred record or saved view, by the title its owner sees. */
export interface Favorite {
  /** The record's object, or "view". */
  object: string;
  id: string;
  label: string;
  /** The object whose list a view shows. */
  of?: string;
  /** The analysis that a view shows in place of a list. */
  analysis?: string;
}

const KEY = ["favorites"];
const path = (f: { object: string; id: string }) =>
  `/favorites/${encodeURIComponent(f.object)}/${encodeURIComponent(f.id)}`;
const known = () => queryClient.getQueryData<Favorite[]>(KEY) ?? [];
const same = (a: { object: string; id: string }, b: { object: string; id: string }) =>
  a.object === b.object && a.id === b.id;

export function useFavorites() {
  const me = useMe().data;
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await call<{ favorites: Favorite[] }>("/favorites")).favorites ?? [],
    staleTime: 60_000,
    // Before the first password of one's own the server answers nothing else.
    enabled: !!me && !me.user.must_change_password,
  });
}

/** Something was renamed, deleted or given away: do the favourites show it? */
export function favoriteChanged(id?: string) {
  if (!id || known().some((f) => f.id === id)) {
    queryClient.invalidateQueries({ queryKey: KEY });
  }
}

/** Stars it or takes the star away: shown at once, taken back when the server refuses. */
export async function setStar(f: Favorite, on: boolean) {
  await queryClient.cancelQueries({ queryKey: KEY });
  const before = known();
  const others = before.filter((x) => !same(x, f));
  queryClient.setQueryData(KEY, on ? [...others, f] : others);
  try {
    await call(path(f), { method: on ? "PUT" : "DELETE" });
  } catch (e) {
    queryClient.setQueryData(KEY, before);
    throw e;
  } finally {
    queryClient.invalidateQueries({ queryKey: KEY });
  }
}

let sending: ReturnType<typeof setTimeout> | undefined;

/** Puts them in this order: shown at once, told to the server when no more moves come. */
export function orderFavorites(list: Favorite[], failed: (e: unknown) => void) {
  void queryClient.cancelQueries({ queryKey: KEY });
  queryClient.setQueryData(KEY, list);
  clearTimeout(sending);
  sending = setTimeout(async () => {
    try {
      await call("/favorites", {
        method: "PUT",
        body: { favorites: known().map(({ object, id }) => ({ object, id })) },
      });
    } catch (e) {
      failed(e);
      queryClient.invalidateQueries({ queryKey: KEY });
    }
  }, 300);
}

/** Whether it is starred. */
export function useStarred(object: string, id: string): boolean {
  return (useFavorites().data ?? []).some((f) => same(f, { object, id }));
}
