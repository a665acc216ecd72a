package activity

import (
	"context"

	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// template declares what is written again and again of a call or a visit: what came of
// it, the next step and in how many days. Each person has his own; those that an
// administrator opens everybody has.
func template() *schema.Object {
	return &schema.Object{
		Name: "log_template", Plural: "log_templates", Icon: "chat", Group: "settings", Title: "name", Owned: true, Opens: "shared", Lists: &schema.Lists{},
		Label: t("紀錄範本", "跟进模板", "Log template"), LabelPlural: t("紀錄範本", "跟进模板", "Log templates"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Required: true, MaxLength: 60, Label: t("名稱", "名称", "Name")},
			{Name: "kind", Type: "picklist", Label: t("用於", "用于", "For"), Options: kinds(), Help: t("不選就每一種方式都能用", "不选则所有方式均可用", "Without one it serves every kind")},
			{Name: "result", Type: "longtext", Label: t("結果", "结果", "Result")},
			{Name: "next_step", Type: "text", Label: t("下一步", "下一步", "Next step")},
			{Name: "next_days", Type: "integer", Label: t("幾天後", "几天后", "In how many days"), Help: t("下一步從今天起幾天後", "下一步从今天起几天后", "When the next step is due, from today")},
			{Name: "shared", Type: "boolean", Label: t("全公司共用", "全公司共用", "For everybody"), Default: false, Help: t("由系統管理員設定", "由系统管理员设置", "Set by administrators")},
		},
		List:       []string{"name", "kind", "result", "next_step", "next_days", "shared", "owner"},
		Quick:      []string{"kind", "shared"},
		Highlights: []string{"kind", "shared", "owner"},
		Sections:   []schema.Section{{Label: t("紀錄範本", "跟进模板", "Log template"), Fields: []string{"name", "kind", "result", "next_step", "next_days", "shared"}}},
	}
}

const maxDays = 3650

// checkTemplate leaves it to administrators what everybody has.
func checkTemplate(_ context.Context, c *record.Change) error {
	if (c.After.True("shared") || c.Before.True("shared")) && !c.Actor.Admin() {
		return record.Invalid("shared", "template_for_all")
	}
	if days := c.After.Int("next_days"); days < 0 || days > maxDays {
		return record.Invalid("next_days", "out_of_range")
	}
	return nil
}

// removeTemplate leaves it to administrators too.
func removeTemplate(_ context.Context, c *record.Change) error {
	if c.Before.True("shared") && !c.Actor.Admin() {
		return record.Invalid("shared", "template_for_all")
	}
	return nil
}
