import { expect, test } from "vitest";
import { lineLink, mailLink, telLink } from "./reach";

test("a number is dialled without its decoration", () => {
  expect(telLink("(02) 2345-6789")).toBe("tel:0223456789");
  expect(telLink("+886 2 2345 6789")).toBe("tel:+886223456789");
  expect(telLink("０９１２－３４５－６７８")).toBe("tel:0912345678");
});

test("an extension is dialled after a pause", () => {
  for (const text of [
    "04-3600-2345#101",
    "04-3600-2345 分機101",
    "04-3600-2345 ext. 101",
    "04-3600-2345轉 101",
  ]) {
    expect(telLink(text)).toBe("tel:0436002345,101");
  }
});

test("an address or account cannot carry more than itself", () => {
  expect(mailLink("a+b@acme.com")).toBe("mailto:a+b@acme.com");
  expect(mailLink("a@acme.com?bcc=x@y.z")).toBe("mailto:a@acme.com%3Fbcc%3Dx@y.z");
  expect(lineLink("wang.ming")).toBe("https://line.me/R/ti/p/~wang.ming");
  expect(lineLink("@shop")).toBe("https://line.me/R/ti/p/%40shop");
});
