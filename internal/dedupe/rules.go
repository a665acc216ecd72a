// Package dedupe keeps the company's rules of what makes two records look like one,
// looks for such records over everything, and keeps what it found as a queue to be
// worked through. What a rule means for a write, and how records become one, package
// record knows.
package dedupe

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var t = schema.T

// maxConditions is how many conditions a rule has at most.
const maxConditions = 10

// Module declares the rules.
func Module() record.Module {
	return record.Module{Name: "dedupe", Rules: map[string]record.Rules{record.DuplicateRule: {Check: check}}, Objects: []*schema.Object{{
		Name: record.DuplicateRule, Plural: "duplicate_rules", Icon: "copy", Group: "settings", Title: "name", AdminOnly: true,
		Label: t("查重規則", "查重规则", "Duplicate rule"), LabelPlural: t("查重規則", "查重规则", "Duplicate rules"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称（繁体）", "Name (Traditional Chinese)"), Required: true, MaxLength: 60},
			{Name: "name_cn", Type: "text", Label: t("名稱（簡體）", "名称", "Name (Simplified Chinese)"), MaxLength: 60},
			{Name: "name_en", Type: "text", Label: t("名稱（英文）", "名称（英文）", "Name (English)"), MaxLength: 60},
			{Name: "object", Type: "text", Label: t("對象", "对象", "Object"), Required: true, MaxLength: 40, Indexed: true},
			{Name: "conditions", Type: "lines", Required: true, Label: t("條件", "条件", "Conditions"), Rows: []*schema.Field{
				{Name: "field", Type: "text", Label: t("欄位", "字段", "Field"), Required: true, MaxLength: 40},
				{Name: "how", Type: "picklist", Label: t("比對方式", "比对方式", "Compared"), Required: true, Default: record.BySense, Options: []schema.Option{
					{Value: record.BySense, Label: t("相同（不計寫法）", "相同（不计写法）", "The same in any spelling")},
					{Value: record.ByText, Label: t("完全相同", "完全相同", "Exactly the same")},
					{Value: record.BySlip, Label: t("相似", "相似", "Similar")},
					{Value: record.ByDomain, Label: t("郵件網域相同", "邮箱域名相同", "The same mail domain")},
				}},
				{Name: "points", Type: "integer", Label: t("分數", "分数", "Points")},
			}},
			{Name: "combine", Type: "picklist", Label: t("條件關係", "条件关系", "Together"), Required: true, Default: "all", Options: []schema.Option{
				{Value: "all", Label: t("全部符合", "全部符合", "All of them hold")},
				{Value: "points", Label: t("分數達到", "分数达到", "Their points come to")},
			}},
			{Name: "threshold", Type: "integer", Label: t("門檻分數", "门槛分数", "Points needed"), Default: json.Number("100")},
			{Name: "act", Type: "picklist", Label: t("處理方式", "处理方式", "What happens"), Required: true, Default: "warn", Options: []schema.Option{
				{Value: "warn", Label: t("提醒", "提醒", "Warn"), Color: "orange"},
				{Value: "block", Label: t("不准儲存", "禁止保存", "Refuse"), Color: "red"},
			}},
			{Name: "override", Type: "picklist", Label: t("誰可填寫理由後儲存", "谁可填写理由后保存", "Who may save with a reason"), Required: true, Default: "everybody", Options: []schema.Option{
				{Value: "everybody", Label: t("所有人", "所有人", "Everybody")},
				{Value: "roles", Label: t("指定的角色", "指定的角色", "Chosen roles")},
				{Value: "admins", Label: t("系統管理員", "系统管理员", "Administrators")},
				{Value: "nobody", Label: t("任何人都不行", "任何人都不行", "Nobody")},
			}},
			{Name: "roles", Type: "references", Targets: []string{"role"}, Label: t("角色", "角色", "Roles")},
			{Name: "searched", Type: "boolean", Label: t("全面查重時使用", "全面查重时使用", "Used when everything is searched"), Default: true},
			{Name: "active", Type: "boolean", Label: t("啟用", "启用", "Active"), Default: true},
		},
		List: []string{"name", "object", "act", "searched", "active"},
		Sections: []schema.Section{{Label: t("查重規則", "查重规则", "Duplicate rule"),
			Fields: []string{"name", "name_cn", "name_en", "object", "conditions", "combine", "threshold", "act", "override", "roles", "searched", "active"}}},
	}}}
}

// Comparable tells whether a rule may compare a field.
func Comparable(f *schema.Field) bool {
	if f.System || f.AdminOnly || f.Derived || f.Lines() != nil || f.Files() > 0 || f.Type == "json" || f.Type == "autonumber" {
		return false
	}
	_, ok := f.Kind().(schema.Textual)
	return ok || f.Target() != ""
}

// check refuses a rule by which nothing could be found.
func check(_ context.Context, c *record.Change) error {
	o := c.Actor.Registry.Object(c.After.Text("object"))
	if o == nil || !record.Mergeable(o) {
		return record.Invalid("object", "not_an_option", "value", schema.Shorten(c.After.Text("object")))
	}
	lines, err := c.Lines("conditions")
	if err != nil {
		return err
	}
	if len(lines) > maxConditions {
		return record.Invalid("conditions", "too_many", "max", "10")
	}
	found, all, elsewhere := false, int64(0), int64(0)
	for _, line := range lines {
		v := record.Values(line.Values)
		f, how := o.Field(v.Text("field")), v.Text("how")
		if f == nil || !Comparable(f) {
			return record.Invalid("conditions", "no_such_field", "field", schema.Shorten(v.Text("field")))
		}
		kind := record.Kind(f)
		if how == record.ByDomain && f.Type != "mails" || how == record.BySlip && kind != "name" && (kind != "" || f.Type != "text") {
			return record.Invalid("conditions", "rule_compares", "field", f.Label.In(c.Actor.Language))
		}
		if v.Int("points") < 0 {
			return record.Invalid("conditions", "out_of_range")
		}
		all += v.Int("points")
		if kind != "" && how != record.ByDomain {
			found = true
		} else {
			elsewhere += v.Int("points")
		}
	}
	if !found {
		return record.Invalid("conditions", "rule_finds_nothing")
	}
	if need := c.After.Int("threshold"); c.After.Text("combine") == "points" && (need <= 0 || all < need || elsewhere >= need) {
		return record.Invalid("threshold", "rule_points")
	}
	if c.After.Text("override") == "roles" && len(schema.IDs(c.After.Text("roles"))) == 0 {
		return record.Invalid("roles", "required")
	}
	return nil
}

// Ship writes the rules an object begins with where it never had any: what people are
// shown while they type has always been compared by these.
func Ship(ctx context.Context, records *record.Service) error {
	rules := records.Current.Load().Object(record.DuplicateRule)
	if rules == nil {
		return nil
	}
	missing := func(ctx context.Context, q store.Querier) ([]*schema.Object, error) {
		var list []*schema.Object
		for _, o := range records.Current.Load().Objects() {
			if o.Custom || !record.Mergeable(o) || len(begins(o)) == 0 {
				continue
			}
			there, err := store.Find(ctx, q, rules.Table(), "id", store.Row{"object": o.Name}, "LIMIT 1") // removed ones too
			if err != nil {
				return nil, err
			}
			if len(there) == 0 {
				list = append(list, o)
			}
		}
		return list, nil
	}
	if list, err := missing(ctx, records.DB); err != nil || len(list) == 0 {
		return err
	}
	return records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		if _, err := u.Turn(ctx, "ship "+record.DuplicateRule); err != nil {
			return err // nodes that start together do it one after the other
		}
		list, err := missing(ctx, u.Store())
		if err != nil {
			return err
		}
		registry := records.Current.Load()
		for _, o := range list {
			for _, in := range begins(o) {
				if _, err := u.Create(ctx, policy.System(registry, "setup"), registry.Object(record.DuplicateRule), in); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// begins are the rules an object begins with: each kind of key by itself, warned of.
// Of people who are called the same that alone is told, and they are not searched for.
func begins(o *schema.Object) []record.Input {
	var list []record.Input
	seen := map[string]bool{"": true}
	people := slices.ContainsFunc(o.Fields, func(f *schema.Field) bool { return f.Match == "person" })
	more := false
	for _, f := range o.Fields {
		kind := record.Kind(f)
		if seen[kind] {
			continue
		}
		seen[kind] = true
		more = more || kind != "external"
		list = append(list, rule(o, f.Label, kind != "name" || !people, map[string]any{"field": f.Name, "how": record.BySense}))
	}
	if !more {
		return nil
	}
	for _, with := range []string{"company", "customer"} {
		name, f := o.Field(o.Title), o.Field(with)
		if people && name != nil && name.Match == "person" && f != nil {
			both := t(name.Label.In("zh-TW")+"與"+f.Label.In("zh-TW"), name.Label.In("zh-CN")+"与"+f.Label.In("zh-CN"), name.Label.In("en")+" and "+strings.ToLower(f.Label.In("en")))
			how := record.BySense
			if record.Kind(f) == "name" {
				how = record.ByText
			}
			list = append(list, rule(o, both, true, map[string]any{"field": name.Name, "how": how}, map[string]any{"field": f.Name, "how": record.ByText}))
			break
		}
	}
	return list
}

func rule(o *schema.Object, of schema.Text, searched bool, conditions ...any) record.Input {
	return record.Input{"name": of.In("zh-TW") + "相同", "name_cn": of.In("zh-CN") + "相同", "name_en": "Same " + lower(of.In("en")), "object": o.Name,
		"conditions": conditions, "searched": searched}
}

// lower begins a label small, but for an abbreviation.
func lower(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
