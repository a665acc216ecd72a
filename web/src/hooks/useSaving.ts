import { useState } from "react";
import { isProblem } from "../api/problem";
import { useErrorText } from "../ui/State";

/** Something that is sent once at a time, and what the server found wrong with it. */
export function useSaving() {
  const errorText = useErrorText();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  async function run(send: () => Promise<unknown>, failed?: (e: unknown) => void) {
    if (busy) return;
    setBusy(true);
    setErrors({});
    setFailure("");
    try {
      await send();
    } catch (e) {
      if (isProblem(e)) setErrors(e.byField());
      setFailure(errorText(e));
      failed?.(e);
    } finally {
      setBusy(false);
    }
  }
  return { errors, setErrors, failure, busy, run };
}
