import type { Labels } from "../../api/types";

/** Words by language, as they are kept: those that are there of one thing. */
export const labelsOf = (
  of: { label: string; labels?: Labels } | undefined,
  here: string,
): Labels => (of ? { [here]: of.label, ...of.labels } : {});

/** Those that say something, without spaces around them. */
export const said = (labels: Labels): Labels =>
  Object.fromEntries(
    Object.entries(labels)
      .map(([code, text]) => [code, text.trim()])
      .filter(([, text]) => text),
  );

/** What is sent for something new: one text for all languages, unless others are given too. */
export function allLabels(labels: Labels, here: string): string | Labels {
  const words = said(labels);
  const own = words[here] ?? "";
  if (Object.values(words).every((text) => text === own)) return own;
  return { "zh-TW": own, "zh-CN": own, en: own, ...words };
}
