package tally

import (
	"slices"
	"strconv"
	"strings"
)

// script is how amounts are written out in one of the Chinese scripts.
type script struct {
	digits                 [10]string
	ten, hundred, thousand string
	// groups name the powers of ten thousand; double has the third written as ten
	// thousand of the second.
	groups                 [4]string
	double                 bool
	unit, tenth, hundredth string
	whole, minus           string
	currencies             map[string]string
}

// traditional follows the instruments of Taiwan: 新臺幣壹萬貳仟參佰元整.
var traditional = script{
	digits: [10]string{"零", "壹", "貳", "參", "肆", "伍", "陸", "柒", "捌", "玖"}, ten: "拾", hundred: "佰", thousand: "仟",
	groups: [4]string{"", "萬", "億", "兆"}, unit: "元", tenth: "角", hundredth: "分", whole: "整", minus: "負",
	currencies: map[string]string{
		"TWD": "新臺幣", "CNY": "人民幣", "USD": "美金", "EUR": "歐元", "JPY": "日幣", "HKD": "港幣", "GBP": "英鎊", "SGD": "新加坡幣", "KRW": "韓幣", "AUD": "澳幣", "CAD": "加幣", "NZD": "紐幣",
		"CHF": "瑞士法郎", "SEK": "瑞典克朗", "MOP": "澳門幣", "MYR": "馬來西亞幣", "THB": "泰幣", "VND": "越南盾", "PHP": "菲律賓披索", "IDR": "印尼盾", "INR": "印度盧比", "AED": "阿聯迪拉姆", "ZAR": "南非幣", "BRL": "巴西幣", "MXN": "墨西哥披索",
	},
}

// simplified follows 正确填写票据和结算凭证的基本规定 of the People's Bank: 人民币壹万贰仟叁佰元整.
var simplified = script{
	digits: [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}, ten: "拾", hundred: "佰", thousand: "仟",
	groups: [4]string{"", "万", "亿", "万"}, double: true, unit: "元", tenth: "角", hundredth: "分", whole: "整", minus: "负",
	currencies: map[string]string{
		"TWD": "新台币", "CNY": "人民币", "USD": "美元", "EUR": "欧元", "JPY": "日元", "HKD": "港币", "GBP": "英镑", "SGD": "新加坡元", "KRW": "韩元", "AUD": "澳元", "CAD": "加元", "NZD": "新西兰元",
		"CHF": "瑞士法郎", "SEK": "瑞典克朗", "MOP": "澳门元", "MYR": "林吉特", "THB": "泰铢", "VND": "越南盾", "PHP": "菲律宾比索", "IDR": "印尼盾", "INR": "印度卢比", "AED": "阿联酋迪拉姆", "ZAR": "南非兰特", "BRL": "巴西雷亚尔", "MXN": "墨西哥比索",
	},
}

// InWords writes an amount out as cheques and contracts do, in the script of a
// language: zh-TW or zh-CN; in others there is no such custom, and the answer is
// empty. Decimals beyond the second are not written.
func InWords(amount int64, currency, language string) string {
	var s script
	switch language {
	case "zh-TW":
		s = traditional
	case "zh-CN":
		s = simplified
	default:
		return ""
	}
	name := s.currencies[currency]
	if name == "" {
		name = currency + " "
	}
	var b strings.Builder
	b.WriteString(name)
	if amount < 0 {
		b.WriteString(s.minus)
		amount = -amount
	}
	// To the second decimal, which is the last there is a word for.
	cents := (amount + 50) / 100
	whole, tenth, hundredth := cents/100, cents/10%10, cents%10
	if whole > 0 || cents == 0 {
		b.WriteString(s.number(whole))
		b.WriteString(s.unit)
	}
	switch {
	case tenth == 0 && hundredth == 0:
		b.WriteString(s.whole)
	case hundredth == 0:
		b.WriteString(s.digits[tenth] + s.tenth + s.whole)
	case tenth == 0:
		if whole > 0 {
			b.WriteString(s.digits[0])
		}
		b.WriteString(s.digits[hundredth] + s.hundredth)
	default:
		b.WriteString(s.digits[tenth] + s.tenth + s.digits[hundredth] + s.hundredth)
	}
	return b.String()
}

// number writes a whole number in groups of four digits.
func (s script) number(n int64) string {
	if n == 0 {
		return s.digits[0]
	}
	var groups []int
	for ; n > 0; n /= 10_000 {
		groups = append(groups, int(n%10_000))
	}
	var b strings.Builder
	gap := false // zeros since the last digit that was written
	for i, g := range slices.Backward(groups) {
		if g == 0 {
			if s.double && i == 2 && b.Len() > 0 {
				b.WriteString(s.groups[i])
			}
			gap = b.Len() > 0
			continue
		}
		if b.Len() > 0 && (gap || g < 1000) {
			b.WriteString(s.digits[0])
		}
		b.WriteString(s.group(g))
		b.WriteString(s.groups[i])
		gap = false
	}
	return b.String()
}

// group writes up to four digits, one 零 for zeros between others.
func (s script) group(g int) string {
	text := strconv.Itoa(g)
	places := []string{"", s.ten, s.hundred, s.thousand}
	var b strings.Builder
	zero := false
	for i, r := range text {
		if r == '0' {
			zero = true
			continue
		}
		if zero {
			b.WriteString(s.digits[0])
			zero = false
		}
		b.WriteString(s.digits[r-'0'])
		b.WriteString(places[len(text)-1-i])
	}
	return b.String()
}
