// Package opportunity declares the deals under way and their stages.
package opportunity

import (
	"context"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "opportunity", Rules: map[string]record.Rules{"opportunity": {Check: check}}, Objects: []*schema.Object{{
		Name: "opportunity", Plural: "opportunities", Icon: "target", Group: "sales", Title: "name", Stage: "stage", Owned: true, Settled: "closed_on", Through: []string{"customer"},
		Label: t("商機", "商机", "Opportunity"), LabelPlural: t("商機", "商机", "Opportunities"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, Search: "n"},
			{Name: "customer", Type: "reference", Targets: []string{"customer"}, Label: t("客戶", "客户", "Customer")},
			{Name: "stage", Type: "picklist", Label: t("階段", "阶段", "Stage"), Required: true, Default: "new", Indexed: true, Options: []schema.Option{
				{Value: "new", Label: t("初步接洽", "初步接洽", "New"), Probability: 10, Kind: "open"},
				{Value: "qualified", Label: t("需求確認", "需求确认", "Qualified"), Probability: 30, Kind: "open"},
				{Value: "proposal", Label: t("提案報價", "方案报价", "Proposal"), Probability: 50, Kind: "open"},
				{Value: "negotiation", Label: t("議價談判", "商务谈判", "Negotiation"), Probability: 75, Kind: "open"},
				{Value: "won", Label: t("成交", "赢单", "Won"), Probability: 100, Kind: "won", Color: "green"},
				{Value: "lost", Label: t("未成交", "输单", "Lost"), Kind: "lost", Color: "red"},
			}},
			{Name: "stage_changed_at", Type: "datetime", Label: t("進入階段時間", "进入阶段时间", "In stage since"), ReadOnly: true, Since: "stage", Indexed: true},
			{Name: "probability", Type: "integer", Label: t("成交機率 %", "赢率 %", "Probability %")},
			{Name: "amount", Type: "money", Label: t("金額", "金额", "Amount")},
			{Name: "expected_close", Type: "date", Label: t("預計成交日", "预计成交日期", "Expected close"), Indexed: true},
			{Name: "closed_on", Type: "date", Label: t("結案日", "结单日期", "Closed on"), ReadOnly: true},
			{Name: "reason", Type: "text", Label: t("成交／未成交原因", "赢单／输单原因", "Won / lost because")},
			{Name: "next_step", Type: "text", Label: t("下一步", "下一步", "Next step")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		List:       []string{"name", "customer", "stage", "amount", "expected_close", "owner", "created_at"},
		Quick:      []string{"stage", "owner", "expected_close"},
		Highlights: []string{"customer", "stage", "amount", "expected_close", "owner"},
		Sections: []schema.Section{
			{Label: t("商機", "商机", "Opportunity"), Fields: []string{"name", "customer", "stage", "probability", "amount", "expected_close", "reason", "next_step", "owner", "note"}},
		},
		Related: []schema.Related{{Object: "task", Field: "opportunity"}},
	}, contacts()}}
}

// check moves the probability with the stage, and asks why a deal was lost.
func check(_ context.Context, c *record.Change) error {
	if !c.Changed("stage") {
		return nil
	}
	stage := c.Object.Field("stage").Option(c.After.Text("stage"))
	if stage == nil {
		return nil
	}
	if !c.Changed("probability") || c.Created && c.After["probability"] == nil {
		c.After["probability"] = []any{int64(stage.Probability)}
	}
	// A deal that was lost long ago and comes in from a file may have forgotten why.
	if stage.Kind == "lost" && !(c.Created && c.Actor.Importing) && c.After.Text("reason") == "" {
		return record.Invalid("reason", "lost_needs_reason")
	}
	c.After["closed_on"] = []any{nil}
	if stage.Kind != "open" {
		c.After["closed_on"] = []any{c.Today()}
	}
	return nil
}
