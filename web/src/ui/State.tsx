import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../api/problem";
import { Button } from "./Button";

/** What happened, in the user's words. */
export function useErrorText() {
  const { t } = useTranslation();
  return (e: unknown): string => {
    if (isProblem(e)) {
      if (e.status === 0) return t("error.offline");
      if (e.detail) return e.detail;
      if (e.status === 403) return t("error.forbidden");
      if (e.status === 404) return t("error.not_found");
      if (e.status === 412 || e.status === 409) return t("error.conflict");
      if (e.status === 429) return t("error.rate_limited");
    }
    return t("error.failed");
  };
}

export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  return (
    <div className="state" role="alert">
      <p>{text(error)}</p>
      {retry && <Button onClick={retry}>{t("retry")}</Button>}
    </div>
  );
}

export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="state-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey bars of the size of what comes; they show only after 300 ms (in CSS). */
export function Skeleton({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="skeleton" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="skeleton-row" />
      ))}
    </div>
  );
}

/** Who or what it is at a glance: a picture, else the first letter of the name. */
export function Avatar({
  name,
  picture,
  large,
  square,
}: {
  name: string;
  picture?: string;
  large?: boolean;
  square?: boolean;
}) {
  const [broken, setBroken] = useState<string>();
  if (picture && picture !== broken) {
    return (
      <img
        className={`avatar avatar-picture ${large ? "avatar-large" : ""} ${square ? "avatar-square" : ""}`}
        src={picture}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setBroken(picture)}
      />
    );
  }
  return (
    <span className={`avatar ${large ? "avatar-large" : ""}`} aria-hidden="true">
      {/^[\u3400-\u9fff]/.test(name) ? name.slice(0, 1) : name.slice(0, 1).toUpperCase()}
    </span>
  );
}
