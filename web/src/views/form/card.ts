import type { Field, Labelled, ObjectMeta } from "../../api/types";

const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const WEB = /(?:https?:\/\/)?(?:www\.)[\w.-]+(?:\/\S*)?|https?:\/\/\S+/i;
const PHONE = /(?:\+?\d[\d\s().-]{6,}\d)(?:\s*(?:#|ext\.?|分機|分机|轉|转)\s*\d+)?/gi;
const COMPANY =
  /(公司|企業|企业|集團|集团|工廠|工厂|商行|工作室|醫院|医院|\b(?:Ltd|Inc|LLC|GmbH|Corp|Co|plc)\b\.?)/i;
const TITLE =
  /(經理|经理|總監|总监|主任|專員|专员|董事長|董事长|總經理|总经理|副總|副总|工程師|工程师|採購|采购|業務|销售|主管|助理|店長|店长|manager|director|engineer|sales|buyer|president|CEO|CTO|CFO)/i;
const PLACE = /[市縣县省區区鄉乡鎮镇]/;
const STREET = /[路街道段巷弄號号樓楼]/;
// The name of a firm may hold a city and a street, not a number before what numbers count.
const NUMBERED = /[\d一二三四五六七八九十]\s*[號号弄樓楼F室路街段巷之-]/i;
const NUMBER = /(?:統一編號|統編|统一社会信用代码|税号|VAT)\D{0,3}([0-9A-Z]{8,18})/i;
const FAX = /(?:fax|\bf\b|傳真|传真)\s*[:：.]?\s*(?:\+?\d[\d\s().-]{6,}\d)?/i;
const LABEL =
  /^(?:tel|phone|mobile|fax|e-?mail|web|addr(?:ess)?|add|t|m|f|e|電話|电话|手機|手机|傳真|传真|地址|網址|网址|信箱|郵箱|邮箱)\s*[:：.]?\s*/i;

/** The address in a line, without what it is called; the server takes it apart. */
function address(line: string): string | undefined {
  const text = line.replace(LABEL, "");
  return PLACE.test(text) && STREET.test(text) && NUMBERED.test(text) ? text : undefined;
}

/** What a card says: values by field, and what only the server can read or find. */
export interface Card {
  values: Record<string, unknown>;
  /** An address as it stands there, by the name of the field it goes to. */
  address?: { field: string; text: string };
  /** The firm a person is of. */
  company?: string;
}

const labelled = (values: string[]): Labelled[] =>
  [...new Set(values)].map((value, i) => ({ label: "", value, primary: i === 0 }));

/** What a business card or an address block, pasted as text, says about a record of this object. */
export function readCard(text: string, o: ObjectMeta): Card {
  const out: Record<string, unknown> = {};
  const card: Card = { values: out };
  const named = (name: string, type?: Field["type"]) =>
    o.fields.some((f) => f.name === name && f.access !== "read" && (!type || f.type === type));
  const put = (name: string, value: unknown, type?: Field["type"]) => {
    if (value && !(name in out) && named(name, type)) out[name] = value;
  };
  const lines = text
    .normalize("NFKC")
    .split(/\r?\n/)
    .map((l) => l.trim())
    .filter(Boolean);
  const phones: string[] = [];
  const mails: string[] = [];
  const rest: string[] = [];
  for (const line of lines) {
    const number = NUMBER.exec(line);
    if (number) {
      put("tax_number", number[1]);
      continue;
    }
    const found = line.match(MAIL);
    if (found) mails.push(...found);
    const web = found ? null : WEB.exec(line);
    if (web) put("website", /^http/i.test(web[0]) ? web[0] : `https://${web[0]}`);
    const place = address(line);
    if (place && !card.address && named("address", "address")) {
      card.address = { field: "address", text: place };
    }
    // A fax may stand behind the phone in one line.
    const fax = FAX.test(line);
    const calls = place || web ? null : line.replace(FAX, " ").replace(MAIL, " ").match(PHONE);
    if (calls) phones.push(...calls.map((p) => p.trim()));
    if (!found && !web && !place && !calls && !fax) rest.push(line);
  }
  put("phones", phones.length && labelled(phones), "phones");
  put("mails", mails.length && labelled(mails), "mails");
  const company = rest.find((l) => COMPANY.test(l));
  const others = rest.filter((l) => l !== company);
  if (o.name === "contact") {
    card.company = company;
    const titled = others.find((l) => TITLE.test(l));
    const parts = titled?.split(/\s+/) ?? [];
    const title = parts.find((p) => TITLE.test(p));
    const person = parts.length > 1 ? parts.filter((p) => p !== title).join(" ") : undefined;
    put("name", person ?? others.find((l) => l !== titled));
    put("title", title);
  } else put("name", company ?? others[0]);
  return card;
}
