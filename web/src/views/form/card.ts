import type { Address, Field, Labelled, ObjectMeta } from "../../api/types";

const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const WEB = /(?:https?:\/\/)?(?:www\.)[\w.-]+(?:\/\S*)?|https?:\/\/\S+/i;
const PHONE = /(?:\+?\d[\d\s().-]{6,}\d)(?:\s*(?:#|ext\.?|分機|分机|轉|转)\s*\d+)?/gi;
const COMPANY =
  /(公司|企業|企业|集團|集团|工廠|工厂|商行|工作室|醫院|医院|\b(?:Ltd|Inc|LLC|GmbH|Corp|Co|plc)\b\.?)/i;
const TITLE =
  /(經理|经理|總監|总监|主任|專員|专员|董事長|董事长|總經理|总经理|副總|副总|工程師|工程师|採購|采购|業務|销售|主管|助理|店長|店长|manager|director|engineer|sales|buyer|president|CEO|CTO|CFO)/i;
const PLACE =
  /^\s*(\d{3,6})?\s*((?:[\u4e00-\u9fff]{2,4}?省)?)([\u4e00-\u9fff]{2,3}?[市縣县])([\u4e00-\u9fff]{1,4}?[區区鄉乡鎮镇市])?(.*\S)/;
const STREET = /[路街道段巷弄號号樓楼]/;
const NUMBER = /(?:統一編號|統編|统一社会信用代码|税号|VAT)\D{0,3}([0-9A-Z]{8,18})/i;
const LABEL =
  /^(?:tel|phone|mobile|fax|e-?mail|web|addr(?:ess)?|add|t|m|f|e|電話|电话|手機|手机|傳真|传真|地址|網址|网址|信箱|郵箱|邮箱)\s*[:：.]?\s*/i;

function address(text: string): Address | undefined {
  const m = PLACE.exec(text.replace(LABEL, ""));
  if (!m || !STREET.test(m[5] ?? "")) return undefined;
  const out: Address = { city: m[3], street: (m[5] ?? "").trim() };
  if (m[1]) out.zip = m[1];
  if (m[2]) out.region = m[2];
  if (m[4]) out.district = m[4];
  return out;
}

const labelled = (values: string[]): Labelled[] =>
  [...new Set(values)].map((value, i) => ({ label: "", value, primary: i === 0 }));

/** What a business card or an address block, pasted as text, says about a record of this object. */
export function readCard(text: string, o: ObjectMeta): Record<string, unknown> {
  const out: Record<string, unknown> = {};
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
    if (place) put("address", place, "address");
    const fax = /^(?:fax|f\b|傳真|传真)/i.test(line);
    const calls = place || web || found || fax ? null : line.match(PHONE);
    if (calls) phones.push(...calls.map((p) => p.trim()));
    if (!found && !web && !place && !calls && !fax) rest.push(line);
  }
  put("phones", phones.length && labelled(phones), "phones");
  put("mails", mails.length && labelled(mails), "mails");
  const company = rest.find((l) => COMPANY.test(l));
  const others = rest.filter((l) => l !== company);
  if (o.name === "contact") {
    const titled = others.find((l) => TITLE.test(l));
    const parts = titled?.split(/\s+/) ?? [];
    const title = parts.find((p) => TITLE.test(p));
    const person = parts.length > 1 ? parts.filter((p) => p !== title).join(" ") : undefined;
    put("name", person ?? others.find((l) => l !== titled));
    put("title", title);
  } else put("name", company ?? others[0]);
  return out;
}
