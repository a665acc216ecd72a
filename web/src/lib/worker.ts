import { forgetVisits } from "./recent";

/** The app can be installed and opens without a network; only over HTTPS or on this machine. */
export function startServiceWorker() {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const start = () =>
    navigator.serviceWorker.register("/sw.js").catch(() => {
      // without it everything works but opening offline
    });
  // Not before the page is there: the worker fetches the whole app.
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
}

/** Signed out: nothing that was loaded stays on this machine. */
export async function wipe() {
  forgetVisits();
  navigator.serviceWorker?.controller?.postMessage("wipe");
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith("ecrm-data")) await caches.delete(name);
  }
}
