package local

import (
	"strconv"
	"strings"
)

var numeralValue = map[rune]int{
	'〇': 0, '零': 0, '○': 0, '一': 1, '壹': 1, '二': 2, '貳': 2, '贰': 2, '三': 3, '參': 3, '叁': 3, '四': 4, '肆': 4,
	'五': 5, '伍': 5, '六': 6, '陸': 6, '陆': 6, '七': 7, '柒': 7, '八': 8, '捌': 8, '九': 9, '玖': 9,
}

// arabic writes the Chinese numerals of a date with digits: 二〇二六年十一月二十三日
// is 2026年11月23日. Only up to 九十九 with 十, and digit by digit beyond.
func arabic(s string) string {
	if !strings.ContainsAny(s, "〇零○一二三四五六七八九十廿卅") {
		return s
	}
	var out strings.Builder
	var run []rune
	flush := func() {
		if len(run) > 0 {
			out.WriteString(numeral(run))
			run = run[:0]
		}
	}
	for _, r := range s {
		if _, ok := numeralValue[r]; ok || r == '十' || r == '廿' || r == '卅' || r == '百' {
			run = append(run, r)
			continue
		}
		flush()
		out.WriteRune(r)
	}
	flush()
	return out.String()
}

func numeral(run []rune) string {
	if !strings.ContainsAny(string(run), "十廿卅百") {
		out := make([]byte, len(run))
		for i, r := range run {
			out[i] = byte('0' + numeralValue[r])
		}
		return string(out)
	}
	total, digit := 0, 0
	for i, r := range run {
		switch r {
		case '百':
			total, digit = total+max(digit, 1)*100, 0
		case '十':
			if digit == 0 && (i == 0 || run[i-1] == '百' || run[i-1] == '零') {
				digit = 1
			}
			total, digit = total+digit*10, 0
		case '廿':
			total += 20
		case '卅':
			total += 30
		default:
			digit = numeralValue[r]
		}
	}
	return strconv.Itoa(total + digit)
}
