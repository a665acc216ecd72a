import type { Field, Money } from "../../api/types";
import { readDays } from "../../lib/day";
import { plainNumber } from "../../lib/format";
import { freshRow, type Row } from "./rows";

/** The cells that a spreadsheet put on the clipboard; null where it is text like any other. */
export function readBlock(text: string): string[][] | null {
  if (!/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return null;
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    // A cell with a line break or a quote in it stands between quotes, its own quotes doubled.
    const quoted = text[at] === '"' && /^"(?:[^"]|"")*"(?:[\t\r\n]|$)/.exec(text.slice(at));
    if (quoted) {
      const whole = quoted[0].replace(/[\t\r\n]$/, "");
      cell = whole.slice(1, -1).replaceAll('""', '"');
      at += whole.length;
    } else {
      const rest = text.slice(at).search(/[\t\r\n]/);
      const end = rest < 0 ? text.length : at + rest;
      cell = text.slice(at, end);
      at = end;
    }
    row.push(cell.trim());
    if (text[at] === "\t") {
      at++;
      if (at === text.length) row.push("");
      continue;
    }
    rows.push(row);
    row = [];
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  if (row.length) rows.push(row);
  return rows;
}

export const same = (a: string, b: string) =>
  a.normalize("NFKC").trim().toLowerCase() === b.normalize("NFKC").trim().toLowerCase();

const choice = (f: Field, text: string): string =>
  f.options?.find((o) => !o.inactive && (same(o.label, text) || same(o.value, text)))?.value ??
  text;

/**
 * What the text of a cell means in a column. What cannot be read is kept as it is: it stays to be
 * seen, and the server says what is wrong with it.
 */
export function readCell(
  f: Field,
  text: string,
  context: { today: string; currency: string },
): unknown {
  if (text === "") return f.type === "boolean" ? false : null;
  switch (f.type) {
    case "integer": {
      const plain = plainNumber(text);
      return /^-?\d{1,15}$/.test(plain) ? Number(plain) : plain;
    }
    case "decimal":
      return plainNumber(text);
    case "percent":
      return plainNumber(text).replace(/%$/, "");
    case "money": {
      const [, before, amount, after] =
        plainNumber(text).match(/^([A-Z]{3})?(.*?)([A-Z]{3})?$/) ?? [];
      return {
        amount: amount ?? text,
        currency: before ?? after ?? context.currency,
      } satisfies Money;
    }
    case "boolean":
      if (/^(1|true|yes|y|是|✓|✔|v)$/i.test(text)) return true;
      if (/^(0|false|no|n|否)$/i.test(text)) return false;
      return text;
    case "date": {
      const days = readDays(text, context.today);
      return days.length === 1 ? days[0] : text;
    }
    case "picklist":
      return choice(f, text);
    case "multipicklist":
      return text.split(/[、,，;；]/).flatMap((x) => (x.trim() ? [choice(f, x)] : []));
    case "tags":
      return text.split(/[、,，;；]/).flatMap((x) => (x.trim() ? [x.trim()] : []));
    default:
      return text;
  }
}

/** The rows with a block of cells laid over them; rows that are missing are added. */
export function pasted(
  rows: Row[],
  columns: Field[],
  at: { row: number; column: number },
  block: string[][],
  context: { today: string; currency: string },
): { rows: Row[]; before: Map<Row, Row | undefined> } {
  // A block that was copied with its heading brings it along.
  const [head] = block;
  const heading = head?.every((x, n) => same(x, columns[at.column + n]?.label ?? ""));
  const out = [...rows];
  const before = new Map<Row, Row | undefined>();
  for (const [i, cells] of (heading ? block.slice(1) : block).entries()) {
    const old = rows[at.row + i];
    const row: Row = { ...(old ?? freshRow(columns)) };
    for (const [n, text] of cells.entries()) {
      const c = columns[at.column + n];
      if (!c || c.access === "read" || c.type === "autonumber") continue;
      const currency = (row[c.name] as Money | null | undefined)?.currency ?? context.currency;
      row[c.name] = readCell(c, text, { ...context, currency });
    }
    out[at.row + i] = row;
    before.set(row, old);
  }
  return { rows: out, before };
}

/** Takes a paste back, but for the rows that were changed since. */
export const unpasted = (rows: Row[], before: Map<Row, Row | undefined>): Row[] =>
  rows.map((r) => (before.has(r) ? before.get(r) : r)).filter((r): r is Row => !!r);
