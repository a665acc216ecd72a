// Package currency declares what other currencies are worth in the company's, by
// the day. The choices of its field currency are the currencies offered where
// somebody enters an amount.
package currency

import (
	"context"
	"slices"

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
			{Name: "currency", Type: "picklist", Label: t("幣別", "币种", "Currency"), Required: true, Indexed: true, Options: currencies()},
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

// currencies lists what may be offered, those in daily use as offered.
func currencies() []schema.Option {
	offered := []string{"TWD", "CNY", "USD", "EUR", "JPY", "HKD", "GBP", "SGD"}
	var options []schema.Option
	for _, c := range []struct {
		code  string
		label schema.Text
	}{
		{"TWD", t("新臺幣 TWD", "新台币 TWD", "New Taiwan dollar TWD")}, {"CNY", t("人民幣 CNY", "人民币 CNY", "Renminbi CNY")}, {"USD", t("美元 USD", "美元 USD", "US dollar USD")},
		{"EUR", t("歐元 EUR", "欧元 EUR", "Euro EUR")}, {"JPY", t("日圓 JPY", "日元 JPY", "Yen JPY")}, {"HKD", t("港幣 HKD", "港币 HKD", "Hong Kong dollar HKD")},
		{"GBP", t("英鎊 GBP", "英镑 GBP", "Pound sterling GBP")}, {"SGD", t("新加坡元 SGD", "新加坡元 SGD", "Singapore dollar SGD")}, {"KRW", t("韓元 KRW", "韩元 KRW", "Won KRW")},
		{"AUD", t("澳幣 AUD", "澳元 AUD", "Australian dollar AUD")}, {"CAD", t("加幣 CAD", "加元 CAD", "Canadian dollar CAD")}, {"NZD", t("紐幣 NZD", "新西兰元 NZD", "New Zealand dollar NZD")},
		{"CHF", t("瑞士法郎 CHF", "瑞士法郎 CHF", "Swiss franc CHF")}, {"SEK", t("瑞典克朗 SEK", "瑞典克朗 SEK", "Swedish krona SEK")}, {"MOP", t("澳門幣 MOP", "澳门元 MOP", "Pataca MOP")},
		{"MYR", t("馬來幣 MYR", "林吉特 MYR", "Ringgit MYR")}, {"THB", t("泰銖 THB", "泰铢 THB", "Baht THB")}, {"VND", t("越南盾 VND", "越南盾 VND", "Dong VND")},
		{"PHP", t("菲律賓披索 PHP", "菲律宾比索 PHP", "Philippine peso PHP")}, {"IDR", t("印尼盾 IDR", "印尼盾 IDR", "Rupiah IDR")}, {"INR", t("印度盧比 INR", "印度卢比 INR", "Indian rupee INR")},
		{"AED", t("阿聯迪拉姆 AED", "阿联酋迪拉姆 AED", "Dirham AED")}, {"ZAR", t("南非幣 ZAR", "南非兰特 ZAR", "Rand ZAR")}, {"BRL", t("巴西雷亞爾 BRL", "巴西雷亚尔 BRL", "Real BRL")}, {"MXN", t("墨西哥披索 MXN", "墨西哥比索 MXN", "Mexican peso MXN")},
	} {
		options = append(options, schema.Option{Value: c.code, Label: c.label, Inactive: !slices.Contains(offered, c.code)})
	}
	return options
}
