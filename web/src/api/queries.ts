import { QueryClient, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import { isProblem } from "./problem";
import type { ObjectMeta } from "./types";

export const queryClient = new QueryClient({
  defaultOptions: {
    // The service worker answers while the network is gone; a paused question would wait for ever.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (n, e) => n < 2 && !(isProblem(e) && e.status >= 400 && e.status < 500),
    },
  },
});

// Whether the last answer said who is here: a stranger's browser asks for nothing ahead, nor does
// that of somebody who has yet to choose a password, who is answered nothing else.
const KNOWN = "ecrm.known";

async function whoAmI() {
  try {
    const answer = await api.me();
    if (answer.user.must_change_password) localStorage.removeItem(KNOWN);
    else localStorage.setItem(KNOWN, "1");
    return answer;
  } catch (e) {
    if (isProblem(e) && e.status === 401) localStorage.removeItem(KNOWN);
    throw e;
  }
}

const me = { queryKey: ["me"], queryFn: whoAmI, staleTime: 60_000 };
const objects = {
  queryKey: ["objects"],
  queryFn: api.objects,
  staleTime: Number.POSITIVE_INFINITY,
};

export const useMe = () => useQuery(me);

export const useObjects = () => useQuery(objects);

/** Did the last answer say who is here? */
export const known = () => !!localStorage.getItem(KNOWN);

/** Asks for what every page but these needs, while the rest of the program is still on its way. */
export function askAhead(path: string) {
  if (
    ["/setup", "/sign-in", "/forgotten", "/password"].includes(path) ||
    !localStorage.getItem(KNOWN)
  )
    return;
  queryClient.prefetchQuery(me);
  queryClient.prefetchQuery(objects);
}

/** The object with this name or plural, as this user may see it. */
export function useObject(nameOrPlural?: string): ObjectMeta | undefined {
  const { data } = useObjects();
  return data?.objects.find((o) => o.plural === nameOrPlural || o.name === nameOrPlural);
}

export function useRecord(plural: string, id: string) {
  return useQuery({
    queryKey: ["record", plural, id],
    queryFn: ({ signal }) => api.get(plural, id, signal),
  });
}

/** After a change: what shows records of this kind is asked for again. */
export function refresh(plural: string, id?: string) {
  queryClient.invalidateQueries({ queryKey: ["list", plural] });
  queryClient.invalidateQueries({ queryKey: ["aggregate", plural] });
  queryClient.invalidateQueries({ queryKey: ["home"] });
  queryClient.invalidateQueries({ queryKey: ["calendar"] });
  if (id) {
    queryClient.invalidateQueries({ queryKey: ["record", plural, id] });
    queryClient.invalidateQueries({ queryKey: ["timeline", plural, id] });
  }
}
