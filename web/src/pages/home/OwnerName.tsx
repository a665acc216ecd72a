import type { RecordData, Reference } from "../../api/types";

/** Whose a row of the start page is, where it shows the work of several. */
export function OwnerName({ record }: { record: RecordData }) {
  const label = (record.owner as Reference | null | undefined)?.label;
  return label ? <span className="muted line owner-name">{label}</span> : null;
}
