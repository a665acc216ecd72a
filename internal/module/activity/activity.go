// Package activity declares what was done with a customer: calls, visits,
// meetings, messages, notes. Logging one moves the customer's last contact.
package activity

import (
	"context"
	"time"

	"ecrm/internal/message"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "activity", Analyses: analyses(), Rules: map[string]record.Rules{"activity": {Check: check, Done: done}, "log_template": {Check: checkTemplate, Remove: removeTemplate}}, Objects: []*schema.Object{{
		Name: "activity", Plural: "activities", Icon: "phone", Group: "sales", Title: "subject", Owned: true, Through: []string{"customer", "lead"}, OneOf: []string{"customer", "lead"},
		Label: t("聯絡紀錄", "跟进记录", "Activity"), LabelPlural: t("聯絡紀錄", "跟进记录", "Activities"),
		Aliases: schema.Words("call, calls, meeting, meetings, visit, event, engagement, interaction, communication, 拜訪, 跟進, 聯絡, 活動, 通話, 會議, 銷售動態, 聯繫紀錄, aktivität, anruf, besuch, 活動履歴"),
		Fields: []*schema.Field{
			{Name: "subject", Type: "text",
				Aliases: schema.Words("主旨, 主題, 標題, 摘要, 拜訪主題, 跟進主題, 會議主題, 會議名稱, 活動名稱, 活動主題, 目的, 拜訪目的, subject, title, topic, activity name, activity subject, call title, call name, call purpose, meeting name, meeting title, event name, event title, purpose, betreff, zweck, asunto, objet, 件名"),
				Label:   t("主旨", "主题", "Subject"), Search: "t"},
			{Name: "kind", Type: "picklist",
				Aliases: schema.Words("方式, 類型, 類別, 跟進方式, 跟進類型, 聯絡方式, 聯繫方式, 溝通方式, 拜訪方式, 拜訪類型, 活動類型, 記錄類型, 形式, type, activity type, call type, event type, meeting type, task type, task subtype, engagement type, interaction type, channel, method, contact method, communication type, art, tipo, type d'activité, 種別"),
				Label:   t("方式", "方式", "Kind"), Required: true, Default: "call", Indexed: true, Options: kinds()},
			{Name: "status", Type: "picklist", Initial: happened, Indexed: true,
				Aliases: schema.Words("活動狀態, 拜訪狀態, 執行狀態, activity status, event status, call status, visit status"),
				Label:   t("狀態", "状态", "Status"), Help: t("時間在未來的是已排定，寫了結果就是已完成", "时间在未来的为已安排，写了结果即为已完成", "What lies ahead is planned; with its result it is done"), Options: []schema.Option{
					{Value: planned, Label: t("已排定", "已安排", "Planned"), Color: "blue", Aliases: schema.Words("open, scheduled, upcoming, not held, to do, 計劃, 未開始, 待拜訪")}, {Value: happened, Label: t("已完成", "已完成", "Done"), Color: "green", Aliases: schema.Words("held, completed, complete, closed, finished, 完成, 已拜訪")}, {Value: cancelled, Label: t("已取消", "已取消", "Cancelled"), Color: "grey", Aliases: schema.Words("canceled, no show, 取消")},
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
			{Name: "minutes", Type: "integer", Unit: "minutes", Label: t("歷時（分鐘）", "时长（分钟）", "Length (minutes)"),
				Aliases: schema.Words("通話時長, 通話時間分鐘, 會議時長, duration minutes, duration in minutes, call duration in minutes, length minutes")},
			schema.RemindBefore("remind_before"),
			{Name: "place", Type: "place", Label: t("地點", "地点", "Place"),
				Aliases: schema.Words("拜訪地點, 會議地點, 簽到地點, 定位, location, venue, meeting location, check in location, ort, lugar, lieu")},
			{Name: "files", Type: "file", Label: t("照片與檔案", "照片与文件", "Photos and files")},
			{Name: "result", Type: "longtext",
				Aliases: schema.Words("結果, 內容, 拜訪內容, 拜訪結果, 拜訪記錄, 拜訪紀錄, 拜訪情況, 跟進內容, 跟進記錄, 跟進情況, 跟進結果, 溝通內容, 溝通結果, 聯絡內容, 聯繫內容, 通話內容, 活動內容, 會議內容, 會議紀要, 會談內容, 紀要, 摘要內容, 備註, 說明, 描述, description, full description, notes, note, comment, comments, outcome, call outcome, call notes, call body, call description, meeting notes, meeting outcome, meeting description, internal meeting notes, visit notes, note body, note content, summary, result notes, results, call result, details, body, message, minutes, gesprächsnotiz, ergebnis, inhalt, beschreibung, descripción, 内容"),
				Label:   t("結果", "结果", "Result"), Search: "t"},
			{Name: "next_step", Type: "text",
				Aliases: schema.Words("下一步, 下一步行動, 下一步計畫, 後續行動, next step, next steps, next action"),
				Label:   t("下一步", "下一步", "Next step")},
			{Name: "next_at", Type: "datetime",
				Aliases: schema.Words("下次聯絡, 下次跟進, 下次跟進時間, 下次跟進日期, 下次聯絡時間, 下次聯絡日期, 下次聯繫時間, 下次拜訪時間, 下次拜訪日期, 下次回訪時間, next contact date, follow up, followup, follow up date, followup date, next follow up, next follow up date, next activity date, next meeting, next visit, wiedervorlage"),
				Label:   t("下次聯絡時間", "下次跟进时间", "Next contact")},
			{Name: "task", Type: "reference", Targets: []string{"task"}, Label: t("完成的待辦", "完成的任务", "Finishes the task"), Help: t("記下這筆時，這件待辦就完成了", "记录时，这项任务即完成", "The task is done when this is written down")},
			{Name: "next_task", Type: "reference", Targets: []string{"task"}, ReadOnly: true, Label: t("下一步的待辦", "下一步的任务", "Task of the next step")},
		},
		Reported: []schema.Reported{{Key: "activities", Label: t("聯絡與拜訪", "跟进与拜访", "Calls and visits"), Order: 10, At: "at", By: "kind", Filter: `status = "done"`, Show: []string{"kind", "customer", "lead", "at", "result", "next_step"}},
			{Key: "next_contacts", Label: t("約好的聯絡", "约好的跟进", "Contacts to come"), Order: 90, At: "next_at", When: schema.Ahead, Filter: "next_task IS EMPTY", Show: []string{"customer", "lead", "next_at", "next_step"}},
			{Key: "visits_planned", Label: t("排定的拜訪", "已安排的拜访", "Planned visits"), Order: 85, At: "at", When: schema.Ahead, Filter: `status = "planned"`, Show: []string{"kind", "customer", "lead", "at"}}},
		Logs: true,
		Calendar: &schema.Calendar{At: "at", Minutes: "minutes", Kind: "kind", While: &schema.Only{Field: "status", Values: []string{planned}},
			Shown: `status = "planned" OR status = "done" AND kind IN ("call", "visit", "meeting")`},
		Due:        &schema.Due{At: "at", Before: "remind_before", While: &schema.Only{Field: "status", Values: []string{planned}}},
		List:       []string{"at", "kind", "customer", "result", "next_step", "next_at", "owner"},
		Quick:      []string{"kind", "owner", "at", "status"},
		Highlights: []string{"kind", "customer", "at", "owner"},
		Sections: []schema.Section{
			{Label: t("聯絡紀錄", "跟进记录", "Activity"), Fields: []string{"kind", "customer", "lead", "contact", "opportunity", "at", "minutes", "status", "remind_before", "place", "subject", "result", "files", "next_step", "next_at", "task", "next_task", "owner"}},
		},
	}, template()}}
}

// How it stands with a call or a visit.
const (
	planned   = "planned"
	happened  = "done"
	cancelled = "cancelled"
)

// kinds are the ways in which people are in touch.
func kinds() []schema.Option {
	return []schema.Option{
		{Value: "call", Label: t("電話", "电话", "Call"), Aliases: schema.Words("phone call, phone, telephone, telephone call, tel, outbound call, inbound call, outbound, inbound, outgoing, incoming, logged call, call out, dialed, missed, voicemail, 電訪, 電話拜訪, 電話溝通, 電話跟進, 電話聯絡, 打電話, 去電, 來電, 致電, 通話, 語音, anruf, telefonat, telefon, llamada, appel")}, {Value: "visit", Label: t("拜訪", "拜访", "Visit"), Aliases: schema.Words("site visit, on site, onsite, field visit, customer visit, face to face, in person, drop in, 上門拜訪, 上門, 實地拜訪, 現場拜訪, 客戶拜訪, 拜訪客戶, 外訪, 面訪, 到訪, 來訪, 出差, 當面拜訪, besuch, kundenbesuch, visita, visite")},
		{Value: "meeting", Label: t("會議", "会议", "Meeting"), Aliases: schema.Words("meetings, event, appointment, demo, demonstration, presentation, online meeting, video call, video conference, web conference, lunch, dinner, conference, 線上會議, 視訊會議, 視頻會議, 會面, 面談, 洽談, 簡報, 產品展示, 演示, 宴請, 餐敘, termin, besprechung, treffen, reunión, réunion")}, {Value: "mail", Label: t("郵件", "邮件", "Mail"), Aliases: schema.Words("email, e mail, emails, sent email, outbound email, inbound email, email sent, letter, 電子郵件, 電郵, 發郵件, 寄信, 來信, 信件, correo, courriel, brief")},
		{Value: "line", Label: t("LINE", "LINE", "LINE"), Aliases: schema.Words("line 訊息, line message")}, {Value: "wechat", Label: t("微信", "微信", "WeChat"), Aliases: schema.Words("weixin, 微信溝通, 微信聯繫, 企業微信, 企微")},
		{Value: "note", Label: t("筆記", "笔记", "Note"), Aliases: schema.Words("notes, comment, comments, memo, remark, other, others, 備忘, 備註, 記事, 隨記, 其他, 其它, notiz, nota")},
	}
}

func check(ctx context.Context, c *record.Change) error {
	if c.After.Int("at") == 0 {
		c.After["at"] = []any{c.Now}
	}
	if c.After.Text("subject") == "" {
		if o := c.Object.Field("kind").Option(c.After.Text("kind")); o != nil {
			c.After["subject"] = []any{o.Label.In(c.Actor.Language)}
		}
	}
	if minutes := c.After.Int("minutes"); minutes < 0 || minutes > maxMinutes {
		return record.Invalid("minutes", "out_of_range")
	}
	stand(c)
	return goOn(ctx, c)
}

// maxMinutes is how long something lasts at most: a fair of four weeks.
const maxMinutes = 28 * 24 * 60

// slack is how far ahead of the clock here what just happened may be dated.
const slack = 2 * int64(time.Minute/time.Microsecond)

// stand says what nobody did: what lies ahead is planned, what has come and has a result
// is done.
func stand(c *record.Change) {
	status, ahead := c.After.Text("status"), c.After.Int("at") > c.Now+slack
	if status == "" || !c.Created && !c.Changed("status") {
		switch {
		case ahead && (status == "" || c.Changed("at") && status == happened):
			c.After["status"] = []any{planned}
		case !ahead && (status == "" || status == planned && c.Changed("result") && c.After.Text("result") != ""):
			c.After["status"] = []any{happened}
		}
	}
}

// contact tells whether somebody was spoken to: a note is no contact, nor what is
// planned.
func contact(c *record.Change) bool {
	return c.After.Text("kind") != "note" && c.After.Text("status") == happened && c.After.Int("at") <= c.Now+slack
}

// done moves the last and next contact of what it is about, tells how long a lead waited
// for the first, and finishes the task it was done for.
func done(ctx context.Context, c *record.Change) error {
	spoken := contact(c)
	for _, object := range []string{"customer", "lead"} {
		if err := touch(ctx, c, object, spoken); err != nil {
			return err
		}
	}
	for _, object := range []string{"contact", "opportunity"} {
		if id := c.After.Int(object); id != 0 && spoken {
			if err := c.Derive(ctx, object, id, "last_contact_at", c.After.Int("at"), true); err != nil {
				return err
			}
		}
	}
	if lead := c.After.Int("lead"); lead != 0 && spoken && (c.Changed("lead") || c.Changed("at") || c.Changed("kind") || c.Changed("status")) {
		if err := responded(ctx, c, lead); err != nil {
			return err
		}
	}
	return finish(ctx, c)
}

// touch moves the last and next contact of a customer or a lead.
func touch(ctx context.Context, c *record.Change, object string, spoken bool) error {
	id, at := c.After.Int(object), c.After.Int("at")
	if id == 0 {
		return nil
	}
	if spoken {
		if err := c.Derive(ctx, object, id, "last_contact_at", at, true); err != nil {
			return err
		}
		// What was to be done until the end of that day was done with it.
		day := time.UnixMicro(at).In(c.Actor.Zone())
		end := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location()).UnixMicro() - 1
		if c.Created || c.Changed("status") || c.Changed(object) {
			if err := c.Expire(ctx, object, id, "next_contact_at", end); err != nil {
				return err
			}
		}
	}
	if next := c.After.Int("next_at"); next != 0 && (c.Changed("next_at") || c.Changed(object)) {
		return c.Derive(ctx, object, id, "next_contact_at", next, false)
	}
	if c.After.Text("status") == planned && at > c.Now && (c.Created || c.Changed("at") || c.Changed("status") || c.Changed(object)) {
		if before := c.Before.Int("at"); before != 0 && before != at {
			if err := c.Move(ctx, object, id, "next_contact_at", before, at); err != nil {
				return err
			}
		}
		return c.DeriveEarlier(ctx, object, id, "next_contact_at", at)
	}
	return nil
}

// finish has the task be done that this was done for.
func finish(ctx context.Context, c *record.Change) error {
	id := c.After.Int("task")
	if id == 0 || c.After.Text("status") != happened || !c.Created && !c.Changed("task") && !c.Changed("status") {
		return nil
	}
	err := c.Amend(ctx, "task", id, record.Values{"done": {true}})
	if record.IsCode(err, "forbidden") || record.IsCode(err, "not_found") {
		return record.Invalid("task", "task_not_yours")
	}
	return err
}

// goOn makes the task of the next step, once; where there is one its day and words are
// kept in step as long as they are the same.
func goOn(ctx context.Context, c *record.Change) error {
	step, next := c.After.Text("next_step"), c.After.Int("next_at")
	if c.Actor.Importing || c.Fills(ctx) || step == "" && next == 0 || !c.Created && !c.Changed("next_step") && !c.Changed("next_at") || !c.May("task", policy.Create) {
		return nil
	}
	if made := c.After.Int("next_task"); made != 0 {
		return follow(ctx, c, made)
	}
	if step == "" {
		step = message.In(c.Actor.Language, "task_follow_up", nil)
	}
	task := record.Values{"subject": {step}}
	if next != 0 {
		task["due_at"] = []any{next}
	}
	for _, name := range []string{"customer", "lead", "opportunity", "contact", "owner", "department"} {
		if c.After.Int(name) != 0 {
			task[name] = c.After[name]
		}
	}
	id, err := c.Make(ctx, "task", task)
	if record.IsCode(err, "invalid") {
		return record.Invalid("next_step", "next_step_refused")
	} else if err != nil {
		return err
	}
	c.After["next_task"] = []any{id}
	return nil
}

// follow puts the task of the next step to its new day and words, where nobody changed
// it meanwhile and whoever writes may.
func follow(ctx context.Context, c *record.Change, task int64) error {
	found, err := c.Rows(ctx, "task", query.Is("id", task), 1)
	if err != nil {
		return err
	}
	v, ok := found[task]
	if !ok || v.True("done") {
		return nil
	}
	change := record.Values{}
	if c.Changed("next_step") && c.After.Text("next_step") != "" && v.Text("subject") == c.Before.Text("next_step") {
		change["subject"] = []any{c.After.Text("next_step")}
	}
	if c.Changed("next_at") && v.Int("due_at") == c.Before.Int("next_at") {
		change["due_at"] = c.After["next_at"]
	}
	if len(change) == 0 {
		return nil
	}
	err = c.Amend(ctx, "task", task, change)
	if record.IsCode(err, "forbidden") || record.IsCode(err, "not_found") {
		return nil
	}
	return err
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
