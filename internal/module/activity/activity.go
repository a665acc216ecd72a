// Package activity declares what was done with a customer: calls, visits,
// meetings, messages, notes. Logging one moves the customer's last contact.
package activity

import (
	"context"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "activity", Rules: map[string]record.Rules{"activity": {Check: check, Done: done}}, Objects: []*schema.Object{{
		Name: "activity", Plural: "activities", Icon: "phone", Group: "sales", Title: "subject", Owned: true, Through: []string{"customer"},
		Label: t("聯絡紀錄", "跟进记录", "Activity"), LabelPlural: t("聯絡紀錄", "跟进记录", "Activities"),
		Fields: []*schema.Field{
			{Name: "subject", Type: "text",
				Aliases: schema.Words("主旨, 主題, 標題, 摘要, 拜訪主題, 跟進主題, subject, title, topic, activity name, betreff, asunto, objet, 件名"),
				Label:   t("主旨", "主题", "Subject"), Search: "t"},
			{Name: "kind", Type: "picklist",
				Aliases: schema.Words("方式, 類型, 類別, 跟進方式, 聯絡方式, 拜訪方式, 活動類型, activity type, call type, event type, art, tipo, type d'activité, 種別"),
				Label:   t("方式", "方式", "Kind"), Required: true, Default: "call", Indexed: true, Options: []schema.Option{
					{Value: "call", Label: t("電話", "电话", "Call")}, {Value: "visit", Label: t("拜訪", "拜访", "Visit")},
					{Value: "meeting", Label: t("會議", "会议", "Meeting")}, {Value: "mail", Label: t("郵件", "邮件", "Mail")},
					{Value: "line", Label: t("LINE", "LINE", "LINE")}, {Value: "wechat", Label: t("微信", "微信", "WeChat")},
					{Value: "note", Label: t("筆記", "笔记", "Note")},
				}},
			{Name: "customer", Type: "reference",
				Aliases: schema.Words("客戶, 客戶名稱, 公司, 公司名稱, 拜訪客戶, account, account name, company, company name, organization, related to, regarding, client, firma, empresa, entreprise, 取引先名, 会社名"),
				Targets: []string{"customer"}, Required: true, Label: t("客戶", "客户", "Customer")},
			{Name: "contact", Type: "reference",
				Aliases: schema.Words("聯絡人, 聯絡人姓名, 拜訪對象, contact name, contact person, person, who, ansprechpartner, contacto"),
				Targets: []string{"contact"}, Label: t("聯絡人", "联系人", "Contact")},
			{Name: "opportunity", Type: "reference",
				Aliases: schema.Words("商機, 商機名稱, deal, deal name, opportunity name, potential name"),
				Targets: []string{"opportunity"}, Label: t("商機", "商机", "Opportunity")},
			{Name: "at", Type: "datetime",
				Aliases: schema.Words("時間, 日期, 拜訪時間, 拜訪日期, 跟進時間, 跟進日期, 聯絡日期, 活動日期, 開始時間, date, activity date, start time, start date, start, call start time, datum, fecha, 日付, 訪問日"),
				Label:   t("時間", "时间", "Time"), Indexed: true},
			{Name: "result", Type: "longtext",
				Aliases: schema.Words("結果, 內容, 拜訪內容, 拜訪結果, 跟進內容, 跟進記錄, 溝通內容, 活動內容, 紀要, description, notes, note, comments, outcome, call result, details, body, beschreibung, descripción, 内容"),
				Label:   t("結果", "结果", "Result"), Search: "t"},
			{Name: "next_step", Type: "text",
				Aliases: schema.Words("下一步, 下一步行動, 下一步計畫, 後續行動, next step, next steps, next action"),
				Label:   t("下一步", "下一步", "Next step")},
			{Name: "next_at", Type: "datetime",
				Aliases: schema.Words("下次聯絡, 下次跟進, 下次跟進時間, 下次聯絡日期, 下次拜訪時間, next contact date, follow up date, next follow up"),
				Label:   t("下次聯絡時間", "下次跟进时间", "Next contact")},
		},
		List:       []string{"at", "kind", "customer", "result", "next_step", "next_at", "owner"},
		Quick:      []string{"kind", "owner", "at"},
		Highlights: []string{"kind", "customer", "at", "owner"},
		Sections: []schema.Section{
			{Label: t("聯絡紀錄", "跟进记录", "Activity"), Fields: []string{"kind", "customer", "contact", "opportunity", "at", "subject", "result", "next_step", "next_at", "owner"}},
		},
	}}}
}

func check(_ context.Context, c *record.Change) error {
	if c.After.Int("at") == 0 {
		c.After["at"] = []any{c.Now}
	}
	if c.After.Text("subject") == "" {
		if o := c.Object.Field("kind").Option(c.After.Text("kind")); o != nil {
			c.After["subject"] = []any{o.Label.In(c.Actor.Language)}
		}
	}
	return nil
}

// done moves the customer's last and next contact. A note is no contact.
func done(ctx context.Context, c *record.Change) error {
	customer := c.After.Int("customer")
	if c.After.Text("kind") != "note" && c.After.Int("at") <= c.Now {
		if err := c.Derive(ctx, "customer", customer, "last_contact_at", c.After.Int("at"), true); err != nil {
			return err
		}
	}
	if next := c.After.Int("next_at"); next != 0 && c.Changed("next_at") {
		return c.Derive(ctx, "customer", customer, "next_contact_at", next, false)
	}
	return nil
}
