// Package lead declares whoever might become a customer: met at an exhibition, found,
// called in, entered on a web form. A lead ends converted into what it became, or
// disqualified with a reason.
package lead

import (
	"context"
	"regexp"
	"slices"
	"time"

	"ecrm/internal/local"
	"ecrm/internal/person"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// The stages of a lead that rules ask about.
const (
	untyped      = "untyped"
	fresh        = "new"
	working      = "working"
	converted    = "converted"
	disqualified = "disqualified"
)

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "lead", Objects: []*schema.Object{object()}, Rules: map[string]record.Rules{"lead": {Check: check, Actions: map[string]record.Action{
		"convert":    {Offer: offer, Do: convert, Past: past},
		"disqualify": {Do: disqualify, Past: past},
		"reopen":     {Do: reopen},
	}}}}
}

// lists tells lists of leads from those of customers and contacts, which hold the same.
var lists = &schema.Lists{
	Heads: schema.Words("線索編號, 線索名稱, 潛在客戶編號, 名單編號"),
	Vague: schema.Words("email, email address, phone, mobile, mobile phone, company, company name, name, full name, 公司, 公司名稱, 姓名, 電話, 手機, 電子郵件"),
	Never: schema.Words("amount, stage, deal name, opportunity name, 金額, 階段, 商機名稱"),
	Files: regexp.MustCompile(`線索|线索|潛在客戶|潜在客户|參展名單|参展名单|名片`),
}

func object() *schema.Object {
	return &schema.Object{
		Name: "lead", Plural: "leads", Icon: "funnel", Group: "sales", Title: "name", Stage: "status", Owned: true, HandedOut: true, Capture: &schema.Capture{Picture: "card", Waits: untyped}, Lists: lists,
		Label: t("潛在客戶", "线索", "Lead"), LabelPlural: t("潛在客戶", "线索", "Leads"),
		Aliases:    schema.Words("lead, leads, 線索, 銷售線索, 名單, 潛客, 潛在客戶, 意向客戶, interessent"),
		Fields:     fields(),
		Reported:   []schema.Reported{{Key: "leads", Label: t("新的潛在客戶", "新线索", "New leads"), Order: 52, At: "created_at", Show: []string{"company", "status", "source"}}},
		List:       []string{"name", "company", "status", "source", "campaign", "phones", "owner", "response_minutes", "created_at"},
		Quick:      []string{"status", "owner", "source", "rating", "response_minutes"},
		Highlights: []string{"company", "status", "source", "owner", "response_minutes", "customer", "contact", "opportunity"},
		Sections: []schema.Section{
			// In the order of a name card, which somebody types from.
			{Label: t("基本資料", "基本信息", "Basics"), Fields: []string{"name", "company", "title", "division", "phones", "mails", "line_id", "wechat_id", "website", "address"}},
			{Label: t("需求與來源", "需求与来源", "Interest and source"), Fields: []string{"interest", "source", "campaign", "industry", "region", "rating", "budget", "status", "owner", "next_contact_at", "tags"}},
			{Label: t("其他", "其他", "Other"), Fields: []string{"family_name", "given_name", "english_name", "salutation", "tax_number", "card", "card_back", "reason", "reason_note", "customer", "contact", "opportunity", "converted_at", "converted_by", "web_form", "consent_text", "consent_at", "note", "external_ids"}},
		},
		Related: []schema.Related{{Object: "task", Field: "lead"}, {Object: "activity", Field: "lead"}},
		Actions: actions(),
	}
}

func fields() []*schema.Field {
	name := person.Fields("name")
	name[0].Required = false // a card that waits to be typed has none: see check
	return slices.Concat(name, person.Fields("family_name", "given_name", "english_name"),
		[]*schema.Field{
			{Name: "company", Type: "text", Indexed: true,
				Aliases: schema.Words("公司, 公司名稱, 企業, 企業名稱, 單位, 單位名稱, 服務單位, 任職公司, 參展商, 客戶名稱, company name, account, account name, organization, organisation, organization name, business name, employer, firma, unternehmen, empresa, entreprise, société, 会社名"),
				Label:   t("公司", "公司", "Company"), Match: "company", Search: "n"},
		},
		person.Fields("division", "title", "salutation"),
		[]*schema.Field{
			{Name: "status", Type: "picklist", Required: true, Default: fresh, Indexed: true,
				Aliases: schema.Words("狀態, 線索狀態, 跟進狀態, 名單狀態, lead status, status, lead stage, state, leadstate, estado, statut"),
				Label:   t("狀態", "状态", "Status"), Options: []schema.Option{
					{Value: untyped, Label: t("名片待輸入", "名片待录入", "Card to be typed"), Kind: "open", Color: "orange"},
					{Value: fresh, Label: t("未聯絡", "未处理", "New"), Kind: "open", Aliases: schema.Words("open, not contacted, open not contacted, unread, fresh, uncontacted, 新線索, 新名單, 未處理, 未跟進, 待跟進, 待聯絡, 新建, neu")},
					{Value: working, Label: t("聯絡中", "跟进中", "Working"), Kind: "open", Color: "blue", Aliases: schema.Words("contacted, working contacted, in progress, attempted to contact, attempted, connected, contact in future, contacting, 跟進中, 已聯絡, 處理中, 已聯繫, in bearbeitung")},
					{Value: "qualified", Label: t("有意願", "有意向", "Qualified"), Kind: "open", Color: "green", Aliases: schema.Words("pre qualified, prequalified, qualify, marketing qualified, sales qualified, mql, sql, interested, hot, 已確認, 有意向, 合格, qualifiziert")},
					{Value: converted, Label: t("已轉換", "已转化", "Converted"), Kind: "won", Color: "green", Aliases: schema.Words("closed converted, customer, won, 已轉客戶, 已轉化, 已成交, konvertiert")},
					{Value: disqualified, Label: t("無效", "无效", "Disqualified"), Kind: "lost", Color: "grey", Aliases: schema.Words("closed not converted, unqualified, not qualified, junk, junk lead, lost, lost lead, dead, bad timing, recycled, 無效線索, 已關閉, 放棄, 已流失, verloren")},
				}},
			{Name: "status_changed_at", Type: "datetime", Label: t("狀態變更時間", "状态变更时间", "Status since"), ReadOnly: true, Since: "status"},
			{Name: "rating", Type: "picklist", Indexed: true,
				Aliases: schema.Words("熱度, 意願, 意向度, 線索等級, 等級, 評級, lead rating, temperature, lead score, priority, bewertung"),
				Label:   t("意願", "意向度", "Rating"), Options: []schema.Option{
					{Value: "hot", Label: t("高", "高", "Hot"), Color: "red", Aliases: schema.Words("high, a, heiß, 熱, 高意向")},
					{Value: "warm", Label: t("中", "中", "Warm"), Color: "orange", Aliases: schema.Words("medium, b, 溫, 中意向")},
					{Value: "cold", Label: t("低", "低", "Cold"), Color: "grey", Aliases: schema.Words("low, c, kalt, 冷, 低意向")},
				}},
		},
		person.Fields("phones", "mails", "line_id", "wechat_id"),
		[]*schema.Field{
			{Name: "website", Type: "url", Label: t("公司網站", "公司网站", "Web site"), Aliases: schema.Words("網站, 網址, 官網, website, web site, url, homepage, company website")},
			{Name: "address", Type: "address", Label: t("地址", "地址", "Address")},
			{Name: "industry", Type: "text", MaxLength: 100,
				Aliases: schema.Words("產業, 產業別, 行業, 行業別, 所屬行業, industry, industry type, sector, branche"),
				Label:   t("產業", "行业", "Industry")},
			{Name: "region", Type: "text", MaxLength: 100,
				Aliases: schema.Words("地區, 區域, 縣市, 所在地區, 所屬地區, 省份, region, area, territory, gebiet"),
				Label:   t("地區", "地区", "Region")},
			{Name: "tax_number", Type: "text", MaxLength: 40, Match: "code", Search: "i",
				Aliases: schema.Words("統編, 統一編號, 稅號, 統一社會信用代碼, vat number, tax id, tax number"),
				Label:   t("統一編號", "统一社会信用代码", "Tax number")},
		},
		person.Fields("source"),
		[]*schema.Field{
			{Name: "campaign", Type: "text", MaxLength: 200, Indexed: true, Search: "t",
				Aliases: schema.Words("展覽, 展會, 展覽名稱, 行銷活動, 活動名稱, 市場活動, 廣告活動, campaign name, exhibition, trade show, event name, utm campaign, kampagne"),
				Label:   t("展覽／活動", "展会／活动", "Exhibition / campaign")},
			{Name: "interest", Type: "text", MaxLength: 500, Search: "t",
				Aliases: schema.Words("需求, 感興趣的產品, 詢問產品, 意向產品, 諮詢內容, 需求產品, 產品, product interest, interested in, product, products, request, inquiry, interesse"),
				Label:   t("感興趣的產品或需求", "感兴趣的产品或需求", "Interested in")},
			{Name: "budget", Type: "money", Aliases: schema.Words("預算, 預估金額, budget amount, expected amount, lead value"), Label: t("預算", "预算", "Budget")},
			{Name: "card", Type: "picture", Label: t("名片", "名片", "Name card")},
			{Name: "card_back", Type: "picture", Label: t("名片背面", "名片背面", "Back of the card")},
			{Name: "reason", Type: "picklist", Only: &schema.Only{Field: "status", Values: []string{disqualified}}, Indexed: true,
				Aliases: schema.Words("無效原因, 關閉原因, 放棄原因, disqualification reason, unqualified reason, lost reason"),
				Label:   t("無效原因", "无效原因", "Disqualified because"), Options: reasons()},
			{Name: "reason_note", Type: "text", Only: &schema.Only{Field: "status", Values: []string{disqualified}}, MaxLength: 300, Label: t("無效說明", "无效说明", "More about why")},
			{Name: "last_contact_at", Type: "datetime", Label: t("最近聯絡", "最近跟进", "Last contact"), ReadOnly: true, Derived: true, Indexed: true},
			{Name: "next_contact_at", Type: "datetime", Label: t("下次聯絡", "下次跟进", "Next contact"), Indexed: true, Aliases: schema.Words("下次聯絡日, 下次跟進時間, next follow up, next contact date, follow up date")},
			{Name: "first_response_at", Type: "datetime", Label: t("首次回應時間", "首次响应时间", "First response"), ReadOnly: true, Derived: true, Indexed: true},
			{Name: "response_minutes", Type: "integer", Unit: "minutes", Label: t("回應花費", "响应用时", "Response time"), ReadOnly: true, Derived: true, Indexed: true,
				Help: t("從建立到第一次聯絡，以分鐘計", "从创建到首次跟进，以分钟计", "From when it was made to the first contact, in minutes")},
			{Name: "customer", Type: "reference", Targets: []string{"customer"}, Only: &schema.Only{Field: "status", Values: []string{converted}}, Label: t("轉換成的客戶", "转化成的客户", "Became customer"), ReadOnly: true},
			{Name: "contact", Type: "reference", Targets: []string{"contact"}, Only: &schema.Only{Field: "status", Values: []string{converted}}, Label: t("轉換成的聯絡人", "转化成的联系人", "Became contact"), ReadOnly: true},
			{Name: "opportunity", Type: "reference", Targets: []string{"opportunity"}, Only: &schema.Only{Field: "status", Values: []string{converted}}, Label: t("轉換成的商機", "转化成的商机", "Became opportunity"), ReadOnly: true},
			{Name: "converted_at", Type: "datetime", Only: &schema.Only{Field: "status", Values: []string{converted}}, Label: t("轉換時間", "转化时间", "Converted at"), ReadOnly: true, Indexed: true},
			{Name: "converted_by", Type: "user", Only: &schema.Only{Field: "status", Values: []string{converted}}, Label: t("轉換者", "转化人", "Converted by"), ReadOnly: true},
			{Name: "web_form", Type: "reference", Targets: []string{"web_form"}, Label: t("公開表單", "公开表单", "Web form"), ReadOnly: true},
			{Name: "consent_text", Type: "longtext", Label: t("同意聲明", "同意声明", "Consented to"), ReadOnly: true},
			{Name: "consent_at", Type: "datetime", Label: t("同意時間", "同意时间", "Consented at"), ReadOnly: true},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		})
}

func reasons() []schema.Option {
	return []schema.Option{
		{Value: "unreachable", Label: t("聯絡不上", "联系不上", "Cannot be reached"), Aliases: schema.Words("no response, wrong number, 無人接聽, 空號, 失聯")},
		{Value: "no_need", Label: t("沒有需求", "没有需求", "No need"), Aliases: schema.Words("not interested, no interest, 無需求, 不感興趣")},
		{Value: "no_budget", Label: t("沒有預算", "没有预算", "No budget"), Aliases: schema.Words("budget, 無預算, 預算不足")},
		{Value: "not_fit", Label: t("不是我們的客群", "非目标客户", "Not our market"), Aliases: schema.Words("unqualified, not a fit, 非目標客戶")},
		{Value: "competitor", Label: t("已選同業", "已选竞品", "Chose a competitor"), Aliases: schema.Words("competitor, lost to competitor, 已選競品")},
		{Value: "duplicate", Label: t("重複資料", "重复数据", "Duplicate"), Aliases: schema.Words("duplicate, 重複")},
		{Value: "spam", Label: t("假資料或廣告", "虚假信息或广告", "Spam"), Aliases: schema.Words("junk, fake, 廣告, 假資料")},
		{Value: "other", Label: t("其他", "其他", "Other"), Aliases: schema.Words("others, 其它")},
	}
}

// check names the lead, and keeps where it stands in step with how it came there.
func check(_ context.Context, c *record.Change) error {
	person.Keep(c)
	if text := c.After.Text("tax_number"); text != "" && c.Changed("tax_number") {
		if normal, doubt := local.TaxDoubt(text); doubt == "" {
			c.After["tax_number"] = []any{normal}
		}
	}
	if err := name(c); err != nil {
		return err
	}
	return stand(c)
}

// name calls a lead by its company, number or address where no person is named; a card
// by when it was taken, and has it wait to be typed.
func name(c *record.Change) error {
	v := c.After
	text := v.Text("company")
	for _, field := range []string{"mails", "phones"} {
		if entries := schema.Entries(v.Text(field)); text == "" && len(entries) > 0 {
			text = entries[0].Value
		}
	}
	for _, field := range []string{"line_id", "wechat_id"} {
		if text == "" {
			text = v.Text(field)
		}
	}
	known := text != "" || v.Text("name") != ""
	if c.Created && !known && len(schema.FilesIn(v["card"])) > 0 {
		v["status"] = []any{untyped}
		at := time.UnixMicro(c.Now).In(c.Actor.Zone()).Format("01/02 15:04")
		v["name"] = []any{c.Object.Field("card").Label.In(c.Actor.Language) + " " + at}
		return nil
	}
	if !c.Created && c.Before.Text("status") == untyped && !c.Changed("status") && (c.Changed("name") || text != "") {
		v["status"] = []any{fresh} // somebody typed it
	}
	switch {
	case v.Text("name") != "":
	case text != "":
		v["name"] = []any{text}
	default:
		return record.Invalid("name", "lead_without_name")
	}
	return nil
}

// stand refuses ways in and out of the last stages that are not theirs.
func stand(c *record.Change) error {
	if !c.Changed("status") {
		return nil
	}
	// What became of it elsewhere a file may tell, also where it says no more.
	told := c.Created && c.Actor.Importing
	before, after := c.Before.Text("status"), c.After.Text("status")
	switch {
	case before == converted:
		return record.Invalid("status", "lead_stays_converted")
	case after == converted && c.After.Int("converted_at") == 0 && !told:
		return record.Invalid("status", "lead_is_converted_by_action")
	case after == disqualified && c.After.Text("reason") == "" && !told:
		return record.Invalid("reason", "lead_needs_reason")
	}
	if before == disqualified {
		c.After["reason"], c.After["reason_note"] = []any{nil}, []any{nil}
	}
	return nil
}
