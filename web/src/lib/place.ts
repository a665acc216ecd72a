/** Where something was done: what people call it, and where on earth that is, either alone or both. */
export interface Place {
  text?: string | null;
  latitude?: number;
  longitude?: number;
  /** How far off it may be, in metres. */
  accuracy?: number;
}

export const isPlace = (v: unknown): v is Place =>
  !!v && typeof v === "object" && ("text" in v || "latitude" in v);

export const pointText = (p: Place): string =>
  p.latitude === undefined ? "" : `${p.latitude}, ${p.longitude}`;

/**
 * The place on the map people use: on the mainland 高德, which is told that the point is the
 * satellites' own, elsewhere Google's.
 */
export function mapLink(p: Place, language: string): string {
  if (language === "zh-CN") {
    return p.latitude === undefined
      ? `https://uri.amap.com/search?keyword=${encodeURIComponent(p.text ?? "")}`
      : `https://uri.amap.com/marker?position=${p.longitude},${p.latitude}&coordinate=wgs84`;
  }
  const what = p.latitude === undefined ? (p.text ?? "") : `${p.latitude},${p.longitude}`;
  return `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(what)}`;
}

const round = (n: number) => Math.round(n * 1e6) / 1e6;

/** Where this device is; undefined where it does not say, may not, or is too slow. */
export function locate(): Promise<Place | undefined> {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          latitude: round(coords.latitude),
          longitude: round(coords.longitude),
          accuracy: Math.round(coords.accuracy),
        }),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
}
