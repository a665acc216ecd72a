import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useComposition } from "../../hooks/useComposition";
import { usePhone } from "../../hooks/useMedia";
import { useUrl } from "../../hooks/useUrl";
import { Input } from "../../ui/Input";

/** Narrows the list while one types; waits for an input method. */
export function QuickSearch({ boxRef }: { boxRef?: React.RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const [url, setUrl] = useUrl();
  const [q, setQ] = useState(url.q ?? "");
  // What this box asked for comes back by the address later, when more may have been typed.
  const asked = useRef<string[]>([url.q ?? ""]);
  useEffect(() => {
    const at = asked.current.lastIndexOf(url.q ?? "");
    if (at < 0) setQ(url.q ?? "");
    asked.current = at < 0 ? [url.q ?? ""] : asked.current.slice(at);
  }, [url.q]);
  const composition = useComposition((s) => {
    asked.current.push(s.trim());
    setUrl({ q: s.trim() || undefined });
  });
  return (
    <Input
      ref={boxRef}
      type="search"
      className="list-search"
      aria-label={t("list.search")}
      placeholder={t(phone ? "list.search_short" : "list.search")}
      value={q}
      {...composition.props}
      onChange={(e) => {
        setQ(e.target.value);
        composition.changed(e.target.value);
      }}
    />
  );
}
