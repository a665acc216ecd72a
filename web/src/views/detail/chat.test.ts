import { expect, test } from "vitest";
import { chatOf } from "./chat";

const of = (text: string) => chatOf(text, "2026-11-24", "15:00");

test("a conversation of LINE is dated by its last message", () => {
  const chat = of("2026/11/20（五）\n14:30\t王小明\t您好\n14:32\t我\t報價單寄給您了\n");
  expect(chat?.app).toBe("line");
  expect(chat?.messages).toBe(2);
  expect(chat?.at).toBe("2026-11-20T14:32");
  expect(chat?.text).toBe("2026/11/20（五）\n14:30 王小明 您好\n14:32 我 報價單寄給您了");
  expect(of("2026.11.20 星期五\n上午09:05 王小明 早\n下午2:10 我 好的")?.at).toBe(
    "2026-11-20T14:10",
  );
  expect(of("Fri, 11/20/2026\n9:05 AM Wang hi\n2:10 PM me ok")?.at).toBe("2026-11-20T14:10");
});

test("one of 微信 too", () => {
  const chat = of("王小明 2026/11/23 14:30:25\n你好\n\n我 2026/11/23 14:31:02\n收到，明天给您报价");
  expect(chat?.app).toBe("wechat");
  expect(chat?.at).toBe("2026-11-23T14:31");
  expect(of("王小明 11-23 14:30\n你好\n我 11-23 14:31\n收到")?.at).toBe("2026-11-23T14:31");
  expect(of("王小明 2026年11月23日 14:30\n你好\n我：2026年11月23日 14:31\n收到")?.messages).toBe(2);
});

test("what tells no day was today or yesterday, what tells no year is past", () => {
  expect(of("14:30 王小明 您好\n14:32 我 好")?.at).toBe("2026-11-24T14:32");
  expect(of("21:30 王小明 您好\n21:32 我 好")?.at).toBe("2026-11-23T21:32");
  expect(of("12/30\n10:00 王小明 您好\n10:01 我 好")?.at).toBe("2025-12-30T10:01");
});

test("what only looks like one stays as it is", () => {
  expect(of("14:30 開會")).toBeUndefined();
  expect(of("客戶想先試用一個月\n預算 3:7 分")).toBeUndefined();
  expect(of("上午場 10:00\n下午場 14:00")).toBeUndefined();
  expect(of("明天 10:00 到，後天 14:00 走")).toBeUndefined();
  expect(of("2026/11/20\n99:99 王 x\n88:88 王 y")).toBeUndefined();
});
