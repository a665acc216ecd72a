import { type ReactNode, useId } from "react";
import { Skeleton, useErrorText } from "../../ui/State";

/** A widget's frame: its title, a way to all of it, and what it shows once that is there. */
export function Panel({
  title,
  link,
  query,
  rows = 4,
  children,
}: {
  title: ReactNode;
  link?: ReactNode;
  query?: { isPending: boolean; isError: boolean; error: unknown };
  /** So many lines come. */
  rows?: number;
  children: () => ReactNode;
}) {
  const errorText = useErrorText();
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {link}
      </header>
      {query?.isPending ? (
        <Skeleton rows={rows} />
      ) : query?.isError ? (
        <p className="muted" role="alert">
          {errorText(query.error)}
        </p>
      ) : (
        children()
      )}
    </section>
  );
}
