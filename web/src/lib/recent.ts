import { useSyncExternalStore } from "react";

/** The records opened last on this device, newest first. Signing out forgets them. */
export interface Visit {
  object: string;
  plural: string;
  id: string;
  label: string;
}

const KEY = "ecrm.recent";
const MOST = 12;
const watchers = new Set<() => void>();
let cached: { text: string | null; list: Visit[] } = { text: null, list: [] };

function read(): Visit[] {
  const text = localStorage.getItem(KEY);
  if (text === cached.text) return cached.list;
  let list: Visit[] = [];
  try {
    const v: unknown = JSON.parse(text ?? "[]");
    if (Array.isArray(v)) list = v.filter((x) => x?.id && x?.plural);
  } catch {
    // written by something else
  }
  cached = { text, list };
  return list;
}

function write(list: Visit[]) {
  localStorage.setItem(KEY, JSON.stringify(list));
  for (const w of watchers) w();
}

export function visited(v: Visit) {
  const first = read()[0];
  if (first?.id === v.id && first.label === v.label) return;
  write([v, ...read().filter((x) => x.id !== v.id)].slice(0, MOST));
}

/** It left the reader's sight: its name stands here no more. */
export function forgetVisit(id: string) {
  write(read().filter((x) => x.id !== id));
}

export function forgetVisits() {
  localStorage.removeItem(KEY);
  for (const w of watchers) w();
}

export function useRecent(): Visit[] {
  return useSyncExternalStore((w) => {
    watchers.add(w);
    return () => watchers.delete(w);
  }, read);
}
