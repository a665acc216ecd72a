package workreport

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"

	"ecrm/internal/identity"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// usualRole hands daily reports in where no rule says who does.
const usualRole = "salesperson"

const maxRules = 100

var workdays = []string{"mon", "tue", "wed", "thu", "fri"}

func ruleObject() *schema.Object {
	return &schema.Object{
		Name: Rule, Plural: "report_rules", Icon: "clock", Group: "settings", Title: "name", AdminOnly: true,
		Label: t("報告規則", "报告规则", "Report rule"), LabelPlural: t("報告規則", "报告规则", "Report rules"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, MaxLength: 60},
			{Name: "kind", Type: "picklist", Label: t("種類", "种类", "Kind"), Required: true, Default: Day, Options: kinds},
			{Name: "roles", Type: "references", Targets: []string{"role"}, Label: t("誰要交", "谁要提交", "Who hands in"), Required: true},
			{Name: "weekdays", Type: "multipicklist", Label: t("工作日", "工作日", "Working days"), Default: []any{"mon", "tue", "wed", "thu", "fri"}, Required: true, Options: []schema.Option{
				{Value: "mon", Label: t("週一", "周一", "Monday")}, {Value: "tue", Label: t("週二", "周二", "Tuesday")}, {Value: "wed", Label: t("週三", "周三", "Wednesday")}, {Value: "thu", Label: t("週四", "周四", "Thursday")},
				{Value: "fri", Label: t("週五", "周五", "Friday")}, {Value: "sat", Label: t("週六", "周六", "Saturday")}, {Value: "sun", Label: t("週日", "周日", "Sunday")}}},
			{Name: "remind_at", Type: "text", Label: t("幾點提醒還沒交的人", "几点提醒未提交的人", "Remind at"), MaxLength: 5, Help: t("如 17:30，依公司時區；留空不提醒", "如 17:30，按公司时区；留空不提醒", "Such as 17:30 in the company's time zone; empty: nobody is reminded")},
			{Name: "active", Type: "boolean", Label: t("啟用", "启用", "Active"), Default: true},
		},
		List:     []string{"name", "kind", "roles", "weekdays", "remind_at", "active"},
		Sections: []schema.Section{{Label: t("報告規則", "报告规则", "Report rule"), Fields: []string{"name", "kind", "roles", "weekdays", "remind_at", "active"}}},
	}
}

var clockForm = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

func checkRule(_ context.Context, c *record.Change) error {
	if text := c.After.Text("remind_at"); text != "" && !clockForm.MatchString(text) {
		return record.Invalid("remind_at", "not_a_clock")
	}
	return nil
}

// rule is who hands in a kind of report, on which days.
type rule struct {
	id int64
	// roles are those who hand in.
	roles    []int64
	weekdays []string
	remindAt string
}

// rules are those in force for a kind. Where the company has made none at all,
// salespeople hand in a report each working day, and nobody is reminded.
func (s *Service) rules(ctx context.Context, kind string) ([]rule, error) {
	found, err := s.Records.Rows(ctx, Rule, nil, maxRules)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		if kind != Day {
			return nil, nil
		}
		usual, err := s.Records.Rows(ctx, "role", is("key", usualRole), 1)
		if err != nil {
			return nil, err
		}
		r := rule{weekdays: workdays}
		for id := range usual {
			r.roles = append(r.roles, id)
		}
		return []rule{r}, nil
	}
	var list []rule
	for id, v := range found {
		if !v.True("active") || v.Text("kind") != kind {
			continue
		}
		r := rule{id: id, roles: schema.IDs(v.Text("roles")), remindAt: v.Text("remind_at")}
		if err := json.Unmarshal([]byte(v.Text("weekdays")), &r.weekdays); err != nil {
			r.weekdays = workdays
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b rule) int { return int(min(max(a.id-b.id, -1), 1)) })
	return list, nil
}

// member is somebody who may have to hand in reports.
type member struct {
	id, department int64
	name           string
	roles          []int64
	since          string
	values         record.Values
}

func memberOf(id int64, v record.Values, s *Service) member {
	m := member{id: id, department: v.Int("department"), name: v.Text("name"), roles: append([]int64{v.Int("role")}, schema.IDs(v.Text("more_roles"))...), values: v}
	if at := v.Int("created_at"); at != 0 {
		m.since = s.dayOf(at)
	}
	return m
}

func (s *Service) person(ctx context.Context, id int64) (member, error) {
	found, err := s.Records.Rows(ctx, "user", query.Is("id", id), 1)
	return memberOf(id, found[id], s), err
}

// mustBy tells whether a rule asks somebody for a report on a period: one of his roles is
// named, the period has a working day, and he was there before it was over.
func (m member) mustBy(r rule, p Period) bool {
	days := p.days(r.weekdays)
	return len(days) > 0 && m.since <= days[len(days)-1] && slices.ContainsFunc(m.roles, func(role int64) bool { return slices.Contains(r.roles, role) })
}

// wanted tells whether any rule asks him for a report on a period.
func (m member) wanted(rules []rule, p Period) bool {
	return slices.ContainsFunc(rules, func(r rule) bool { return m.mustBy(r, p) })
}

// owes tells whether he has to hand in a report on a period: a rule asks him, and he was
// not away on all its working days.
func (m member) owes(rules []rule, p Period) bool {
	return slices.ContainsFunc(rules, func(r rule) bool { return m.mustBy(r, p) && !m.away(r, p) })
}

// away tells whether he was away on all working days of a period.
func (m member) away(r rule, p Period) bool {
	return !slices.ContainsFunc(p.days(r.weekdays), func(day string) bool { return !identity.Away(m.values, day) })
}
