export interface Birthday {
  /** Of birth, in the birthday's own calendar; absent where nobody knows it. */
  year?: number;
  month: number;
  day: number;
  calendar?: "solar" | "lunar";
  leap?: boolean;
  /** The next celebration, an ISO day of the solar calendar. */
  next?: string;
}

export const isBirthday = (v: unknown): v is Birthday =>
  !!v && typeof v === "object" && "month" in v && "day" in v;

const MONTHS = ["正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
const TENS = "初十廿卅";
const UNITS = "十一二三四五六七八九";
const ROUND: Record<number, string> = { 10: "初十", 20: "二十", 30: "三十" };

/** A day of the lunar calendar without the word that says so: 1990年閏五月初三. */
export function lunarDay(b: Birthday, language: string): string {
  const year = b.year ? `${b.year}年` : "";
  const leap = b.leap ? (language === "zh-CN" ? "闰" : "閏") : "";
  const day = ROUND[b.day] ?? `${TENS.charAt(Math.floor(b.day / 10))}${UNITS.charAt(b.day % 10)}`;
  return `${year}${leap}${MONTHS[b.month - 1] ?? b.month}月${day}`;
}

/** 1990年5月1日, 農曆八月十五; in English May 1, 1990 and lunar 8/15. */
export function birthdayText(b: Birthday, language: string): string {
  if (b.calendar === "lunar") {
    if (language.startsWith("en")) {
      const year = b.year ? `${b.year}/` : "";
      return `lunar ${year}${b.month}/${b.day}${b.leap ? " leap" : ""}`;
    }
    return `${language === "zh-CN" ? "农历" : "農曆"}${lunarDay(b, language)}`;
  }
  if (language.startsWith("en")) {
    const at = new Date(Date.UTC(2000, b.month - 1, b.day));
    const day = at.toLocaleDateString("en", { month: "long", day: "numeric", timeZone: "UTC" });
    return b.year ? `${day}, ${b.year}` : day;
  }
  return `${b.year ? `${b.year}年` : ""}${b.month}月${b.day}日`;
}

/** What stands in the editor, which has a switch for the calendar. */
export function typedText(b: Birthday, language: string): string {
  if (b.calendar === "lunar") {
    return language.startsWith("en")
      ? birthdayText(b, language).replace("lunar ", "")
      : lunarDay(b, language);
  }
  const two = (n: number) => String(n).padStart(2, "0");
  return b.year ? `${b.year}-${two(b.month)}-${two(b.day)}` : `${b.month}/${b.day}`;
}

const WORD = /^\s*[(（]?(農曆|农历|陰曆|阴历|lunar)[)）]?\s*/i;

/** What was typed, with the word for the lunar calendar taken off. */
export function calendarOf(text: string): { lunar: boolean; text: string } {
  return WORD.test(text) ? { lunar: true, text: text.replace(WORD, "") } : { lunar: false, text };
}
