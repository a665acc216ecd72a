/** What is selected: some records, or everything the filter finds. */
export interface Selection {
  all: boolean;
  ids: ReadonlySet<string>;
}

export const NONE: Selection = { all: false, ids: new Set() };

/** Ticks a row; with shift everything between the last tick and here becomes like it. */
export function tick(s: Selection, ids: string[], at: number, from: number): Selection {
  const here = ids[at];
  if (here === undefined) return s;
  const next = new Set(s.all ? ids : s.ids);
  const on = !next.has(here);
  const start = from < 0 || from >= ids.length ? at : from;
  for (let i = Math.min(start, at); i <= Math.max(start, at); i++) {
    const id = ids[i] as string;
    if (on) next.add(id);
    else next.delete(id);
  }
  return { all: false, ids: next };
}

/** The box in the header: all rows loaded, or none. */
export const tickAll = (s: Selection, ids: string[]): Selection =>
  s.all || (ids.length > 0 && ids.every((id) => s.ids.has(id)))
    ? NONE
    : { all: false, ids: new Set(ids) };

export const isSelected = (s: Selection, id: string) => s.all || s.ids.has(id);
