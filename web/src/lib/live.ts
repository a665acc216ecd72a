import { type LiveEvent, openStream } from "./stream";

/** Hears the server's events, over one connection for all tabs where the browser can share one. */
export function listen(tell: (event: LiveEvent) => void): () => void {
  if (typeof SharedWorker === "undefined") return openStream(tell, performance.now()).close;
  const worker = new SharedWorker(new URL("./live.worker.ts", import.meta.url), {
    type: "module",
    name: "ecrm-live",
  });
  let direct: (() => void) | undefined;
  worker.onerror = () => {
    direct ??= openStream(tell, performance.now()).close;
  };
  worker.port.onmessage = (e: MessageEvent<LiveEvent>) => tell(e.data);
  worker.port.start();
  // With how long ago the page began to be read: what came since is told as well.
  const hello = () => worker.port.postMessage(performance.now());
  const bye = () => worker.port.postMessage("bye");
  hello();
  window.addEventListener("pagehide", bye);
  window.addEventListener("pageshow", hello);
  return () => {
    window.removeEventListener("pagehide", bye);
    window.removeEventListener("pageshow", hello);
    bye();
    direct?.();
  };
}
