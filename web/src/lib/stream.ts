/** What the server tells while one looks on: see GET /events. */
export interface LiveEvent {
  name: "change" | "gone" | "job" | "notices" | "schema" | "signed_out" | "reload";
  data: Record<string, unknown>;
}

export interface Stream {
  close: () => void;
}

const NAMES = ["change", "gone", "job", "notices", "schema", "signed_out", "reload"] as const;
const AGAIN = 5000;

/**
 * Keeps a stream of events open, and says "reload" after a gap in which events may be lost. It begins
 * with what came in the milliseconds before, in which the page was read.
 */
export function openStream(tell: (event: LiveEvent) => void, back: number): Stream {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gap = false;
  const open = () => {
    source = new EventSource(`/api/v1/events?back=${Math.min(30_000, Math.ceil(back))}`);
    source.onopen = () => {
      if (gap) tell({ name: "reload", data: {} });
      gap = false;
    };
    source.onerror = () => {
      gap = true;
      // Closed for good (signed out, or the server refused): the browser does not try again itself.
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (e) => {
        let data: Record<string, unknown> = {};
        try {
          data = JSON.parse((e as MessageEvent).data);
        } catch {
          return; // not an event of ours
        }
        if (name === "signed_out") stop();
        tell({ name, data });
      });
    }
  };
  const stop = () => {
    clearTimeout(timer);
    source?.close();
  };
  open();
  return { close: stop };
}
