import { daysBetween, plusDays } from "../../lib/format";

/** A conversation copied out of LINE or 微信. */
export interface Chat {
  app: "line" | "wechat";
  messages: number;
  /** The day and time of the last message, as 2026-11-24T14:30; undefined where none is told. */
  at?: string;
  /** The conversation, tidied: one space for tabs, no empty lines at its ends. */
  text: string;
}

const TIME = "(上午|下午|晚上|中午|凌晨|AM|PM)?\\s?(\\d{1,2}):(\\d{2})(?::\\d{2})?\\s?(AM|PM)?";
const DAY = "(?:(\\d{4})\\s?[年/.-]\\s?)?(\\d{1,2})\\s?[月/.-]\\s?(\\d{1,2})\\s?日?";
const WEEKDAY =
  "(?:[\\s,(（]*(?:星期.|週.|周.|[一二三四五六日]|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\\w*[)）]?)?";

/** A line that only says the day: 2026/11/24（二）, 2026.11.24 星期二. */
const DAY_LINE = new RegExp(`^${DAY}${WEEKDAY}$`, "i");
const ENGLISH_DAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,\s*(\d{1,2})\/(\d{1,2})\/(\d{4})$/i;
/** LINE: 14:30 王小明 您好, 下午2:30⇥王小明⇥您好. */
const LINE_MESSAGE = new RegExp(`^${TIME}[\\t ]+(\\S.*)$`, "i");
/** 微信: 王小明 2026/11/24 14:30:25, and the words on the lines below. */
const WECHAT_HEAD = new RegExp(`^(\\S.{0,40}?)[:：]?\\s+(?:${DAY}\\s+)?${TIME}$`, "i");

const two = (n: number) => String(n).padStart(2, "0");

function dayOf(y: string | undefined, m: string, d: string, today: string): string | undefined {
  const month = Number(m);
  const date = Number(d);
  if (month < 1 || month > 12 || date < 1 || date > 31) return undefined;
  const at = (year: number) => `${year}-${two(month)}-${two(date)}`;
  if (y) return at(Number(y));
  // Without its year a day is the last one of that name.
  const year = Number(today.slice(0, 4));
  return daysBetween(today, at(year)) > 0 ? at(year - 1) : at(year);
}

function timeOf(before: string | undefined, h: string, m: string, after: string | undefined) {
  let hour = Number(h);
  if (hour > 23 || Number(m) > 59) return undefined;
  const half = (before || after || "").toUpperCase();
  if (/下午|晚上|PM/.test(half) && hour < 12) hour += 12;
  if (half === "中午" && hour < 11) hour += 12;
  if (/上午|凌晨|AM/.test(half) && hour === 12) hour = 0;
  return `${two(hour)}:${m}`;
}

/**
 * What was pasted, if it is a conversation; `today` and `now` (14:30) date what tells only a time.
 * One line is no conversation: whoever pastes "14:30 開會" means just that.
 */
export function chatOf(pasted: string, today: string, now: string): Chat | undefined {
  const lines = pasted.replace(/\r\n?/g, "\n").split("\n");
  let day: string | undefined;
  let last: { day?: string; time: string } | undefined;
  let line = 0;
  let wechat = 0;
  for (const [i, raw] of lines.entries()) {
    const text = raw.normalize("NFKC").trim();
    const below = lines[i + 1]?.normalize("NFKC").trim();
    const d = DAY_LINE.exec(text);
    const english = ENGLISH_DAY.exec(text);
    if (d) {
      day = dayOf(d[1], d[2] ?? "", d[3] ?? "", today) ?? day;
      continue;
    }
    if (english) {
      day = dayOf(english[3], english[1] ?? "", english[2] ?? "", today) ?? day;
      continue;
    }
    const said = LINE_MESSAGE.exec(text);
    // A name and a time head a message only with words below them.
    const head = !said && below && !WECHAT_HEAD.test(below) ? WECHAT_HEAD.exec(text) : null;
    if (said) {
      const time = timeOf(said[1], said[2] ?? "", said[3] ?? "", said[4]);
      if (!time) continue;
      line++;
      last = { day, time };
    } else if (head) {
      const time = timeOf(head[5], head[6] ?? "", head[7] ?? "", head[8]);
      if (!time) continue;
      wechat++;
      if (head[3]) day = dayOf(head[2], head[3], head[4] ?? "", today) ?? day;
      last = { day, time };
    }
  }
  const messages = Math.max(line, wechat);
  if (messages < 2 || !last) return undefined;
  // Only times: it was today, or yesterday where today has not come so far.
  const on = last.day ?? (last.time > now ? plusDays(today, -1) : today);
  const at = `${on}T${last.time}`;
  return {
    app: line >= wechat ? "line" : "wechat",
    messages,
    at: at > `${today}T${now}` ? undefined : at,
    text: lines
      .map((l) => l.replace(/\t+/g, " ").trimEnd())
      .join("\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
  };
}

/** A file larger than this is no conversation anybody reads. */
const MOST = 400_000;
/** A result is no longer than this; of a longer conversation its end is kept. */
const LONGEST = 40_000;

/**
 * The text of a file a conversation was exported to, in whichever encoding; undefined where it is
 * none. Of a long one the latest part is taken, from a line on that says the day.
 */
export async function readChatFile(file: File): Promise<string | undefined> {
  if (file.size > MOST) return undefined;
  const bytes = await file.arrayBuffer();
  for (const encoding of ["utf-8", "gb18030", "big5"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return latest(text.replace(/\r\n?/g, "\n"));
    } catch {
      // another encoding, then
    }
  }
  return undefined;
}

/** The end of a long conversation, from the start of a day on where one begins in it. */
export function latest(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  const lines = text.slice(-longest).split("\n").slice(1);
  const day = lines.findIndex((l) => {
    const plain = l.normalize("NFKC").trim();
    return DAY_LINE.test(plain) || ENGLISH_DAY.test(plain);
  });
  return lines.slice(Math.max(0, day)).join("\n");
}
