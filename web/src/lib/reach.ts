import type { Labelled, ObjectMeta, RecordData } from "../api/types";

/** A telephone number as a link: an extension is dialled after a pause, as phones understand it. */
export function telLink(value: string): string {
  const plain = value.normalize("NFKC");
  const m = /^(.*?)(?:\s*(?:#|,|;|ext\.?|x|分機|分机|轉|转)\s*(\d{1,8}))?\s*$/i.exec(plain);
  const digits = (s: string) => s.replace(/[^\d+*]/g, "");
  const number = digits(m?.[1] ?? plain);
  return `tel:${number}${m?.[2] ? `,${m[2]}` : ""}`;
}

/** A telephone number as it is kept, 02-2345-6789#12, taken apart. */
export function extensionOf(value: string): { number: string; ext: string } {
  const m = /^(.*\d.*)#([\d~/-]+)$/.exec(value);
  return m?.[1] && m[2] ? { number: m[1], ext: m[2] } : { number: value, ext: "" };
}

export const mailLink = (value: string): string =>
  `mailto:${encodeURIComponent(value.trim()).replace(/%40/g, "@").replace(/%2B/g, "+")}`;

/** Opens the conversation in LINE; an id of an official account begins with @. */
export const lineLink = (id: string): string => {
  const plain = id.trim();
  return `https://line.me/R/ti/p/${plain.startsWith("@") ? "" : "~"}${encodeURIComponent(plain)}`;
};

const first = (v: unknown): string | undefined => {
  const all = Array.isArray(v) ? (v as Labelled[]) : [];
  return (all.find((x) => x.primary) ?? all[0])?.value;
};

/** How a record is reached: its first telephone, mail address and LINE account. */
export function reachOf(o: ObjectMeta, r: RecordData) {
  const of = (type: string) => o.fields.find((f) => f.type === type)?.name;
  const phones = of("phones");
  const mails = of("mails");
  return {
    phone: first(phones && r[phones]),
    mail: first(mails && r[mails]),
    line: typeof r.line_id === "string" && r.line_id ? r.line_id : undefined,
  };
}
