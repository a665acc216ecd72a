// Package quote declares offers: what they hold, what they come to, their versions,
// and how they are printed.
package quote

import (
	"ecrm/internal/lineitem"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tally"
)

var t = schema.T

// Name is that of the object.
const Name = "quote"

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{
		Name: Name, Objects: []*schema.Object{object()}, Rules: map[string]record.Rules{Name: {Check: check, Actions: doings}},
		Prints: map[string]record.Print{Name: printed},
	}
}

// The statuses of a quote.
const (
	draft    = "draft"
	sent     = "sent"
	accepted = "accepted"
	declined = "declined"
	expired  = "expired"
	replaced = "replaced"
)

func object() *schema.Object {
	return &schema.Object{
		Name: Name, Plural: "quotes", Icon: "file", Group: "sales", Title: "number", Stage: "status", Owned: true, Settled: "closed_on", Through: []string{"customer"},
		Label: t("報價單", "报价单", "Quote"), LabelPlural: t("報價單", "报价单", "Quotes"),
		Aliases: schema.Words("quotation, offer, proposal, estimate, proforma, 報價, 估價單, 估價, angebot, presupuesto, devis, 見積, 見積書"),
		Fields: []*schema.Field{
			{Name: "number", Type: "autonumber", Prefix: "Q-" + schema.Year + "-", Digits: 5, Unique: true, Gapless: true, Search: "i", Indexed: true,
				Aliases: schema.Words("報價單號, 報價編號, 單號, 單據編號, quote number, quote no, quotation number, quotation no, offer number, estimate number, angebotsnummer, 見積番号"),
				Label:   t("報價單號", "报价单号", "Number")},
			{Name: "subject", Type: "text", MaxLength: 200, Search: "n",
				Aliases: schema.Words("主旨, 主題, 標題, 報價主旨, 報價名稱, 專案名稱, 案名, subject, quote name, quote subject, title, project, betreff, asunto, objet, 件名"),
				Label:   t("主旨", "主题", "Subject")},
			{Name: "customer", Type: "reference", Targets: []string{"customer"}, Required: true,
				Aliases: schema.Words("客戶, 客戶名稱, 公司, 公司名稱, 買方, account, account name, company, customer name, client, bill to, kunde, cliente, client, 顧客名"),
				Label:   t("客戶", "客户", "Customer")},
			{Name: "contact", Type: "reference", Targets: []string{"contact"},
				Aliases: schema.Words("聯絡人, 聯繫人, 收件人, contact name, attention, attn, ansprechpartner, contacto, 担当者"),
				Label:   t("聯絡人", "联系人", "Contact")},
			{Name: "opportunity", Type: "reference", Targets: []string{"opportunity"},
				Aliases: schema.Words("商機, 商機名稱, deal, deal name, opportunity name, potential name"),
				Label:   t("商機", "商机", "Opportunity")},
			{Name: "status", Type: "picklist", Required: true, Default: draft, Indexed: true,
				Aliases: schema.Words("狀態, 報價狀態, 單據狀態, quote status, quote stage, stage, state"),
				Label:   t("狀態", "状态", "Status"), Options: []schema.Option{
					{Value: draft, Label: t("草稿", "草稿", "Draft"), Kind: "open", Aliases: schema.Words("new, open, in preparation, 新建, 未送出, 編輯中, entwurf")},
					{Value: sent, Label: t("已送出", "已发出", "Sent"), Kind: "open", Color: "blue", Aliases: schema.Words("delivered, presented, issued, pending, in review, 已報價, 已寄出, 已發送, 待回覆, versendet")},
					{Value: accepted, Label: t("客戶接受", "客户接受", "Accepted"), Kind: "won", Color: "green", Aliases: schema.Words("approved, confirmed, won, signed, ordered, 已接受, 已確認, 成交, 已成交, 回簽, angenommen")},
					{Value: declined, Label: t("客戶婉拒", "客户拒绝", "Declined"), Kind: "lost", Color: "red", Aliases: schema.Words("rejected, denied, lost, cancelled, 已拒絕, 拒絕, 未成交, 作廢, abgelehnt")},
					{Value: expired, Label: t("已過期", "已过期", "Expired"), Kind: "lost", Color: "grey", Aliases: schema.Words("overdue, 過期, 失效, 逾期, abgelaufen")},
					{Value: replaced, Label: t("已改版", "已改版", "Replaced"), Kind: "lost", Color: "grey", Aliases: schema.Words("superseded, revised, 舊版")},
				}},
			{Name: "date", Type: "date", Own: true, Indexed: true, Label: t("報價日期", "报价日期", "Date"),
				Aliases: schema.Words("日期, 報價日, 開單日期, 單據日期, quote date, quotation date, issue date, date issued, angebotsdatum, fecha, 見積日")},
			{Name: "valid_until", Type: "date", Own: true, Indexed: true, Label: t("有效期限", "有效期至", "Valid until"),
				Aliases: schema.Words("有效日期, 有效期, 報價有效期, 到期日, 截止日期, valid till, valid to, validity, expiry, expiry date, expiration date, expires on, gültig bis, válido hasta, 有効期限")},
			{Name: "currency", Type: "picklist", Options: schema.Currencies(), Indexed: true, Label: t("幣別", "币种", "Currency"),
				Aliases: schema.Words("幣種, 貨幣, currency code, währung, moneda, devise, 通貨")},
			{Name: "rate", Type: "decimal", Own: true, Scale: schema.RateScale, Label: t("匯率", "汇率", "Exchange rate"), Help: t("一單位外幣折合多少本國幣；空白則用報價當日的匯率", "一单位外币折合多少本位币；留空则用报价当日汇率", "Units of the company's currency for one unit; empty: that of the day"),
				Aliases: schema.Words("exchange rate, wechselkurs")},
			{Name: "tax_mode", Type: "picklist", Default: "exclusive", Label: t("計稅方式", "计税方式", "Taxes"), Options: []schema.Option{
				{Value: "exclusive", Label: t("單價未稅，稅外加", "单价不含税，税额另计", "Prices without tax"), Aliases: schema.Words("未稅, 外加, 稅外加, 不含稅, exclusive, net")},
				{Value: "inclusive", Label: t("單價含稅", "单价含税", "Prices with tax"), Aliases: schema.Words("含稅, 內含, 稅內含, inclusive, gross")},
				{Value: "none", Label: t("不計稅", "不计税", "No tax"), Aliases: schema.Words("免稅, 無, no tax, none, exempt")},
			}},
			{Name: "rounding", Type: "picklist", Default: "whole", Label: t("稅額進位", "税额舍入", "Tax is rounded"), Options: []schema.Option{
				{Value: "whole", Label: t("各稅率合計後算一次", "各税率合计后计算一次", "Once for each rate")},
				{Value: "line", Label: t("逐列計算後加總", "逐行计算后合计", "Line by line")},
			}},
			{Name: "items", Type: "lines", Label: t("報價項目", "报价明细", "Items"), Rows: items()},
			{Name: "discount", Type: "percent", Label: t("整單折扣 %", "整单折扣 %", "Discount %"), Aliases: schema.Words("整單折扣, 折扣率, 總折扣, discount percent, overall discount, rabatt")},
			{Name: "discount_off", Type: "decimal", Scale: 4, Label: t("整單折讓", "整单优惠", "Discount amount"), Help: t("先打折，再減去這個金額", "先打折，再减去此金额", "Taken off after the percentage"),
				Aliases: schema.Words("折讓, 折讓金額, 優惠金額, 減價, discount amount, nachlass")},
			{Name: "subtotal", Type: "money", ReadOnly: true, Label: t("小計", "小计", "Subtotal")},
			{Name: "discount_total", Type: "money", ReadOnly: true, Label: t("折讓合計", "优惠合计", "Discount")},
			{Name: "net", Type: "money", ReadOnly: true, Label: t("未稅金額", "不含税金额", "Net")},
			{Name: "tax_total", Type: "money", ReadOnly: true, Label: t("稅額", "税额", "Tax")},
			{Name: "total", Type: "money", ReadOnly: true, Indexed: true, Label: t("總計", "总计", "Total"), Aliases: schema.Words("總金額, 總計金額, 含稅總額, grand total, total amount, amount, gesamtbetrag")},
			{Name: "payment_terms", Type: "text", MaxLength: 200, Label: t("付款條件", "付款条件", "Payment terms"), Aliases: schema.Words("付款方式, 結帳方式, 付款條款, terms, payment, zahlungsbedingungen")},
			{Name: "delivery", Type: "text", MaxLength: 200, Label: t("交期", "交货期", "Delivery"), Aliases: schema.Words("交貨期, 交貨日期, 交貨期限, 交期天數, lead time, delivery time, delivery date, lieferzeit")},
			{Name: "trade_term", Type: "picklist", Label: t("貿易條件", "贸易术语", "Trade term"), Options: incoterms(), Aliases: schema.Words("價格條件, 價格條款, 交易條件, incoterm, incoterms, shipping terms")},
			{Name: "trade_place", Type: "text", MaxLength: 100, Label: t("貿易條件地點", "贸易术语地点", "Place of the trade term"), Help: t("港口或地點，如 Keelung", "港口或地点，如 Shanghai", "The port or place, such as Keelung")},
			{Name: "packing", Type: "text", MaxLength: 200, Label: t("包裝", "包装", "Packing"), Aliases: schema.Words("包裝方式, packaging")},
			{Name: "notes", Type: "longtext", MaxLength: 10_000, Search: "t", Label: t("備註", "备注", "Notes"), Help: t("印在報價單上", "打印在报价单上", "Printed on the quote"), Aliases: schema.Words("說明, 條款, 備註說明, remarks, terms and conditions, bemerkungen")},
			{Name: "internal_note", Type: "longtext", Search: "t", Label: t("內部備註", "内部备注", "Internal note"), Help: t("不會印出", "不会打印", "Not printed")},
			{Name: "language", Type: "picklist", Label: t("文件語言", "文件语言", "Language"), Options: []schema.Option{
				{Value: "zh-TW", Label: t("繁體中文", "繁体中文", "Traditional Chinese")}, {Value: "zh-CN", Label: t("簡體中文", "简体中文", "Simplified Chinese")}, {Value: "en", Label: t("英文", "英文", "English")},
			}},
			{Name: "letterhead", Type: "reference", Targets: []string{"letterhead"}, Label: t("公司抬頭", "公司抬头", "Letterhead")},
			{Name: "revision", Type: "integer", ReadOnly: true, Label: t("版次", "版本", "Version")},
			{Name: "root", Type: "reference", Targets: []string{Name}, Own: true, Label: t("第一版", "初版", "First version")},
			{Name: "sent_on", Type: "date", ReadOnly: true, Label: t("送出日期", "发出日期", "Sent on")},
			{Name: "closed_on", Type: "date", ReadOnly: true, Label: t("結案日期", "结案日期", "Closed on")},
			{Name: "reason", Type: "text", MaxLength: 200, Label: t("婉拒原因", "拒绝原因", "Declined because"), Only: &schema.Only{Field: "status", Values: []string{declined}}},
		},
		Reported:   []schema.Reported{{Key: "quotes", Label: t("送出的報價", "发出的报价", "Quotes sent"), Order: 40, At: "sent_on", Sum: "total", Show: []string{"customer", "subject", "total", "status"}}},
		List:       []string{"number", "customer", "subject", "status", "total", "valid_until", "owner", "date"},
		Quick:      []string{"status", "owner", "date", "valid_until"},
		Highlights: []string{"customer", "total", "valid_until", "revision", "owner"},
		Sections: []schema.Section{
			{Label: t("報價單", "报价单", "Quote"), Fields: []string{"customer", "contact", "opportunity", "subject", "date", "valid_until", "currency", "tax_mode", "status", "reason", "owner"}},
			{Label: t("報價項目", "报价明细", "Items"), Fields: []string{"items", "discount", "discount_off", "subtotal", "discount_total", "net", "tax_total", "total"}},
			{Label: t("條件", "条款", "Terms"), Fields: []string{"payment_terms", "delivery", "notes", "internal_note"}},
			{Label: t("外銷與文件", "外贸与文件", "Trade and document"), Fields: []string{"trade_term", "trade_place", "packing", "rate", "rounding", "language", "letterhead", "revision", "sent_on", "closed_on"}},
		},
		Related: []schema.Related{{Object: Name, Field: "root", Label: t("改版", "后续版本", "Later versions")}},
		Actions: actions(),
		Lapse:   &schema.Lapse{Day: "valid_until", When: schema.Only{Field: "status", Values: []string{sent}}, To: expired},
		Printed: []schema.Document{{Label: words.quote}, {Form: Proforma, Label: words.proforma}},
	}
}

func items() []*schema.Field {
	return lineitem.Fields(
		&schema.Field{Type: "decimal", Scale: tally.Scale, Label: t("金額", "金额", "Amount"), Aliases: schema.Words("小計, total, line total, subtotal")},
		&schema.Field{Name: "tax", Type: "picklist", Options: schema.TaxClasses(), Label: t("稅別", "税率", "Tax"), Aliases: schema.Words("稅率, tax rate, vat")},
	)
}

// incoterms are those of 2020.
func incoterms() []schema.Option {
	var options []schema.Option
	for _, one := range [][3]string{
		{"EXW", "工廠交貨", "工厂交货"}, {"FCA", "貨交運送人", "货交承运人"}, {"FAS", "船邊交貨", "船边交货"}, {"FOB", "船上交貨", "船上交货"}, {"CFR", "運費在內", "成本加运费"}, {"CIF", "運保費在內", "成本、保险费加运费"},
		{"CPT", "運費付訖", "运费付至"}, {"CIP", "運保費付訖", "运费和保险费付至"}, {"DAP", "目的地交貨", "目的地交货"}, {"DPU", "卸貨地交貨", "卸货地交货"}, {"DDP", "稅訖交貨", "完税后交货"},
	} {
		options = append(options, schema.Option{Value: one[0], Label: t(one[0]+" "+one[1], one[0]+" "+one[2], one[0])})
	}
	return options
}
