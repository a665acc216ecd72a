import type { Field } from "../../api/types";

/** What may be asked of a stage as a whole: any that is open, any that was won. */
export function stageCalls(f: Field): string[] {
  const kinds = new Set(f.options?.map((o) => o.kind).filter(Boolean));
  const calls = ["open", "won", "lost"].filter((k) => kinds.has(k)).map((k) => `${k}()`);
  return f.options?.some((o) => o.rotten_days) ? [...calls, "rotten()"] : calls;
}
