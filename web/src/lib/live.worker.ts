// One event stream for all tabs: a browser opens only six connections to a server over HTTP/1.1,
// and every stream would take one of them.
import { type LiveEvent, openStream, type Stream } from "./stream";

const scope = self as unknown as { onconnect: (e: MessageEvent) => void };
const tabs = new Set<MessagePort>();
let stream: Stream | undefined;
/** What came lately, for a tab that comes while the stream is open. */
let recent: { at: number; event: LiveEvent }[] = [];
const MOST = 200;

scope.onconnect = (e) => {
  const tab = e.ports[0];
  if (!tab) return;
  tab.onmessage = ({ data }) => {
    if (data === "bye") {
      tabs.delete(tab);
      if (tabs.size === 0) {
        stream?.close();
        stream = undefined;
      }
      return;
    }
    const age = Number(data);
    if (stream && !tabs.has(tab)) {
      for (const r of recent) if (r.at > performance.now() - age) tab.postMessage(r.event);
    }
    tabs.add(tab);
    stream ??= openStream((event) => {
      recent = [...recent.slice(1 - MOST), { at: performance.now(), event }];
      if (event.name === "signed_out") {
        stream = undefined;
        recent = []; // whoever signs in next was told none of it
      }
      for (const t of tabs) t.postMessage(event);
    }, age);
  };
  tab.start();
};
