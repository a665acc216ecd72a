import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { call, queryString } from "./client";
import type { Job } from "./jobs";
import { queryClient, useMe } from "./queries";

export type NoticeKind =
  | "mentioned"
  | "assigned"
  | "reminder"
  | "finished"
  | "commented"
  | "lapsed"
  | "job"
  | "wanted";

/** Something that concerns whoever is signed in. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  at: string;
  read: boolean;
  /** How many such things it stands for. */
  count: number;
  by: { id: string; name: string } | null;
  object?: string;
  /** Hidden where one may not see it, or not any more. */
  record: { id?: string; object: string; label?: string; hidden?: boolean } | null;
  /** What was said. */
  text?: string;
  due_at: string | null;
  job: Job | null;
  /** For what period something is wanted. */
  period?: { kind: "day" | "week" | "month"; day: string } | null;
}

export interface NoticePage {
  notices: Notice[];
  next: string | null;
  unread: number;
}

/** How somebody wants to hear of a kind of notice. */
export interface Way {
  app: boolean;
  mail: "no" | "now" | "digest";
}

export interface NoticeChoices {
  kinds: Record<NoticeKind, Way>;
  digest_hour: number | null;
  digest_weekends: boolean;
}

/** Somebody who may be named in a text about a record. */
export interface Mentionable {
  id: string;
  name: string;
  /** What the text is to call him behind the @. */
  as: string;
  login: string;
}

const KEY = ["notices"];
const LATEST = [...KEY, "latest"];
/** So many stand in the panel. */
const SHOWN = 15;

const read = (q: { limit: number; cursor?: string; unread?: boolean }) =>
  call<NoticePage>(`/notices${queryString(q)}`);

/** The newest, and how many are unread; kept fresh by the event stream. */
export function useNotices() {
  const me = useMe().data;
  return useQuery({
    queryKey: LATEST,
    queryFn: () => read({ limit: SHOWN }),
    staleTime: 60_000,
    // Before the first password of one's own the server answers nothing else.
    enabled: !!me && !me.user.must_change_password,
  });
}

export const useAllNotices = (unread: boolean) =>
  useInfiniteQuery({
    queryKey: [...KEY, "all", unread],
    queryFn: ({ pageParam }) => read({ limit: 30, cursor: pageParam || undefined, unread }),
    initialPageParam: "",
    getNextPageParam: (p) => p.next ?? undefined,
  });

/** The server told how many are unread now. */
export function noticesChanged(unread?: number) {
  if (unread !== undefined) {
    queryClient.setQueryData(LATEST, (p: NoticePage | undefined) => (p ? { ...p, unread } : p));
  }
  queryClient.invalidateQueries({ queryKey: KEY });
}

/** What is said of notices: those named, all up to one, or the one about a job. */
interface Said {
  ids?: string[];
  through?: string;
  job?: string;
  unread?: boolean;
}

/** Marks notices: shown at once, the server tells the other pages. */
export async function markNotices(said: Said) {
  const meant = (n: Notice) =>
    !!said.ids?.includes(n.id) || (!!said.through && BigInt(n.id) <= BigInt(said.through));
  queryClient.setQueryData(LATEST, (p: NoticePage | undefined) => {
    if (!p) return p;
    const notices = p.notices.map((n) => (meant(n) ? { ...n, read: !said.unread } : n));
    const fewer = p.notices.filter((n) => !n.read && meant(n)).length;
    return { ...p, notices, unread: said.through ? 0 : Math.max(0, p.unread - fewer) };
  });
  try {
    await call("/notices/actions/read", { method: "POST", body: said });
  } finally {
    noticesChanged();
  }
}

export const choices = {
  get: () => call<NoticeChoices>("/notices/choices"),
  change: (body: Partial<NoticeChoices>) =>
    call<NoticeChoices>("/notices/choices", { method: "PATCH", body }),
};

export const mentionable = async (plural: string, id: string, q: string, signal?: AbortSignal) =>
  (
    await call<{ people: Mentionable[] }>(
      `/${plural}/${encodeURIComponent(id)}/people${queryString({ q })}`,
      { signal },
    )
  ).people;
