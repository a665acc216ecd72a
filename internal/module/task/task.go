// Package task declares what is to be done, by whom and by when.
package task

import (
	"context"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "task", Rules: map[string]record.Rules{"task": {Check: check}}, Objects: []*schema.Object{{
		Name: "task", Plural: "tasks", Icon: "check", Group: "sales", Title: "subject", Owned: true, Through: []string{"customer", "lead"},
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
			{Name: "due_at", Type: "datetime",
				Aliases: schema.Words("到期, 到期日, 期限, 截止日, 截止日期, 截止時間, 完成期限, 計劃完成時間, 預計完成日期, 應完成日, due date, duedate, task due date, activity date, due date only, due on, due by, date due, due, due time, deadline, end date, fällig, fällig am, fälligkeitsdatum, fecha de vencimiento, échéance, 期日, 締切"),
				Label:   t("到期", "截止时间", "Due"), Indexed: true},
			{Name: "remind_at", Type: "datetime",
				Aliases: schema.Words("提醒時間, reminder, reminder date, remind at, reminder time"),
				Label:   t("提醒", "提醒", "Reminder"), Indexed: true},
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
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		Reported: []schema.Reported{
			{Key: "tasks_done", Label: t("完成的待辦", "完成的任务", "Tasks done"), Order: 60, At: "done_at", Filter: "done = TRUE", Show: []string{"customer", "done_at"}},
			{Key: "tasks_open", Label: t("到期還沒完成", "到期未完成", "Due and still open"), Order: 70, At: "due_at", When: schema.Until, Filter: "done = FALSE", Show: []string{"customer", "due_at", "priority"}},
			{Key: "tasks_ahead", Label: t("接下來的待辦", "接下来的任务", "Tasks to come"), Order: 80, At: "due_at", When: schema.Ahead, Filter: "done = FALSE", Show: []string{"customer", "due_at", "priority"}},
		},
		Due:        &schema.Due{At: "due_at", Remind: "remind_at", Done: "done"},
		List:       []string{"subject", "customer", "due_at", "priority", "done", "owner"},
		Quick:      []string{"done", "priority", "due_at", "owner"},
		Highlights: []string{"customer", "due_at", "priority", "done", "owner"},
		Sections: []schema.Section{
			{Label: t("待辦事項", "任务", "Task"), Fields: []string{"subject", "customer", "lead", "opportunity", "due_at", "remind_at", "priority", "done", "owner", "note"}},
		},
	}}}
}

// check notes when a task was done.
func check(_ context.Context, c *record.Change) error {
	if c.Changed("done") {
		c.After["done_at"] = []any{nil}
		if c.After.True("done") {
			c.After["done_at"] = []any{c.Now}
		}
	}
	return nil
}
