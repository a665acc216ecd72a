import { useSyncExternalStore } from "react";

let reached = typeof navigator === "undefined" || navigator.onLine;
let timer = 0;
const watchers = new Set<() => void>();

/** Every answer and every failed call says whether the server can be reached. */
export function heard(answer: boolean) {
  if (answer === reached) return;
  reached = answer;
  if (!reached) again();
  for (const w of watchers) w();
}

/** While nothing is reached the server is asked every few seconds. */
function again() {
  clearTimeout(timer);
  timer = window.setTimeout(async () => {
    try {
      const answer = await fetch("/healthz", { cache: "no-store" });
      if (answer.ok) return heard(true);
    } catch {
      // still away
    }
    again();
  }, 3000);
}

if (typeof window !== "undefined") {
  window.addEventListener("offline", () => heard(false));
  if (!reached) again();
}

/** Is the server in reach? */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => reached,
  );
}
