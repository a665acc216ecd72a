import type { RecordData, Reference } from "../../api/types";

/** What a row of the start page is about and, where it shows the work of several, whose it is. */
export function About({
  text,
  record,
  owner,
}: {
  text: string | undefined;
  record: RecordData;
  owner: boolean;
}) {
  const name = owner ? (record.owner as Reference | null | undefined)?.label : undefined;
  return (
    <span className="muted line">
      {text}
      {name && <span className="owner-name">{`${text ? " · " : ""}${name}`}</span>}
    </span>
  );
}
