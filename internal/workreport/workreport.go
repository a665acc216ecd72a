// Package workreport keeps what people report of their work by the day, the week and the
// month: filled from what was logged, with what they plan, what is difficult and what they
// need in their own words. A draft is its author's alone; what is handed in is a record
// like any other, and the figures in it stay what they were then.
package workreport

import (
	"context"
	"errors"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/notice"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

const (
	// Object is the name of the reports' object.
	Object = "work_report"
	// Rule is the name of the object of who hands in which and by when.
	Rule = "report_rule"
	// open is for how long its author may still correct what he handed in.
	open = 24 * time.Hour
)

// Texts are the fields a report's author writes.
var Texts = []string{"done", "plan", "difficulties", "help"}

// Service keeps drafts, takes reports in, shows teams and reminds.
type Service struct {
	Records *record.Service
	Notices *notice.Service
	// actorOf tells who a user is now; it answers jobs.ErrActor for one who may not act.
	actorOf func(ctx context.Context, user int64) (*policy.Actor, error)
}

// New makes the service.
func New(records *record.Service, notices *notice.Service, actorOf func(ctx context.Context, user int64) (*policy.Actor, error)) *Service {
	return &Service{Records: records, Notices: notices, actorOf: actorOf}
}

var kinds = []schema.Option{
	{Value: Day, Label: t("日報", "日报", "Daily report"), Aliases: schema.Words("day, daily, 每日, 日")},
	{Value: Week, Label: t("週報", "周报", "Weekly report"), Aliases: schema.Words("week, weekly, 每週, 每周, 週, 周")},
	{Value: Month, Label: t("月報", "月报", "Monthly report"), Aliases: schema.Words("month, monthly, 每月, 月")},
}

// Module declares reports and the rules of who hands them in.
func Module() record.Module {
	return record.Module{Name: "workreport", Rules: map[string]record.Rules{Object: {Check: check, Done: freeze}, Rule: {Check: checkRule}}, Objects: []*schema.Object{reportObject(), ruleObject()}}
}

func reportObject() *schema.Object {
	return &schema.Object{
		Name: Object, Plural: "work_reports", Icon: "edit", Group: "settings", Title: "name", Owned: true, Logs: true, Lists: &schema.Lists{},
		Label: t("工作報告", "工作报告", "Work report"), LabelPlural: t("工作報告", "工作报告", "Work reports"),
		Aliases: schema.Words("report, daily report, weekly report, monthly report, 日報, 週報, 月報, 業務日報, 業務報告, 工作日誌, 銷售日報, 工作總結"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("期間", "期间", "Period"), ReadOnly: true, Search: "i"},
			{Name: "kind", Type: "picklist", Label: t("種類", "种类", "Kind"), Required: true, Default: Day, Indexed: true, Options: kinds},
			{Name: "begins", Type: "date", Label: t("從", "从", "From"), Required: true, Indexed: true, Aliases: schema.Words("日期, 報告日期, date, day")},
			{Name: "ends", Type: "date", Label: t("到", "到", "To"), ReadOnly: true},
			{Name: "done", Type: "longtext", Label: t("補充說明", "补充说明", "Done besides"), Search: "t", Help: t("系統紀錄以外做了什麼", "系统记录以外做了什么", "What was done beyond what is logged")},
			{Name: "plan", Type: "longtext", Label: t("接下來的計畫", "接下来的计划", "Plan"), Search: "t"},
			{Name: "difficulties", Type: "longtext", Label: t("遇到的困難", "遇到的困难", "Difficulties"), Search: "t"},
			{Name: "help", Type: "longtext", Label: t("需要的協助", "需要的帮助", "Help wanted"), Search: "t", Help: t("用 @ 提到能幫忙的人", "用 @ 提到能帮忙的人", "Mention with @ who can help")},
			{Name: "handed_at", Type: "datetime", Label: t("繳交時間", "提交时间", "Handed in"), ReadOnly: true, Indexed: true},
			// Two reports of one person on one period cannot both be written.
			{Name: "slot", Type: "text", Label: t("識別", "标识", "Slot"), ReadOnly: true, AdminOnly: true, Unique: true, MaxLength: 60},
		},
		Together:   []string{"kind", "begins", "owner"},
		List:       []string{"name", "kind", "owner", "department", "handed_at", "plan", "difficulties", "help"},
		Quick:      []string{"kind", "owner", "department", "begins"},
		Highlights: []string{"kind", "owner", "handed_at"},
		Sections:   []schema.Section{{Label: t("工作報告", "工作报告", "Work report"), Fields: []string{"kind", "begins", "done", "plan", "difficulties", "help"}}},
	}
}

// check keeps a report on its period, of which each person has one of a kind, and
// refuses to write it for another or long after it was handed in.
func check(ctx context.Context, c *record.Change) error {
	owner := c.After.Int("owner")
	person := c.Actor.ID != 0 && !c.Actor.Importing
	if owner == 0 {
		return record.Invalid("owner", "required")
	}
	if !c.Created && c.Changed("owner") {
		return record.Invalid("owner", "report_stays")
	}
	written := ""
	for _, name := range append([]string{"kind", "begins"}, Texts...) {
		if c.Changed(name) {
			written = name
			break
		}
	}
	if !c.Created && written == "" {
		return nil
	}
	if person && owner != c.Actor.ID {
		return record.Invalid("owner", "report_not_yours")
	}
	if !c.Created {
		if c.Changed("kind") || c.Changed("begins") {
			return record.Invalid(written, "report_period_stays")
		}
		if person && c.Now-c.Before.Int("handed_at") > open.Microseconds() {
			return record.Invalid(written, "report_closed")
		}
		return nil
	}
	p, ok := PeriodOf(c.After.Text("kind"), c.After.Text("begins"))
	if !ok {
		return nil // required, which is told elsewhere
	}
	if person && p.Begins > c.Today() {
		return record.Invalid("begins", "report_ahead")
	}
	c.After["begins"], c.After["ends"], c.After["name"] = []any{p.Begins}, []any{p.Ends}, []any{p.Name()}
	c.After["slot"] = []any{p.slot(owner)}
	if c.After.Int("handed_at") == 0 {
		c.After["handed_at"] = []any{c.Now}
	}
	same, err := c.Rows(ctx, Object, query.AllOf(query.Is("owner", owner), &query.Node{Op: query.Eq, Field: "kind", Value: p.Kind}, &query.Node{Op: query.Eq, Field: "begins", Value: p.Begins}), 1)
	if err != nil {
		return err
	}
	if len(same) > 0 {
		return record.Clash("begins", "report_twice", "period", p.Name())
	}
	return nil
}

// reports is the object as somebody acts on it.
func reports(a *policy.Actor) *schema.Object { return a.Registry.Object(Object) }

// Writes tells whether somebody may hand reports in.
func Writes(a *policy.Actor) bool { return a.May(reports(a), policy.Create) }

// acting is who a user is now, nil where he may not act.
func (s *Service) acting(ctx context.Context, user int64) (*policy.Actor, error) {
	a, err := s.actorOf(ctx, user)
	if err == nil || errors.Is(err, jobs.ErrActor) {
		return a, nil
	}
	return nil, err
}
