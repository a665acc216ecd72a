// Package activity declares what was done with a customer: calls, visits,
// meetings, messages, notes. Logging one moves the customer's last contact.
package activity

import (
	"context"
	"time"

	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "activity", Rules: map[string]record.Rules{"activity": {Check: check, Done: done}}, Objects: []*schema.Object{{
		Name: "activity", Plural: "activities", Icon: "phone", Group: "sales", Title: "subject", Owned: true, Through: []string{"customer", "lead"}, OneOf: []string{"customer", "lead"},
		Label: t("聯絡紀錄", "跟进记录", "Activity"), LabelPlural: t("聯絡紀錄", "跟进记录", "Activities"),
		Aliases: schema.Words("call, calls, meeting, meetings, visit, event, engagement, interaction, communication, 拜訪, 跟進, 聯絡, 活動, 通話, 會議, 銷售動態, 聯繫紀錄, aktivität, anruf, besuch, 活動履歴"),
		Fields: []*schema.Field{
			{Name: "subject", Type: "text",
				Aliases: schema.Words("主旨, 主題, 標題, 摘要, 拜訪主題, 跟進主題, 會議主題, 會議名稱, 活動名稱, 活動主題, 目的, 拜訪目的, subject, title, topic, activity name, activity subject, call title, call name, call purpose, meeting name, meeting title, event name, event title, purpose, betreff, zweck, asunto, objet, 件名"),
				Label:   t("主旨", "主题", "Subject"), Search: "t"},
			{Name: "kind", Type: "picklist",
				Aliases: schema.Words("方式, 類型, 類別, 跟進方式, 跟進類型, 聯絡方式, 聯繫方式, 溝通方式, 拜訪方式, 拜訪類型, 活動類型, 記錄類型, 形式, type, activity type, call type, event type, meeting type, task type, task subtype, engagement type, interaction type, channel, method, contact method, communication type, art, tipo, type d'activité, 種別"),
				Label:   t("方式", "方式", "Kind"), Required: true, Default: "call", Indexed: true, Options: []schema.Option{
					{Value: "call", Label: t("電話", "电话", "Call"), Aliases: schema.Words("phone call, phone, telephone, telephone call, tel, outbound call, inbound call, outbound, inbound, outgoing, incoming, logged call, call out, dialed, missed, voicemail, 電訪, 電話拜訪, 電話溝通, 電話跟進, 電話聯絡, 打電話, 去電, 來電, 致電, 通話, 語音, anruf, telefonat, telefon, llamada, appel")}, {Value: "visit", Label: t("拜訪", "拜访", "Visit"), Aliases: schema.Words("site visit, on site, onsite, field visit, customer visit, face to face, in person, drop in, 上門拜訪, 上門, 實地拜訪, 現場拜訪, 客戶拜訪, 拜訪客戶, 外訪, 面訪, 到訪, 來訪, 出差, 當面拜訪, besuch, kundenbesuch, visita, visite")},
					{Value: "meeting", Label: t("會議", "会议", "Meeting"), Aliases: schema.Words("meetings, event, appointment, demo, demonstration, presentation, online meeting, video call, video conference, web conference, lunch, dinner, conference, 線上會議, 視訊會議, 視頻會議, 會面, 面談, 洽談, 簡報, 產品展示, 演示, 宴請, 餐敘, termin, besprechung, treffen, reunión, réunion")}, {Value: "mail", Label: t("郵件", "邮件", "Mail"), Aliases: schema.Words("email, e mail, emails, sent email, outbound email, inbound email, email sent, letter, 電子郵件, 電郵, 發郵件, 寄信, 來信, 信件, correo, courriel, brief")},
					{Value: "line", Label: t("LINE", "LINE", "LINE"), Aliases: schema.Words("line 訊息, line message")}, {Value: "wechat", Label: t("微信", "微信", "WeChat"), Aliases: schema.Words("weixin, 微信溝通, 微信聯繫, 企業微信, 企微")},
					{Value: "note", Label: t("筆記", "笔记", "Note"), Aliases: schema.Words("notes, comment, comments, memo, remark, other, others, 備忘, 備註, 記事, 隨記, 其他, 其它, notiz, nota")},
				}},
			{Name: "customer", Type: "reference",
				Aliases: schema.Words("客戶, 客戶名稱, 公司, 公司名稱, 拜訪客戶, 跟進客戶, 客戶全稱, 所屬客戶, 關聯客戶, 關聯對象, 拜訪單位, 單位, account, account name, company, company name, company account, associated company, organization, organization name, organisation, related to, related to name, what name, regarding, parent name, customer name, client, client name, firma, empresa, entreprise, 取引先名, 会社名"),
				Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			{Name: "lead", Type: "reference",
				Aliases: schema.Words("線索, 線索名稱, 潛在客戶, 潛在客戶名稱"),
				Targets: []string{"lead"}, Label: t("潛在客戶", "线索", "Lead")},
			{Name: "contact", Type: "reference",
				Aliases: schema.Words("聯絡人, 聯絡人姓名, 聯繫人姓名, 拜訪對象, 拜訪人, 受訪人, 對方聯絡人, 客戶聯絡人, contact name, contact person, contact full name, associated contact, person, person name, who, who name, name who, attendee, attendees, participants, called, ansprechpartner, contacto"),
				Targets: []string{"contact"}, Label: t("聯絡人", "联系人", "Contact")},
			{Name: "opportunity", Type: "reference",
				Aliases: schema.Words("商機, 商機名稱, 銷售機會, 關聯商機, 項目名稱, deal, deal name, deal title, associated deal, opportunity name, potential name"),
				Targets: []string{"opportunity"}, Label: t("商機", "商机", "Opportunity")},
			{Name: "at", Type: "datetime",
				Aliases: schema.Words("時間, 日期, 拜訪時間, 拜訪日期, 跟進時間, 跟進日期, 聯絡日期, 聯絡時間, 聯繫時間, 溝通時間, 溝通日期, 活動日期, 活動時間, 會議時間, 會議日期, 通話時間, 記錄時間, 發生時間, 開始時間, 開始日期, date, date time, activity date, activity time, start time, start date, start date time, start, start datetime, call start time, call date, call time, call start, visit date, meeting date, meeting start time, event date, due date, due date only, timestamp, done time, marked as done time, completed at, completed on, completed date, date completed, date start, starts at, from, datum, fecha, 日付, 訪問日"),
				Label:   t("時間", "时间", "Time"), Indexed: true},
			{Name: "result", Type: "longtext",
				Aliases: schema.Words("結果, 內容, 拜訪內容, 拜訪結果, 拜訪記錄, 拜訪紀錄, 拜訪情況, 跟進內容, 跟進記錄, 跟進情況, 跟進結果, 溝通內容, 溝通結果, 聯絡內容, 聯繫內容, 通話內容, 活動內容, 會議內容, 會議紀要, 會談內容, 紀要, 摘要內容, 備註, 說明, 描述, description, full description, notes, note, comment, comments, outcome, call outcome, call notes, call body, call description, meeting notes, meeting outcome, meeting description, internal meeting notes, visit notes, note body, note content, summary, result notes, results, call result, details, body, message, minutes, gesprächsnotiz, ergebnis, inhalt, beschreibung, descripción, 内容"),
				Label:   t("結果", "结果", "Result"), Search: "t"},
			{Name: "next_step", Type: "text",
				Aliases: schema.Words("下一步, 下一步行動, 下一步計畫, 後續行動, next step, next steps, next action"),
				Label:   t("下一步", "下一步", "Next step")},
			{Name: "next_at", Type: "datetime",
				Aliases: schema.Words("下次聯絡, 下次跟進, 下次跟進時間, 下次跟進日期, 下次聯絡時間, 下次聯絡日期, 下次聯繫時間, 下次拜訪時間, 下次拜訪日期, 下次回訪時間, next contact date, follow up, followup, follow up date, followup date, next follow up, next follow up date, next activity date, next meeting, next visit, wiedervorlage"),
				Label:   t("下次聯絡時間", "下次跟进时间", "Next contact")},
		},
		Reported: []schema.Reported{{Key: "activities", Label: t("聯絡與拜訪", "跟进与拜访", "Calls and visits"), Order: 10, At: "at", By: "kind", Show: []string{"kind", "customer", "lead", "at", "result", "next_step"}},
			{Key: "next_contacts", Label: t("約好的聯絡", "约好的跟进", "Contacts to come"), Order: 90, At: "next_at", When: schema.Ahead, Show: []string{"customer", "lead", "next_at", "next_step"}}},
		Logs:       true,
		Due:        &schema.Due{At: "next_at", What: "next_step"},
		List:       []string{"at", "kind", "customer", "result", "next_step", "next_at", "owner"},
		Quick:      []string{"kind", "owner", "at"},
		Highlights: []string{"kind", "customer", "at", "owner"},
		Sections: []schema.Section{
			{Label: t("聯絡紀錄", "跟进记录", "Activity"), Fields: []string{"kind", "customer", "lead", "contact", "opportunity", "at", "subject", "result", "next_step", "next_at", "owner"}},
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

// done moves the last and next contact of the customer and of the lead, and tells how
// long a lead waited for the first. A note is no contact.
func done(ctx context.Context, c *record.Change) error {
	contact := c.After.Text("kind") != "note" && c.After.Int("at") <= c.Now
	for _, object := range []string{"customer", "lead"} {
		id := c.After.Int(object)
		if id == 0 {
			continue
		}
		if contact {
			if err := c.Derive(ctx, object, id, "last_contact_at", c.After.Int("at"), true); err != nil {
				return err
			}
		}
		if next := c.After.Int("next_at"); next != 0 && (c.Changed("next_at") || c.Changed(object)) {
			if err := c.Derive(ctx, object, id, "next_contact_at", next, false); err != nil {
				return err
			}
		}
	}
	if lead := c.After.Int("lead"); lead != 0 && contact && (c.Changed("lead") || c.Changed("at") || c.Changed("kind")) {
		return responded(ctx, c, lead)
	}
	return nil
}

// responded keeps when a lead was first spoken to.
func responded(ctx context.Context, c *record.Change, lead int64) error {
	found, err := c.Rows(ctx, "lead", query.Is("id", lead), 1)
	if err != nil {
		return err
	}
	v, ok := found[lead]
	if !ok {
		return nil
	}
	// What was spoken before it was written down took no time.
	at, made := c.After.Int("at"), v.Int("created_at")
	if err := c.DeriveFirst(ctx, "lead", lead, "first_response_at", at); err != nil {
		return err
	}
	return c.DeriveFirst(ctx, "lead", lead, "response_minutes", max(0, (at-made)/time.Minute.Microseconds()))
}
