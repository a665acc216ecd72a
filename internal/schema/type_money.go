package schema

import (
	"encoding/json"
	"regexp"
	"strings"
)

// MoneyScale is the number of decimals money is held with in the database.
const MoneyScale = 4

// moneyType is an exact amount with its currency, and the same amount in the
// company's currency for sums.
type moneyType struct{}

func init() { register("money", moneyType{}) }

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

func (moneyType) Columns(f *Field) []Column {
	return []Column{{f.Name, KindInt}, {f.Name + "_currency", KindText}, {f.Name + "_base", KindInt}}
}

// Entered is how many columns say what was entered.
func (moneyType) Entered() int { return 2 }

// OrderColumn is what an amount is worth in the company's currency.
func (moneyType) OrderColumn(f *Field) string { return f.Name + "_base" }

func (t moneyType) Parse(_ *Field, value any) ([]any, error) {
	v, ok := value.(map[string]any)
	if value == nil {
		return nil, nil
	}
	if !ok {
		return nil, Bad("not_money")
	}
	for k := range v {
		if k != "amount" && k != "currency" {
			return nil, Bad("not_money")
		}
	}
	var text string
	switch a := v["amount"].(type) {
	case string:
		text = a
	case json.Number:
		text = a.String()
	case nil:
		return nil, nil
	}
	currency, _ := v["currency"].(string)
	if currency != "" && !currencyForm.MatchString(currency) {
		return nil, Bad("not_a_currency")
	}
	n, ok := Scaled(text, MoneyScale)
	if !ok {
		return nil, Bad("not_money")
	}
	// What it is worth in the company's currency is filled in by the record.
	return []any{n, currency, nil}, nil
}

func (t moneyType) ParseText(f *Field, s string) ([]any, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	currency := ""
	if len(s) > 4 && currencyForm.MatchString(s[:3]) {
		currency, s = s[:3], s[3:]
	} else if len(s) > 4 && currencyForm.MatchString(s[len(s)-3:]) {
		currency, s = s[len(s)-3:], s[:len(s)-3]
	}
	s = strings.TrimSpace(currencySigns.Replace(s))
	return t.Parse(f, map[string]any{"amount": s, "currency": currency})
}

var currencySigns = strings.NewReplacer("NT$", "", "$", "", "¥", "", "￥", "", "元", "")

func (moneyType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	n, ok := c[0].(int64)
	if !ok {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"amount":`...)
	dst = appendString(dst, Unscaled(n, MoneyScale))
	dst = append(dst, `,"currency":`...)
	currency, _ := c[1].(string)
	dst = appendString(dst, currency)
	return append(dst, '}')
}

func (moneyType) FormatText(_ *Field, c []any) string {
	n, ok := c[0].(int64)
	if !ok {
		return ""
	}
	currency, _ := c[1].(string)
	return strings.TrimSpace(Unscaled(n, MoneyScale) + " " + currency)
}
