// Package task declares what is to be done, by whom and by when; again and again where
// it repeats.
package task

import (
	"context"
	"time"

	"ecrm/internal/record"
	"ecrm/internal/recur"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "task", Rules: map[string]record.Rules{"task": {Check: check, Done: done}}, Objects: []*schema.Object{{
		Name: "task", Plural: "tasks", Icon: "check", Group: "sales", Title: "subject", Owned: true, Delegates: true, Wakes: "repeat_at", Through: []string{"customer", "lead"},
		Label: t("待辦事項", "任务", "Task"), LabelPlural: t("待辦事項", "任务", "Tasks"),
		Aliases: schema.Words("to do, todo, action item, reminder, 任務, 待辦, 工作, 代辦事項, aufgabe, tarea, tâche, タスク"),
		Fields: []*schema.Field{
			{Name: "subject", Type: "text",
				Aliases: schema.Words("主旨, 主題, 標題, 任務, 任務名稱, 待辦, 待辦事項, 事項, 工作內容, 工作事項, 任務標題, 任務主題, subject, task subject, task title, title, task, task name, to do, todo, aufgabe, tarea, tâche, 件名, タスク名"),
				Label:   t("主旨", "主题", "Subject"), Required: true, Search: "n"},
			{Name: "customer", Type: "reference",
				Aliases: schema.Words("客戶, 客戶名稱, 公司, account, account name, company, company name, organization, organization name, related to, related to name, what name, company account, associated company, 所屬客戶, 關聯客戶, regarding, parent name, customer name"),
				Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			{Name: "lead", Type: "reference",
				Aliases: schema.Words("線索, 線索名稱, 潛在客戶, 潛在客戶名稱"),
				Targets: []string{"lead"}, Label: t("潛在客戶", "线索", "Lead")},
			{Name: "opportunity", Type: "reference",
				Aliases: schema.Words("商機, 商機名稱, deal, deal name, opportunity name, potential name"),
				Targets: []string{"opportunity"}, Label: t("商機", "商机", "Opportunity")},
			{Name: "contact", Type: "reference", Targets: []string{"contact"}, Label: t("聯絡人", "联系人", "Contact")},
			{Name: "due_at", Type: "datetime",
				Aliases: schema.Words("到期, 到期日, 期限, 截止日, 截止日期, 截止時間, 完成期限, 計劃完成時間, 預計完成日期, 應完成日, due date, duedate, task due date, activity date, due date only, due on, due by, date due, due, due time, deadline, end date, fällig, fällig am, fälligkeitsdatum, fecha de vencimiento, échéance, 期日, 締切"),
				Label:   t("到期", "截止时间", "Due"), Indexed: true},
			{Name: "remind_at", Type: "datetime",
				Aliases: schema.Words("提醒時間, reminder, reminder date, remind at, reminder time"),
				Label:   t("提醒", "提醒", "Reminder"), Indexed: true},
			schema.RemindBefore("remind_before"),
			{Name: "priority", Type: "picklist",
				Aliases: schema.Words("優先順序, 優先級, 緊急程度, priority level, priorität, prioridad, priorité, 優先度"),
				Label:   t("優先", "优先级", "Priority"), Default: "normal", Options: []schema.Option{
					{Value: "high", Label: t("高", "高", "High"), Color: "red", Aliases: schema.Words("highest, urgent, critical, very high, important, 最高, 緊急, 特急, 重要, 急, hoch, dringend, sehr hoch, alta, haute")},
					{Value: "normal", Label: t("一般", "普通", "Normal"), Aliases: schema.Words("medium, moderate, standard, none, 中, 中等, 正常, mittel, media, moyenne")},
					{Value: "low", Label: t("低", "低", "Low"), Color: "grey", Aliases: schema.Words("lowest, minor, 最低, 不急, niedrig, baja, basse")},
				}},
			{Name: "done", Type: "boolean",
				Aliases: schema.Words("是否完成, 完成狀態, 任務狀態, 狀態, 完成情況, completed, is completed, closed, is closed, finished, status, task status, activity status, state, erledigt, estado, statut"),
				Yes:     schema.Words("completed, complete, done, closed, finished, resolved, held, 已完成, 完成, 結束, 已結束, 關閉, 已關閉, 已處理, erledigt, abgeschlossen"),
				No:      schema.Words("not started, in progress, open, planned, pending, deferred, waiting, waiting on someone else, waiting for input, new, to do, todo, overdue, cancelled, canceled, not held, started, 未開始, 進行中, 未完成, 待辦, 待處理, 處理中, 未處理, 延期, 已延期, 等待中, 逾期, 取消, 已取消, 新建, offen, in bearbeitung, nicht begonnen"),
				Label:   t("完成", "已完成", "Done"), Default: false},
			{Name: "done_at", Type: "datetime", Label: t("完成時間", "完成时间", "Done at"), ReadOnly: true},
			{Name: "repeat", Type: "recurrence", Label: t("重複", "重复", "Repeats"), Help: t("這次完成或到期時，自動建立下一次", "本次完成或到期时，自动创建下一次", "The next one is made when this one is done or due")},
			{Name: "repeat_zone", Type: "text", ReadOnly: true, MaxLength: 60, Label: t("重複的時區", "重复的时区", "Time zone of the repetition")},
			{Name: "repeat_at", Type: "datetime", ReadOnly: true, Indexed: true, Label: t("下一次建立於", "下一次创建于", "The next one is made at")},
			{Name: "successor", Type: "reference", Targets: []string{"task"}, ReadOnly: true, Own: true, Label: t("下一次", "下一次", "The next one")},
			{Name: "checklist", Type: "lines", Label: t("檢查清單", "检查清单", "Checklist"), Rows: []*schema.Field{
				{Name: "item", Type: "text", Required: true, MaxLength: 200, Label: t("項目", "事项", "Item")},
				{Name: "done", Type: "boolean", Label: t("完成", "已完成", "Done"), Default: false},
			}},
			{Name: "progress", Type: "integer", ReadOnly: true, Label: t("進度 %", "进度 %", "Progress %"), Help: t("檢查清單完成的比例", "检查清单完成的比例", "How much of the checklist is done")},
			{Name: "watchers", Type: "references", Targets: []string{"user"}, Watches: true, Label: t("關注的人", "关注人", "Watchers"), Help: t("看得到這件待辦，完成時會收到通知", "可以查看此任务，完成时会收到通知", "They see it and are told when it is done")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		Reported: []schema.Reported{
			{Key: "tasks_done", Label: t("完成的待辦", "完成的任务", "Tasks done"), Order: 60, At: "done_at", Filter: "done = TRUE", Show: []string{"customer", "done_at"}},
			{Key: "tasks_open", Label: t("到期還沒完成", "到期未完成", "Due and still open"), Order: 70, At: "due_at", When: schema.Until, Filter: "done = FALSE", Show: []string{"customer", "due_at", "priority"}},
			{Key: "tasks_ahead", Label: t("接下來的待辦", "接下来的任务", "Tasks to come"), Order: 80, At: "due_at", When: schema.Ahead, Filter: "done = FALSE", Show: []string{"customer", "due_at", "priority"}},
		},
		Calendar:   &schema.Calendar{At: "due_at", Done: "done", Rule: "repeat", Zone: "repeat_zone", Again: "repeat_at"},
		Due:        &schema.Due{At: "due_at", Remind: "remind_at", Before: "remind_before", Done: "done"},
		List:       []string{"subject", "customer", "due_at", "priority", "done", "owner"},
		Quick:      []string{"done", "priority", "due_at", "owner"},
		Highlights: []string{"customer", "due_at", "priority", "done", "owner"},
		Sections: []schema.Section{
			{Label: t("待辦事項", "任务", "Task"), Fields: []string{"subject", "customer", "lead", "contact", "opportunity", "due_at", "remind_before", "remind_at", "repeat", "priority", "done", "owner", "watchers", "checklist", "note"}},
		},
	}}}
}

// check notes when a task was done, how far its checklist is, and makes the next one of
// those that repeat.
func check(ctx context.Context, c *record.Change) error {
	if c.Changed("done") {
		c.After["done_at"] = []any{nil}
		if c.After.True("done") {
			c.After["done_at"] = []any{c.Now}
		}
	}
	if err := progress(c); err != nil {
		return err
	}
	return repeat(ctx, c)
}

// progress says how much of the checklist is done, nothing where there is none.
func progress(c *record.Change) error {
	if !c.Created && !c.Changed("checklist") {
		return nil
	}
	items, err := c.Lines("checklist")
	if err != nil {
		return err
	}
	ticked := 0
	for _, item := range items {
		if record.Values(item.Values).True("done") {
			ticked++
		}
	}
	c.After["progress"] = []any{nil}
	if len(items) > 0 {
		c.After["progress"] = []any{int64(100 * ticked / len(items))}
	}
	return nil
}

// repeat keeps the rule by which a task repeats in its one spelling, with the clock by
// which it does, and makes the next one when this is done or due: once, since what it
// made stands in it, and whoever comes second finds it so.
func repeat(ctx context.Context, c *record.Change) error {
	c.After["repeat_at"] = []any{nil}
	text := c.After.Text("repeat")
	if text == "" {
		return nil
	}
	rule, err := recur.Parse(text)
	if err != nil {
		return err // its type lets no other in
	}
	due := c.After.Int("due_at")
	if due == 0 {
		return record.Invalid("due_at", "repeats_without_day")
	}
	if c.Created && c.After.Text("repeat_zone") == "" || c.Changed("repeat") && c.Actor.ID != 0 && !c.Created {
		c.After["repeat_zone"] = []any{c.Actor.Zone().String()}
	}
	zone := recur.Zone(c.After.Text("repeat_zone"))
	if c.Created || c.Changed("repeat") {
		rule = rule.From(time.UnixMicro(due), zone)
		c.After["repeat"] = []any{rule.String()}
	}
	if c.After.Int("successor") != 0 {
		return nil
	}
	if !c.After.True("done") && due > c.Now || c.Created && (c.Actor.Importing || c.After.True("done")) {
		c.After["repeat_at"] = []any{due}
		if c.After.True("done") {
			c.After["repeat_at"] = []any{nil}
		}
		return nil
	}
	// What was missed meanwhile does not pile up: the next one lies ahead.
	next, rest, more := rule.Next(time.UnixMicro(due), time.UnixMicro(c.Now), zone)
	if !more {
		return nil
	}
	values := record.Values{
		"due_at": {next.UnixMicro()}, "repeat": {rest.String()}, "repeat_at": {nil}, "repeat_zone": c.After["repeat_zone"],
		"done": {false}, "done_at": {nil}, "successor": {nil}, "remind_at": {nil}, "progress": {nil},
	}
	if remind := c.After.Int("remind_at"); remind != 0 {
		values["remind_at"] = []any{remind + next.UnixMicro() - due}
	}
	if values["checklist"], err = unticked(c); err != nil {
		return err
	}
	id, err := c.MakeAgain(ctx, values)
	if record.IsCode(err, "invalid") {
		return record.Invalid("repeat", "next_not_made")
	} else if err != nil {
		return err
	}
	c.After["successor"] = []any{id}
	return nil
}

// unticked is the checklist of the next one: the same items, none done.
func unticked(c *record.Change) ([]any, error) {
	items, err := c.Lines("checklist")
	if err != nil || len(items) == 0 {
		return []any{nil}, err
	}
	fresh := make([]schema.Line, len(items))
	for i, item := range items {
		fresh[i] = schema.Line{Values: map[string][]any{"item": item.Values["item"], "done": {false}}}
	}
	return schema.EncodeLines(c.Object.Field("checklist"), fresh), nil
}

// done keeps the next contact of what the task is about in step with it: put off with
// it, and no more due when it is done.
func done(ctx context.Context, c *record.Change) error {
	before, after := c.Before.Int("due_at"), c.After.Int("due_at")
	if c.Created || before == 0 {
		return nil
	}
	for _, object := range []string{"customer", "lead"} {
		id := c.After.Int(object)
		if id == 0 || !c.Changed("due_at") && !c.Changed("done") {
			continue
		}
		if c.After.True("done") {
			after = 0
		}
		if err := c.Move(ctx, object, id, "next_contact_at", before, after); err != nil {
			return err
		}
	}
	return nil
}
