/** The type of field a column's values look like; text where nothing else fits. */
export function guessType(samples: string[]): string {
  const all = samples.map((s) => s.normalize("NFKC").trim()).filter(Boolean);
  const every = (r: RegExp) => all.length > 0 && all.every((s) => r.test(s));
  if (every(/^(19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?$/)) return "date";
  if (every(/^(19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d\d/)) return "datetime";
  if (every(/^[^\s@]+@[^\s@]+\.[^\s@]+$/)) return "mails";
  if (every(/^https?:\/\//)) return "url";
  // A leading zero says a number is a code.
  if (every(/^-?(0|[1-9]\d{0,8})$/)) return "integer";
  if (every(/^-?(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)(\.\d{1,4})?$/)) return "decimal";
  if (all.some((s) => s.length > 120 || s.includes("\n"))) return "longtext";
  return "text";
}
