// Package target declares what is to be sold: one amount a month for each person
// and each department.
package target

import (
	"context"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "target", Rules: map[string]record.Rules{"target": {Check: check, Remove: may}}, Objects: []*schema.Object{{
		Name: "target", Plural: "targets", Icon: "target", Group: "settings", Title: "name", Owned: true, Together: []string{"month", "owner"}, Lists: &schema.Lists{},
		Label: t("業績目標", "业绩目标", "Target"), LabelPlural: t("業績目標", "业绩目标", "Targets"),
		Aliases: schema.Words("quota, sales quota, sales target, goal, 目標, 業績, 銷售目標, 月目標, quote, objetivo, objectif"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), ReadOnly: true, Search: "i"},
			{Name: "month", Type: "date", Unit: "month", Label: t("月份", "月份", "Month"), Required: true, Indexed: true,
				Aliases: schema.Words("目標月份, 年月, 期間, month, period, start date")},
			{Name: "amount", Type: "money", Label: t("目標金額", "目标金额", "Amount"), Required: true,
				Aliases: schema.Words("目標, 業績目標, 月目標, 目標額, target, target amount, quota, goal")},
			{Name: "note", Type: "text", Label: t("備註", "备注", "Note"), MaxLength: 200},
		},
		List:       []string{"name", "month", "owner", "department", "amount", "note", "updated_at"},
		Quick:      []string{"month", "owner", "department"},
		Highlights: []string{"month", "owner", "department", "amount"},
		Sections:   []schema.Section{{Label: t("業績目標", "业绩目标", "Target"), Fields: []string{"month", "owner", "department", "amount", "note"}}},
	}}}
}

// may refuses who may not hand over records: nobody sets his own target.
func may(_ context.Context, c *record.Change) error {
	for _, v := range []record.Values{c.Before, c.After} {
		if v != nil && !c.Actor.Covers(c.Object, policy.Assign, v.Int("owner"), v.Int("department")) {
			return record.Invalid("owner", "target_not_yours")
		}
	}
	return nil
}

// check keeps a target on the first of its month, of which there is one for each
// person, and one for each department as a whole.
func check(ctx context.Context, c *record.Change) error {
	if err := may(ctx, c); err != nil {
		return err
	}
	month := c.After.Text("month")
	if len(month) < len("2026-11") {
		return nil // required, which is told elsewhere
	}
	month = month[:len("2026-11")]
	c.After["month"], c.After["name"] = []any{month + "-01"}, []any{month}
	if c.After.Int("amount") < 0 {
		return record.Invalid("amount", "out_of_range")
	}
	owner, department := c.After.Int("owner"), c.After.Int("department")
	if owner == 0 && department == 0 {
		return record.Invalid("owner", "person_or_department")
	}
	if !c.Changed("month") && !c.Changed("owner") && !c.Changed("department") {
		return nil
	}
	if err := c.Alone(ctx, "target "+month); err != nil {
		return err
	}
	same := []*query.Node{{Op: query.Eq, Field: "month", Value: month + "-01"}}
	if owner != 0 {
		same = append(same, query.Is("owner", owner))
	} else {
		same = append(same, &query.Node{Op: query.Empty, Field: "owner"}, query.Is("department", department))
	}
	found, err := c.Rows(ctx, "target", query.AllOf(same...), 2)
	if err != nil {
		return err
	}
	for id := range found {
		if id != c.ID {
			return record.Invalid("month", "target_twice", "month", month)
		}
	}
	return nil
}
