/** A span of time in words: 40 秒, 3 分鐘, 2 小時, 12 天. */
export function span(seconds: number, t: (key: string, o: { n: number }) => string): string {
  if (seconds < 60) return t("span.seconds", { n: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 5400) return t("span.minutes", { n: Math.round(seconds / 60) });
  if (seconds < 129_600) return t("span.hours", { n: Math.round(seconds / 3600) });
  return t("span.days", { n: Math.round(seconds / 86_400) });
}
