import { useEffect, useRef } from "react";

/** Calls when the element it is given comes within a screen's height of what is seen. */
export function useNear(fn: (() => void) | undefined) {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(fn);
  latest.current = fn;
  const wanted = !!fn;
  useEffect(() => {
    const el = ref.current;
    if (!el || !wanted) return;
    const watch = new IntersectionObserver(
      (seen) => seen.some((s) => s.isIntersecting) && latest.current?.(),
      { rootMargin: "0px 0px 800px 0px" },
    );
    watch.observe(el);
    return () => watch.disconnect();
  }, [wanted]);
  return ref;
}
