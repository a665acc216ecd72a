import { useEffect, useState } from "react";

const WAIT = 350;

/**
 * A text once it stands still. Nothing settles while characters are being composed: what is
 * there then is not yet what is meant.
 */
export function useSettled(wanted: string, first: string): string {
  const [settled, setSettled] = useState(first);
  useEffect(() => {
    let composing = false;
    let timer = window.setTimeout(settle, WAIT);
    function settle() {
      if (!composing) setSettled(wanted);
    }
    const start = () => {
      composing = true;
      clearTimeout(timer);
    };
    const end = () => {
      composing = false;
      timer = window.setTimeout(settle, WAIT);
    };
    document.addEventListener("compositionstart", start);
    document.addEventListener("compositionupdate", start);
    document.addEventListener("compositionend", end);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("compositionstart", start);
      document.removeEventListener("compositionupdate", start);
      document.removeEventListener("compositionend", end);
    };
  }, [wanted]);
  return settled;
}
