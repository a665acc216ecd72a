/** Where a list was left: how far scrolled, which row. Coming back loses no place. */
export interface Place {
  top: number;
  row: number;
  column: number;
}

const MOST = 50;
const places = new Map<string, Place>();
const PASSING = ["create", "preset", "peek", "edit"];

/** The address without what only opens something on top of the list. */
export function placeKey(location: { pathname: string; search: string }): string {
  const p = new URLSearchParams(location.search);
  for (const k of PASSING) p.delete(k);
  p.sort();
  return `${location.pathname}?${p}`;
}

export const placeOf = (key: string): Place | undefined => places.get(key);

export function keepPlace(key: string, change: Partial<Place>) {
  const before = places.get(key) ?? { top: 0, row: 0, column: 0 };
  places.delete(key);
  places.set(key, { ...before, ...change });
  for (const old of places.keys()) {
    if (places.size <= MOST) break;
    places.delete(old);
  }
}
