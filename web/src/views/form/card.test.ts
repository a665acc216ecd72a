import { expect, test } from "vitest";
import type { ObjectMeta } from "../../api/types";
import { readCard } from "./card";

const o = (name: string) =>
  ({
    name,
    fields: [
      ["name", "text"],
      ["title", "text"],
      ["phones", "phones"],
      ["mails", "mails"],
      ["website", "url"],
      ["address", "address"],
      ["tax_number", "text"],
    ].map(([n, type]) => ({ name: n, type, label: n })),
  }) as ObjectMeta;

const CARD = `大順五金股份有限公司
王小明 採購經理
電話：02-2345-6789 #12
手機: ０９１２-345-678
傳真：02-2345-0000
wang@dashun.com.tw
www.dashun.com.tw
地址：110 台北市信義區松高路11號5樓
統一編號：12345675`;

test("a business card fills a customer: the firm, never its fax", () => {
  expect(readCard(CARD, o("customer"))).toEqual({
    name: "大順五金股份有限公司",
    phones: [
      { label: "", value: "02-2345-6789 #12", primary: true },
      { label: "", value: "0912-345-678", primary: false },
    ],
    mails: [{ label: "", value: "wang@dashun.com.tw", primary: true }],
    website: "https://www.dashun.com.tw",
    address: { zip: "110", city: "台北市", district: "信義區", street: "松高路11號5樓" },
    tax_number: "12345675",
  });
});

test("the same card fills a contact: the person and what he is", () => {
  expect(readCard(CARD, o("contact"))).toMatchObject({ name: "王小明", title: "採購經理" });
});

test("an address of the mainland is read large to small", () => {
  expect(readCard("广东省深圳市南山区科技园路1号", o("customer")).address).toEqual({
    region: "广东省",
    city: "深圳市",
    district: "南山区",
    street: "科技园路1号",
  });
});

test("text that says nothing fills nothing it should not", () => {
  expect(readCard("", o("customer"))).toEqual({});
  expect(readCard("下週三下午再談", o("customer"))).toEqual({ name: "下週三下午再談" });
});
