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
			{Name: "subject", Type: "text", Label: t("主旨", "主题", "Subject"), Search: "t"},
			{Name: "kind", Type: "picklist", Label: t("方式", "方式", "Kind"), Required: true, Default: "call", Indexed: true, Options: []schema.Option{
				{Value: "call", Label: t("電話", "电话", "Call")}, {Value: "visit", Label: t("拜訪", "拜访", "Visit")},
				{Value: "meeting", Label: t("會議", "会议", "Meeting")}, {Value: "mail", Label: t("郵件", "邮件", "Mail")},
				{Value: "line", Label: t("LINE", "LINE", "LINE")}, {Value: "wechat", Label: t("微信", "微信", "WeChat")},
				{Value: "note", Label: t("筆記", "笔记", "Note")},
			}},
			{Name: "customer", Type: "reference", Targets: []string{"customer"}, Required: true, Label: t("客戶", "客户", "Customer")},
			{Name: "contact", Type: "reference", Targets: []string{"contact"}, Label: t("聯絡人", "联系人", "Contact")},
			{Name: "opportunity", Type: "reference", Targets: []string{"opportunity"}, Label: t("商機", "商机", "Opportunity")},
			{Name: "at", Type: "datetime", Label: t("時間", "时间", "Time"), Indexed: true},
			{Name: "result", Type: "longtext", Label: t("結果", "结果", "Result"), Search: "t"},
			{Name: "next_step", Type: "text", Label: t("下一步", "下一步", "Next step")},
			{Name: "next_at", Type: "datetime", Label: t("下次聯絡時間", "下次跟进时间", "Next contact")},
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
