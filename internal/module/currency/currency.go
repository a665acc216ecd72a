// Package currency declares what other currencies are worth in the company's, by
// the day. The choices of its field currency are the currencies offered where
// somebody enters an amount.
package currency

import (
	"context"

	"ecrm/internal/exchange"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

// Module declares the object and its rules.
func Module() record.Module {
	return record.Module{Name: "currency", Rules: map[string]record.Rules{exchange.Object: {Check: check}}, Objects: []*schema.Object{{
		Name: exchange.Object, Plural: "exchange_rates", Icon: "coins", Group: "settings", Title: "name", AdminOnly: true, Together: []string{"currency", "date"},
		Label: t("匯率", "汇率", "Exchange rate"), LabelPlural: t("匯率", "汇率", "Exchange rates"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), ReadOnly: true, Search: "i", Indexed: true},
			{Name: "currency", Type: "picklist", Label: t("幣別", "币种", "Currency"), Required: true, Indexed: true, Options: schema.Currencies()},
			{Name: "date", Type: "date", Label: t("生效日", "生效日期", "In force from"), Required: true, Indexed: true},
			{Name: "rate", Type: "decimal", Scale: schema.RateScale, Label: t("匯率", "汇率", "Rate"), Required: true,
				Help: t("一單位外幣折合多少本國幣", "一单位外币折合多少本位币", "Units of the company's currency for one unit")},
			{Name: "source", Type: "text", Label: t("來源", "来源", "Source"), MaxLength: 100},
		},
		List:     []string{"currency", "date", "rate", "source", "updated_by", "updated_at"},
		Quick:    []string{"currency", "date"},
		Sections: []schema.Section{{Label: t("匯率", "汇率", "Exchange rate"), Fields: []string{"currency", "date", "rate", "source"}}},
	}}}
}

// check names a rate by currency and day, of which there is one.
func check(ctx context.Context, c *record.Change) error {
	code, day := c.After.Text("currency"), c.After.Text("date")
	if code == "" || day == "" || c.After["rate"] == nil {
		return nil // required, which is told elsewhere
	}
	switch {
	case code == c.Currency():
		return record.Invalid("currency", "rate_of_company", "currency", code)
	case c.After.Int("rate") <= 0:
		return record.Invalid("rate", "rate_positive")
	}
	c.After["name"] = []any{code + " " + day}
	if !c.Changed("currency") && !c.Changed("date") {
		return nil
	}
	same := query.AllOf(&query.Node{Op: query.Eq, Field: "currency", Value: code}, &query.Node{Op: query.Eq, Field: "date", Value: day})
	found, err := c.Rows(ctx, exchange.Object, same, 2)
	if err != nil {
		return err
	}
	for id := range found {
		if id != c.ID {
			return record.Invalid("date", "rate_twice", "currency", code, "day", day)
		}
	}
	return nil
}
