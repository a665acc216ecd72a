// One event stream for all tabs: a browser opens only six connections to a server over HTTP/1.1,
// and every stream would take one of them.
import { openStream, type Stream } from "./stream";

const scope = self as unknown as { onconnect: (e: MessageEvent) => void };
const tabs = new Set<MessagePort>();
let stream: Stream | undefined;

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
    tabs.add(tab);
    stream ??= openStream((event) => {
      if (event.name === "signed_out") stream = undefined;
      for (const t of tabs) t.postMessage(event);
    });
  };
  tab.start();
};
