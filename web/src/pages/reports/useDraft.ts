import { useCallback, useEffect, useRef, useState } from "react";
import { isProblem } from "../../api/problem";
import { queryClient } from "../../api/queries";
import { type MyReport, mineKey, type ReportKind, reports, type Texts } from "../../api/reports";

/** How long after the last key a draft is kept, in milliseconds. */
const PAUSE = 700;

type State = "kept" | "writing" | "failed";

/**
 * A draft that is kept while it is written, and the same on each device: one that was written
 * elsewhere meanwhile is shown beside, nothing is lost.
 */
export function useDraft(page: MyReport, kind: ReportKind, asked: string | undefined) {
  const [texts, setTexts] = useState<Texts>(page.draft.texts);
  const [state, setState] = useState<State>("kept");
  const [other, setOther] = useState<MyReport["draft"]>();
  const version = useRef(page.draft.version);
  const now = useRef(texts);
  const dirty = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const saving = useRef<Promise<void>>(undefined);
  const day = page.period.begins;

  const save = useCallback(async () => {
    clearTimeout(timer.current);
    await saving.current;
    if (!dirty.current) return;
    dirty.current = false;
    const sent = now.current;
    saving.current = (async () => {
      try {
        const kept = await reports.keep({ kind, day, texts: sent, version: version.current });
        version.current = kept.version;
        queryClient.setQueryData(mineKey(kind, asked), (p: MyReport | undefined) =>
          p ? { ...p, draft: kept } : p,
        );
        if (!dirty.current) setState("kept");
      } catch (e) {
        dirty.current = true;
        setState("failed");
        if (isProblem(e) && e.status === 409) {
          const there = await reports.mine(kind, day).catch(() => undefined);
          if (there && !there.report) setOther(there.draft);
        }
      }
    })();
    await saving.current;
  }, [kind, day, asked]);

  const write = (name: keyof Texts, text: string) => {
    now.current = { ...now.current, [name]: text };
    dirty.current = true;
    setTexts(now.current);
    setState("writing");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void save(), PAUSE);
  };
  // Who leaves the page, or closes it, has what he wrote kept.
  useEffect(() => {
    const leave = () => void save();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [save]);
  const decide = (mine: boolean) => {
    if (!other) return;
    version.current = other.version;
    setOther(undefined);
    if (mine) {
      dirty.current = true;
      void save();
      return;
    }
    dirty.current = false;
    now.current = other.texts;
    setTexts(other.texts);
    setState("kept");
  };
  /** Nothing more is to be kept: it was handed in. */
  const stop = () => {
    clearTimeout(timer.current);
    dirty.current = false;
  };
  return { texts, write, state, other, decide, save, stop, version };
}
