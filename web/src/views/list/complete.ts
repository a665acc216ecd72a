import type { Operator } from "../../fields/types";
import { quoteText } from "../../lib/quote";
import type { Reach } from "./filter";

export interface Suggestion {
  /** What is put into the text. */
  text: string;
  /** What is shown beside it. */
  label: string;
}

export interface Completion {
  from: number;
  to: number;
  items: Suggestion[];
}

const PART = /"(?:[^"\\]|\\.)*"?|[^\s"=<>!~:(),]+|<=|>=|!=|[=<>~:(),]/g;
const COMPARE = ["=", "!=", "<", "<=", ">", ">=", "~", ":"];
const SIGN: Partial<Record<Operator, string>> = {
  contains: "~",
  eq: "=",
  ne: "!=",
  lt: "<",
  gt: ">",
  lte: "<=",
  gte: ">=",
  has: ":",
  in: "IN (",
  empty: "IS EMPTY",
  notempty: "IS NOT EMPTY",
};

/** What may stand at the caret of a filter being typed. */
export function complete(
  text: string,
  caret: number,
  reach: Reach[],
  operators: (path: string) => Operator[],
  words: { me: string; today: string },
): Completion {
  const before: { s: string; from: number }[] = [];
  let now = { s: "", from: caret };
  for (const m of text.slice(0, caret).matchAll(PART)) {
    const part = { s: m[0], from: m.index };
    const touches = part.from + part.s.length === caret && !/^[=<>!~:(),]+$/.test(part.s);
    if (touches && !(part.s.startsWith('"') && part.s.length > 1 && part.s.endsWith('"')))
      now = part;
    else before.push(part);
  }
  const last = before.at(-1)?.s ?? "";
  const up = last.toUpperCase();
  const typed = now.s.replace(/^"/, "").toLowerCase();
  const narrowed = (all: Suggestion[]) =>
    all
      .filter((i) => !typed || `${i.text} ${i.label}`.toLowerCase().includes(typed))
      .sort((a, b) => Number(starts(b, typed)) - Number(starts(a, typed)))
      .slice(0, 12);
  const answer = (all: Suggestion[]): Completion => ({
    from: now.from,
    to: caret,
    items: narrowed(all),
  });

  const inList = last === "(" || last === ",";
  const opens = before.map((p) => p.s.toUpperCase());
  const listed = inList && opens.lastIndexOf("IN") > opens.lastIndexOf("AND");
  if (COMPARE.includes(last) || listed) {
    const at = listed ? opens.lastIndexOf("IN") : before.length - 1;
    const path = before[at - 1]?.s ?? "";
    return answer(
      values(
        reach.find((r) => r.path === path),
        words,
      ),
    );
  }
  const wantsField = !before.length || ["AND", "OR", "NOT", "("].includes(up);
  if (wantsField) {
    return answer([
      ...reach
        .filter((r) => !r.path.includes(".any."))
        .map((r) => ({ text: r.path, label: r.label })),
      ...(up === "NOT" ? [] : [{ text: "NOT", label: "" }]),
    ]);
  }
  const field = reach.find((r) => r.path === last);
  if (field) {
    return answer(operators(field.path).map((op) => ({ text: SIGN[op] ?? op, label: "" })));
  }
  if (["IS", "IN"].includes(up)) return { from: caret, to: caret, items: [] };
  return answer([
    { text: "AND", label: "" },
    { text: "OR", label: "" },
  ]);
}

const starts = (i: Suggestion, typed: string) =>
  i.text.toLowerCase().startsWith(typed) || i.label.toLowerCase().startsWith(typed);

function values(r: Reach | undefined, words: { me: string; today: string }): Suggestion[] {
  if (!r) return [];
  const { field } = r;
  if (field.options?.length) {
    return field.options.map((o) => ({ text: quoteText(o.value), label: o.label }));
  }
  if (field.type === "boolean") {
    return [
      { text: "TRUE", label: "" },
      { text: "FALSE", label: "" },
    ];
  }
  if (field.type === "user") return [{ text: "me()", label: words.me }];
  if (field.type === "department") return [{ text: "my_department()", label: "" }];
  if (field.type === "birthday") {
    return ["next_days(14)", "next_days(30)", "this_month()"].map((s) => ({ text: s, label: "" }));
  }
  if (field.type === "date" || field.type === "datetime") {
    return [
      { text: "today()", label: words.today },
      ...[
        "today(-7)",
        "today(-30)",
        "today(7)",
        "this_week()",
        "this_month()",
        "this_month(-1)",
        "this_year()",
      ].map((s) => ({ text: s, label: "" })),
    ];
  }
  return [];
}
