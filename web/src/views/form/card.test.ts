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
  const card = readCard(CARD, o("customer"));
  expect(card.values).toEqual({
    name: "大順五金股份有限公司",
    phones: [
      { label: "", value: "02-2345-6789 #12", primary: true },
      { label: "", value: "0912-345-678", primary: false },
    ],
    mails: [{ label: "", value: "wang@dashun.com.tw", primary: true }],
    website: "https://www.dashun.com.tw",
    tax_number: "12345675",
  });
  // The server reads it, as it reads those of imports.
  expect(card.address).toEqual({ field: "address", text: "110 台北市信義區松高路11號5樓" });
});

test("the same card fills a contact: the person and what he is", () => {
  const card = readCard(CARD, o("contact"));
  expect(card.values).toMatchObject({ name: "王小明", title: "採購經理" });
  expect(card.company).toBe("大順五金股份有限公司");
});

test("an address of the mainland is found, with and without its province", () => {
  for (const text of ["广东省深圳市南山区科技园路1号", "上海市浦东新区世纪大道100号"]) {
    expect(readCard(`地址：${text}`, o("customer")).address?.text).toBe(text);
  }
});

test("phone, fax and mail in one line are told apart", () => {
  const { values } = readCard(
    "Tel: 02-2345-6789 Fax: 02-2345-0000 E-mail: a@b.com.tw",
    o("customer"),
  );
  expect(values.phones).toEqual([{ label: "", value: "02-2345-6789", primary: true }]);
  expect(values.mails).toEqual([{ label: "", value: "a@b.com.tw", primary: true }]);
});

test("text that says nothing fills nothing it should not", () => {
  expect(readCard("", o("customer")).values).toEqual({});
  expect(readCard("下週三下午再談", o("customer")).values).toEqual({ name: "下週三下午再談" });
});
