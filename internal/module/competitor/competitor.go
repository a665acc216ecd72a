// Package competitor declares who else sells to our customers, what is known of
// them, and in which deals we meet them.
package competitor

import (
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the competitors, whom everybody knows alike, and where we meet
// them.
func Module() record.Module {
	return record.Module{Name: "competitor", Objects: []*schema.Object{{
		Name: "competitor", Plural: "competitors", Icon: "flag", Group: "sales", Title: "name",
		Label: t("競爭對手", "竞争对手", "Competitor"), LabelPlural: t("競爭對手", "竞争对手", "Competitors"),
		Aliases: schema.Words("rival, competition, 競品, 友商, 對手, 同業, wettbewerber, concurrent, 競合"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Required: true, Search: "n", Match: "company", Indexed: true, Label: t("名稱", "名称", "Name"),
				Aliases: schema.Words("競爭對手, 競爭對手名稱, 對手名稱, 競品名稱, competitor, competitor name, company, company name, 公司名稱")},
			{Name: "website", Type: "url", Label: t("網站", "网站", "Website")},
			{Name: "price_level", Type: "picklist", Label: t("價格水準", "价格水平", "Price level"), Options: []schema.Option{
				{Value: "lower", Label: t("比我們低", "比我们低", "Below ours"), Color: "green", Aliases: schema.Words("low, cheap, lower, 低, 低價, 較低")},
				{Value: "alike", Label: t("差不多", "差不多", "Like ours"), Aliases: schema.Words("same, similar, medium, 中, 相當, 接近")},
				{Value: "higher", Label: t("比我們高", "比我们高", "Above ours"), Color: "red", Aliases: schema.Words("high, expensive, higher, 高, 高價, 較高")},
			}},
			{Name: "threat", Type: "picklist", Label: t("威脅程度", "威胁程度", "Threat"), Options: []schema.Option{
				{Value: "high", Label: t("高", "高", "High"), Color: "red"}, {Value: "medium", Label: t("中", "中", "Medium"), Color: "orange"}, {Value: "low", Label: t("低", "低", "Low"), Color: "grey"},
			}},
			{Name: "products", Type: "longtext", Label: t("主要產品與報價", "主要产品与报价", "Products and prices"), Search: "t",
				Aliases: schema.Words("產品, 主要產品, 競品, products, product lines")},
			{Name: "strengths", Type: "longtext", Label: t("優勢", "优势", "Strengths"), Search: "t", Aliases: schema.Words("強項, 優點, strength, stärken")},
			{Name: "weaknesses", Type: "longtext", Label: t("弱點", "劣势", "Weaknesses"), Search: "t", Aliases: schema.Words("弱項, 劣勢, 缺點, weakness, schwächen")},
			{Name: "answer", Type: "longtext", Label: t("應對策略", "应对策略", "How we answer"), Search: "t", Aliases: schema.Words("對策, 應對, strategy, counter strategy")},
			{Name: "tags", Type: "tags", Label: t("標籤", "标签", "Tags")},
			{Name: "note", Type: "longtext", Label: t("備註", "备注", "Note"), Search: "t"},
		},
		List:       []string{"name", "price_level", "threat", "strengths", "weaknesses", "updated_at"},
		Quick:      []string{"price_level", "threat"},
		Highlights: []string{"price_level", "threat", "website"},
		Sections: []schema.Section{
			{Label: t("競爭對手", "竞争对手", "Competitor"), Fields: []string{"name", "website", "price_level", "threat", "tags"}},
			{Label: t("比較", "对比", "How we compare"), Fields: []string{"products", "strengths", "weaknesses", "answer", "note"}},
		},
	}, met()}}
}

// met declares in which deal we meet a competitor, at what price, and how we stand
// against it. It hangs on the opportunity.
func met() *schema.Object {
	return &schema.Object{
		Name: "opportunity_competitor", Plural: "opportunity_competitors", Icon: "flag", Group: "sales", Links: [2]string{"opportunity", "competitor"},
		Label: t("商機的競爭對手", "商机的竞争对手", "Competitor in a deal"), LabelPlural: t("商機的競爭對手", "商机的竞争对手", "Competitors in deals"),
		Fields: []*schema.Field{
			{Name: "opportunity", Type: "reference", Targets: []string{"opportunity"}, Label: t("商機", "商机", "Opportunity")},
			{Name: "competitor", Type: "reference", Targets: []string{"competitor"}, Label: t("競爭對手", "竞争对手", "Competitor")},
			{Name: "price", Type: "money", Label: t("對手報價", "对手报价", "Their price")},
			{Name: "stand", Type: "picklist", Label: t("我方態勢", "我方态势", "How we stand"), Indexed: true, Options: []schema.Option{
				{Value: "ahead", Label: t("領先", "领先", "Ahead"), Color: "green"}, {Value: "even", Label: t("相當", "持平", "Even"), Color: "orange"}, {Value: "behind", Label: t("落後", "落后", "Behind"), Color: "red"},
			}},
			{Name: "note", Type: "text", Label: t("備註", "备注", "Note"), MaxLength: 200},
		},
		List:       []string{"opportunity", "competitor", "price", "stand", "note", "created_at"},
		Quick:      []string{"stand"},
		Highlights: []string{"opportunity", "competitor", "price", "stand"},
		Sections:   []schema.Section{{Label: t("商機的競爭對手", "商机的竞争对手", "Competitor in a deal"), Fields: []string{"opportunity", "competitor", "price", "stand", "note"}}},
	}
}
