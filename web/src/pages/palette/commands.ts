import type { ObjectMeta } from "../../api/types";

/** What people call things in other systems and in the other Chinese, by the word used here. */
const WORDS: Record<string, string> = {
  customer: "客戶 客户 公司 厂商 廠商 往來對象 account company client customer kehu kh",
  contact: "聯絡人 联系人 窗口 名片 人 contact person lianluoren lianxiren llr lxr",
  lead: "潛在客戶 线索 線索 名單 lead xiansuo xs",
  opportunity: "商機 商机 銷售機會 销售机会 案子 項目 项目 deal opportunity pipeline shangji sj",
  activity: "聯絡紀錄 跟进记录 跟進 拜訪 拜访 電訪 日誌 行動 call visit activity genjin gj",
  task: "待辦 任务 任務 提醒 待办 todo task daiban db renwu rw",
  quote: "報價單 报价单 估價單 quote quotation baojia bj",
  order: "訂單 订单 销售订单 銷售單 銷售訂單 order dingdan dd",
  contract: "合約 合同 契約 contract heyue hetong ht qiyue",
  receipt: "收款 回款 收款單 回款记录 receipt payment shoukuan huikuan",
  product: "產品 产品 商品 品項 料號 product item chanpin cp",
  project: "專案 项目 項目 project zhuanan xiangmu",
  channel_partner: "經銷商 渠道商 渠道 代理商 partner channel jingxiaoshang qudao",
  pool: "客戶池 公海 领取 領取 認領 pool gonghai",
  ticket: "服務案件 工单 報修 維修 客訴 投诉 ticket complaint gongdan",
  user: "使用者 用户 業務 员工 員工 同事 帳號 user people staff",
};

/** A place to go besides the objects, with the words it is found by. */
export interface Place {
  key: string;
  to: string;
  icon: string;
  words: string;
  admin?: boolean;
}

/** How one says that something is to be written down. */
export const LOG = "記錄 记录 記一筆 跟進 跟进 追蹤 紀錄 log note genjin gj jilu jl";

export const PLACES: Place[] = [
  {
    key: "home",
    to: "/",
    icon: "home",
    words: "首頁 首页 工作台 工作檯 home dashboard 儀表板 仪表盘 分析 漏斗",
  },
  {
    key: "reports",
    to: "/reports",
    icon: "edit",
    words:
      "工作報告 工作报告 日報 日报 週報 周报 月報 月报 業務報告 工作日誌 work report daily weekly monthly ribao rb zhoubao",
  },
  {
    key: "calendar",
    to: "/calendar",
    icon: "calendar",
    words: "行事曆 日程 日历 行程 calendar schedule xingshili richeng rc",
  },
  {
    key: "analyses",
    to: "/analyses",
    icon: "chart",
    words:
      "分析報表 分析报表 報表 报表 銷售漏斗 销售漏斗 贏單輸單分析 赢单输单分析 跟進分析 跟进分析 銷售分析 销售分析 市場 analysis report funnel win loss fenxi baobiao fx bb",
  },
  {
    key: "import",
    to: "/import",
    icon: "import",
    words: "匯入 导入 上傳 excel csv import daoru huiru",
  },
  { key: "jobs", to: "/jobs", icon: "clock", words: "背景作業 后台任务 進度 进度 jobs" },
  {
    key: "settings.me",
    to: "/settings",
    icon: "gear",
    words: "個人設定 个人设置 語言 语言 時區 时区 深色 密度 settings language",
  },
  {
    key: "settings.password",
    to: "/settings/password",
    icon: "key",
    words: "密碼 密码 password mima",
  },
  {
    key: "settings.sessions",
    to: "/settings/sessions",
    icon: "laptop",
    words: "登入 登录 裝置 设备 sessions devices",
  },
  {
    key: "settings.tokens",
    to: "/settings/tokens",
    icon: "key",
    words: "api token 權杖 令牌 串接 接口",
  },
  {
    key: "settings.company",
    to: "/settings/company",
    icon: "building",
    words: "公司 企業 company",
    admin: true,
  },
  {
    key: "settings.users",
    to: "/settings/users",
    icon: "users",
    words: "使用者 用户 員工 员工 帳號 账号 重設密碼 user",
    admin: true,
  },
  {
    key: "settings.departments",
    to: "/settings/departments",
    icon: "tree",
    words: "部門 部门 組織 组织 架構 department",
    admin: true,
  },
  {
    key: "settings.roles",
    to: "/settings/roles",
    icon: "shield",
    words: "角色 權限 权限 許可權 许可权 資料範圍 数据范围 role permission quanxian qx",
    admin: true,
  },
  {
    key: "duplicates",
    to: "/duplicates",
    icon: "copy",
    words: "重複資料 重复数据 查重 撞單 撞单 合併 合并 duplicate merge dedupe chachong",
  },
  {
    key: "settings.duplicates",
    to: "/settings/duplicates",
    icon: "copy",
    words: "查重規則 查重规则 撞單 撞单 重複 重复 duplicate rule chachong",
    admin: true,
  },
  {
    key: "settings.fields",
    to: "/settings/fields",
    icon: "columns",
    words: "欄位 字段 自訂欄位 自定义字段 選項 field custom ziduan",
    admin: true,
  },
  {
    key: "settings.layouts",
    to: "/settings/layouts",
    icon: "columns",
    words: "版面 布局 佈局 表單 表单 清單欄位 列表 區塊 分组 layout form section column buju",
    admin: true,
  },
];

/** The records deleted, of an object: found by the words for a bin. */
export const BIN = "資源回收桶 回收站 回收桶 垃圾桶 還原 恢复 recycle bin trash restore";

const plain = (s: string) => s.normalize("NFKC").toLowerCase();

/** Does what was typed mean this? Every part of it must be in the words. */
export function means(typed: string, words: string): boolean {
  const all = plain(words);
  return plain(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every((w) => all.includes(w));
}

export const wordsOf = (o: ObjectMeta): string =>
  [o.name, o.plural, o.label, o.label_plural, WORDS[o.name] ?? ""].join(" ");

/** Words of other systems for what this company has under another name, such as 契約 or 公海. */
export const hasWords = (typed: string, o: ObjectMeta): boolean =>
  typed.trim() !== "" && means(typed, wordsOf(o));

/** An object is reached by a word that belongs to one not there: 公海 leads to the customers. */
const INSTEAD: Record<string, string> = {
  pool: "customer",
  lead: "customer",
  contract: "opportunity",
  quote: "opportunity",
  order: "opportunity",
  receipt: "opportunity",
  project: "opportunity",
  channel_partner: "customer",
  ticket: "activity",
};

/** The objects meant by a word whose own object this company has not. */
export function standIns(typed: string, objects: ObjectMeta[]): ObjectMeta[] {
  if (typed.trim().length < 2) return [];
  const names = new Set(objects.map((o) => o.name));
  const found = Object.entries(INSTEAD)
    .filter(([name]) => !names.has(name) && means(typed, WORDS[name] ?? ""))
    .map(([, instead]) => objects.find((o) => o.name === instead))
    .filter((o): o is ObjectMeta => !!o);
  return [...new Set(found)];
}
