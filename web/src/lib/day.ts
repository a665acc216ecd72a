/** What was typed as a day, read in each way it is plausibly meant: ISO days. */
export function readDays(typed: string, today: string): string[] {
  const text = typed
    .normalize("NFKC")
    .trim()
    .replace(/[日號号]$/, "");
  const year = Number(today.slice(0, 4));
  const found: string[] = [];
  const add = (y: number, m: number, d: number) => {
    const day = `${String(y).padStart(4, "0")}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`;
    const at = new Date(`${day}T00:00:00Z`);
    if (
      y > 1000 &&
      !Number.isNaN(at.getTime()) &&
      at.toISOString().startsWith(day) &&
      !found.includes(day)
    )
      found.push(day);
  };
  const words: Record<string, number> = {
    今天: 0,
    today: 0,
    明天: 1,
    tomorrow: 1,
    後天: 2,
    后天: 2,
    昨天: -1,
    yesterday: -1,
  };
  const word = words[text.toLowerCase()];
  if (word !== undefined) {
    return [
      new Date(Date.parse(`${today}T00:00:00Z`) + word * 86_400_000).toISOString().slice(0, 10),
    ];
  }
  const republic = /^(?:中華民國|中华民国|民國|民国|民)\s*/.exec(text);
  const rest = republic ? text.slice(republic[0].length) : text;
  const parts =
    /^(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})$/.exec(rest) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(rest) ??
    /^(\d{2,3})(\d{2})(\d{2})$/.exec(rest);
  if (parts) {
    const [y, m, d] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
    if (republic) add(1911 + y, m, d);
    else if (y >= 1000) add(y, m, d);
    else {
      add(1911 + y, m, d);
      // Two digits may be short for this century's or the last one's year too.
      if (parts[1]?.length === 2) add(y <= 68 ? 2000 + y : 1900 + y, m, d);
    }
    return found;
  }
  const short = /^(\d{1,2})\s*[-/.月]\s*(\d{1,2})$/.exec(rest);
  if (short && !republic) add(year, Number(short[1]), Number(short[2]));
  return found;
}
