package local

import (
	"errors"
	"math/big"
	"strings"
)

// NumberStyle tells which sign separates the decimals.
type NumberStyle struct {
	DecimalComma bool // 1.234,56
}

var errNumber = errors.New("no number")

// currencyMarks maps what stands before or after an amount to its currency;
// longer marks first.
var currencyMarks = []struct{ mark, code string }{
	{"新台幣", "TWD"}, {"新臺幣", "TWD"}, {"台幣", "TWD"}, {"臺幣", "TWD"}, {"NT$", "TWD"}, {"NTD", "TWD"}, {"TWD", "TWD"}, {"NT", "TWD"},
	{"人民幣", "CNY"}, {"人民币", "CNY"}, {"RMB", "CNY"}, {"CNY", "CNY"}, {"CN¥", "CNY"}, {"港幣", "HKD"}, {"港币", "HKD"}, {"HK$", "HKD"}, {"HKD", "HKD"},
	{"澳門幣", "MOP"}, {"MOP$", "MOP"}, {"MOP", "MOP"}, {"新加坡幣", "SGD"}, {"S$", "SGD"}, {"SGD", "SGD"}, {"美金", "USD"}, {"美元", "USD"}, {"US$", "USD"}, {"USD", "USD"},
	{"日圓", "JPY"}, {"日元", "JPY"}, {"日幣", "JPY"}, {"JP¥", "JPY"}, {"JPY", "JPY"}, {"円", "JPY"}, {"歐元", "EUR"}, {"欧元", "EUR"}, {"EUR", "EUR"}, {"€", "EUR"},
	{"英鎊", "GBP"}, {"英镑", "GBP"}, {"GBP", "GBP"}, {"£", "GBP"}, {"韓元", "KRW"}, {"KRW", "KRW"}, {"₩", "KRW"}, {"AUD", "AUD"}, {"A$", "AUD"}, {"CAD", "CAD"}, {"C$", "CAD"},
	{"MYR", "MYR"}, {"RM", "MYR"}, {"THB", "THB"}, {"฿", "THB"}, {"VND", "VND"}, {"₫", "VND"}, {"元整", ""}, {"圓整", ""}, {"元", ""}, {"圓", ""}, {"块", ""}, {"塊", ""},
	{"¥", "¥"}, {"$", "$"},
}

// ParseNumber reads a number or an amount as people write them, with decimal
// points: "$22,700.00", "NT$ 1,200", "￥１，２００", "(123.45)" and "123-" for less
// than nothing, "3.5萬". The currency is a code where the mark names one, "$" or
// "¥" where it names several, "%" for a percentage (12% gives "12"), else "".
// The number comes as plain decimal text, exact, without useless zeros.
func ParseNumber(s string) (decimal, currency string, err error) {
	return ParseNumberStyle(s, NumberStyle{})
}

// ParseNumberStyle is ParseNumber for files that write decimals with a comma.
func ParseNumberStyle(s string, style NumberStyle) (decimal, currency string, err error) {
	if len(s) > 200 {
		return "", "", errNumber
	}
	text := strings.ToUpper(narrow(s))
	negative := false
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text, negative = text[1:len(text)-1], true
	}
	signed := false
	sign := func() { // before the currency or behind it, not both
		text = strings.TrimSpace(text)
		bare := text
		switch {
		case signed:
		case strings.HasPrefix(text, "-") || strings.HasPrefix(text, "負") || strings.HasPrefix(text, "负"):
			negative = !negative
			text = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "-"), "負"), "负")
		case strings.HasPrefix(text, "+"):
			text = text[1:]
		case strings.HasSuffix(text, "-"):
			negative = !negative
			text = text[:len(text)-1]
		}
		signed = signed || text != bare
		text = strings.TrimSpace(text)
	}
	sign()
	for _, m := range currencyMarks {
		before, hasBefore := strings.CutPrefix(text, m.mark)
		after, hasAfter := strings.CutSuffix(text, m.mark)
		if hasBefore {
			text = before
		} else if hasAfter {
			text = after
		} else {
			continue
		}
		text = strings.TrimSpace(text)
		if currency == "" {
			currency = m.code
		}
	}
	sign()
	if rest, ok := strings.CutSuffix(text, "%"); ok {
		text, currency = strings.TrimSpace(rest), "%"
	}
	if rest, ok := strings.CutSuffix(text, "/-"); ok { // 1,200/- as in Hong Kong
		text = rest
	}
	total, ok := scaled(text, style)
	if !ok {
		return "", "", errNumber
	}
	if negative {
		total.Neg(total)
	}
	return plainDecimal(total), currency, nil
}

// scaled reads 1億2,000萬3千 and plain numbers.
func scaled(s string, style NumberStyle) (*big.Rat, bool) {
	total := new(big.Rat)
	for _, unit := range []struct {
		marks string
		value int64
	}{{"億亿", 1e8}, {"萬万", 1e4}, {"千仟", 1000}, {"百", 100}} {
		if at := strings.IndexAny(s, unit.marks); at >= 0 {
			part, ok := scaled(s[:at], style)
			if !ok {
				return nil, false
			}
			total.Add(total, part.Mul(part, big.NewRat(unit.value, 1)))
			s = strings.TrimSpace(s[at+len("萬"):])
			if s == "" {
				return total, true
			}
		}
	}
	if s == "K" || s == "M" {
		return nil, false
	}
	factor := int64(1)
	if rest, ok := strings.CutSuffix(s, "K"); ok {
		s, factor = rest, 1000
	} else if rest, ok := strings.CutSuffix(s, "M"); ok {
		s, factor = rest, 1e6
	}
	plain, ok := plainNumber(strings.TrimSpace(s), style)
	if !ok {
		return nil, false
	}
	value, ok := new(big.Rat).SetString(plain)
	if !ok {
		return nil, false
	}
	return total.Add(total, value.Mul(value, big.NewRat(factor, 1))), true
}

var thousandsMarks = strings.NewReplacer(" ", "", "'", "", "’", "", "_", "")

// plainNumber drops the separators of thousands. A comma followed by other than
// three digits is a decimal one ("1,5"), if it is the only one.
func plainNumber(s string, style NumberStyle) (string, bool) {
	s = thousandsMarks.Replace(s)
	thousands, point := ",", "."
	if style.DecimalComma {
		thousands, point = ".", ","
	}
	lastComma, lastPoint := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	switch {
	case lastComma > lastPoint && lastPoint >= 0:
		thousands, point = ".", "," // 1.234,56 can mean one thing only
	case lastPoint > lastComma && lastComma >= 0:
		thousands, point = ",", "."
	case strings.Count(s, thousands) == 1:
		if at := strings.IndexByte(s, thousands[0]); len(s)-at-1 != 3 || at == 0 || at > 3 {
			thousands, point = point, thousands
		}
	}
	whole, fraction, _ := strings.Cut(s, point)
	groups := strings.Split(whole, thousands)
	for i, g := range groups {
		// Indian and Chinese groups of two and four digits pass; empty ones do not.
		if i > 0 && (len(g) < 2 || len(g) > 4) {
			return "", false
		}
		if len(groups) > 1 && g == "" {
			return "", false
		}
	}
	whole = strings.Join(groups, "")
	if whole == "" && fraction == "" || whole != "" && !allDigits(whole) || fraction != "" && !allDigits(fraction) || len(whole) > 40 || len(fraction) > 40 {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole, true
	}
	return whole + "." + fraction, true
}

func plainDecimal(r *big.Rat) string {
	text := r.FloatString(48)
	if strings.ContainsRune(text, '.') {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

var (
	yes = []string{"是", "有", "對", "对", "真", "y", "yes", "true", "t", "1", "on", "v", "✓", "✔", "☑", "✅", "o", "○", "◯", "●", "啟用", "启用", "已", "開", "开"}
	no  = []string{"否", "無", "无", "沒有", "没有", "不是", "非", "假", "n", "no", "false", "f", "0", "off", "x", "✗", "✘", "☐", "❌", "×", "停用", "禁用", "未", "關", "关"}
)

// ParseBool reads yes and no; ok is false for anything else, the empty text
// included.
func ParseBool(s string) (value, ok bool) {
	text := strings.ToLower(narrow(s))
	for _, w := range yes {
		if text == w {
			return true, true
		}
	}
	for _, w := range no {
		if text == w {
			return false, true
		}
	}
	return false, false
}
