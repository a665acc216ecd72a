import { save } from "../../lib/save";

/** A cell of a file: quoted where it must be, never taken for a formula. */
export function quoted(cell: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Hands rows over as a file that spreadsheets open as they are. */
export function download(name: string, rows: string[][]) {
  const text = `\ufeff${rows.map((r) => r.map(quoted).join(",")).join("\r\n")}\r\n`;
  save(new Blob([text], { type: "text/csv;charset=utf-8" }), name);
}
