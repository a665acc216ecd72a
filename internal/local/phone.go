package local

import (
	"regexp"
	"strings"
	"unicode"
)

// Phone is one number of a cell.
type Phone struct {
	Number string // as written, half width, without label and extension
	Ext    string // digits of the extension, "" if none
	Label  string // what the cell says about it: 行動, M, 公司
}

// PhoneKind tells what a number reaches.
type PhoneKind string

// The kinds of numbers.
const (
	PhoneUnknown  PhoneKind = ""
	PhoneMobile   PhoneKind = "mobile"
	PhoneLandline PhoneKind = "landline"
	PhoneTollFree PhoneKind = "toll-free"
)

var (
	extension   = regexp.MustCompile(`(?i)\s*[,;(]?\s*(?:轉分機|转分机|分機|分机|內線|内线|內綫|轉接|转接|轉|转|extension|extn\.?|ext\.?|durchwahl|dw\.?|poste|#|x)\s*(?:號碼|号码|號|号|no\.?)?\s*[.:：=#]?\s*(\d{1,6}(?:[~\-/、,]\d{1,6})*)\s*[)號号]?\s*$`)
	labelBefore = regexp.MustCompile(`^\s*[(【\[]?\s*([^\d+()\[\]:：【】]{1,16}?)\s*[)】\]]?\s*[:：]\s*(.*)$`)
	labelMark   = regexp.MustCompile(`^\s*[(【\[]\s*([^\d+()\[\]【】]{1,8})\s*[)】\]]\s*(.*)$`)
	labelAfter  = regexp.MustCompile(`^(.*\d)\s*[(【\[]\s*([^\d+()\[\]【】]{1,12})\s*[)】\]]\s*$`)
	labelWord   = regexp.MustCompile(`(?i)^\s*(行動電話|行動|手機號碼|手機|手机|電話|电话|公司|辦公室|办公室|住家|家用|宅|傳真|传真|mobile|cell|office|home|tel|phone|fax|[mohtf])\s*[.\s]?\s*([+(\d].*)$`)
	glued       = regexp.MustCompile(`(\d)\s+((?:\+\d|\(?0)\d)`)
)

// SplitPhones reads the numbers of one cell: several separated by 、 / ; , 或 or a
// new line, extensions (分機 轉 ext # x), labels (行動: (M) TEL), full width. A
// range (02-23456789~92) and a short ending (02-2345-6789/6790) stay with their
// number as shown. Nothing is lost: what is no number comes back as Number.
// country (ISO 3166) tells how numbers without calling code are grouped.
func SplitPhones(s, country string) []Phone {
	if len(s) > 2000 { // a note in the wrong column
		return []Phone{{Number: s}}
	}
	var out []Phone
	for _, piece := range splitCell(s) {
		p := Phone{Number: strings.TrimSpace(piece)}
		if m := labelBefore.FindStringSubmatch(p.Number); m != nil && countDigits(m[2]) > 0 {
			p.Label, p.Number = m[1], m[2]
		} else if m := labelMark.FindStringSubmatch(p.Number); m != nil && countDigits(m[2]) > 0 {
			p.Label, p.Number = m[1], m[2]
		} else if m := labelWord.FindStringSubmatch(p.Number); m != nil {
			p.Label, p.Number = m[1], m[2]
		}
		if m := labelAfter.FindStringSubmatch(p.Number); m != nil && p.Label == "" && !extension.MatchString(p.Number) {
			p.Label, p.Number = strings.TrimSpace(m[2]), m[1]
		}
		p.Number, p.Ext = CutExtension(p.Number)
		if p.Number != "" {
			out = append(out, p)
		}
	}
	return out
}

// CutExtension takes the extension off a number, however it is written: 分機 12,
// 轉12, ext. 12, #12, x12; "" where there is none.
func CutExtension(number string) (rest, ext string) {
	text := narrow(number)
	at := extension.FindStringSubmatchIndex(text)
	if at == nil || countDigits(text[:at[0]]) < 5 {
		return strings.TrimSpace(number), ""
	}
	return strings.TrimSpace(text[:at[0]]), text[at[2]:at[3]]
}

var extensionMarks = strings.NewReplacer("、", "/", ",", "/")

// WithExtension writes a number with its extension as people who read a language
// do; no language writes it the way it is kept, 02-2345-6789#12. Several are parted
// by a slash.
func WithExtension(number, ext, language string) string {
	if ext == "" {
		return number
	}
	ext = extensionMarks.Replace(ext)
	switch language {
	case "":
		return number + "#" + ext
	case "zh-CN":
		return number + " 分机 " + ext
	case "en":
		return number + " ext. " + ext
	}
	return number + " 分機 " + ext
}

// splitCell cuts a cell where a new number begins.
func splitCell(s string) []string {
	var out []string
	for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }) {
		line = narrow(line)
		from := 0
		runes := []rune(line)
		cut := func(to int) {
			if piece := strings.TrimSpace(string(runes[from:to])); piece != "" {
				out = append(out, piece)
			}
			from = to + 1
		}
		for i, r := range runes {
			if !strings.ContainsRune("、/;,或&", r) {
				continue
			}
			left, right := string(runes[from:i]), string(runes[i+1:])
			next := right
			if to := strings.IndexAny(right, "、/;,或&"); to >= 0 {
				next = right[:to]
			}
			// A short ending belongs to the number before it; "x 12,13" are extensions.
			if countDigits(next) < 5 && countDigits(next) > 0 && countDigits(left) >= 5 && r != ';' {
				continue
			}
			if countDigits(left) < 3 && countDigits(left) > 0 && r == '/' {
				continue
			}
			cut(i)
		}
		cut(len(runes))
	}
	// Two whole numbers with only a blank between them.
	var apart []string
	for _, piece := range out {
		rest := piece
		for {
			at := glued.FindStringSubmatchIndex(rest)
			if at == nil || countDigits(rest[:at[3]]) < 8 || countDigits(rest[at[4]:]) < 8 {
				break
			}
			apart = append(apart, rest[:at[3]])
			rest = rest[at[4]:]
		}
		apart = append(apart, rest)
	}
	return apart
}

// national gives calling code and national digits of a number, trunk zero kept.
func national(number, country string) (code, digits string) {
	text := strings.ReplaceAll(narrow(number), "(0)", "")
	plus := strings.HasPrefix(strings.TrimSpace(text), "+")
	raw := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	if !plus && strings.HasPrefix(raw, "00") && len(raw) > 10 {
		raw, plus = strings.TrimLeft(raw, "0"), true
	}
	trunk := map[string]string{"886": "0", "86": "", "852": "", "853": "", "65": "", "1": ""}
	for _, c := range []string{"886", "852", "853", "86", "65", "1"} {
		rest, ok := strings.CutPrefix(raw, c)
		if !ok {
			continue
		}
		rest = strings.TrimPrefix(rest, "0")
		if !plus && !(c == "886" && len(rest) >= 8 && len(rest) <= 9 || c == "86" && len(rest) >= 10 && len(rest) <= 11 ||
			(c == "852" || c == "853") && len(rest) == 8 || c == "1" && country == "US" && len(rest) == 10) {
			continue
		}
		if c == "86" && !(len(rest) == 11 && rest[0] == '1') { // a landline: its area code has a zero at home
			rest = "0" + rest
		}
		return c, trunk[c] + rest
	}
	if plus {
		return "?", raw
	}
	home := map[string]string{"TW": "886", "CN": "86", "HK": "852", "MO": "853", "SG": "65", "US": "1", "CA": "1"}[country]
	return home, raw
}

var (
	twArea3 = regexp.MustCompile(`^0(?:37|49|82|89)`)
	twArea4 = regexp.MustCompile(`^0(?:826|836)`)
	cnArea2 = regexp.MustCompile(`^0(?:10|2\d)`)
)

// KindOfPhone tells whether a number is a mobile one, for Taiwan, the mainland,
// Hong Kong, Macau and Singapore; PhoneUnknown elsewhere.
func KindOfPhone(number, country string) PhoneKind {
	code, d := national(number, country)
	has := func(prefixes string) bool { return d != "" && strings.IndexByte(prefixes, d[0]) >= 0 }
	switch code {
	case "886":
		switch {
		case strings.HasPrefix(d, "09") && len(d) == 10:
			return PhoneMobile
		case strings.HasPrefix(d, "0800") || strings.HasPrefix(d, "0809"):
			return PhoneTollFree
		case strings.HasPrefix(d, "0") && len(d) >= 9 && len(d) <= 10:
			return PhoneLandline
		case (len(d) == 7 || len(d) == 8) && has("2345678"): // without its area code
			return PhoneLandline
		}
	case "86":
		switch {
		case len(d) == 11 && d[0] == '1':
			return PhoneMobile
		case len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")):
			return PhoneTollFree
		case strings.HasPrefix(d, "0") && len(d) >= 10 && len(d) <= 12:
			return PhoneLandline
		}
	case "852", "853":
		if len(d) == 8 && (has("6") || code == "852" && has("579")) {
			return PhoneMobile
		} else if len(d) == 8 {
			return PhoneLandline
		}
	case "65":
		if len(d) == 8 && has("89") {
			return PhoneMobile
		} else if len(d) == 8 && has("36") {
			return PhoneLandline
		}
	}
	return PhoneUnknown
}

// FormatPhone groups a number the way its country does: 02-2345-6789,
// 0912-345-678, 138 1234 5678; with its calling code where it is not of country.
// Numbers of other countries, ranges and anything odd stay as they are. (The
// library for all countries adds 10.8 MB to the binary, hence these six.)
func FormatPhone(number, country string) string {
	for _, r := range number {
		if unicode.IsLetter(r) || strings.ContainsRune("~～/、,;#", r) {
			return number
		}
	}
	code, d := national(number, country)
	text := ""
	switch code {
	case "886":
		text = formatTW(d)
	case "86":
		switch {
		case len(d) == 11 && d[0] == '1':
			text = d[:3] + " " + d[3:7] + " " + d[7:]
		case cnArea2.MatchString(d) && len(d) == 11:
			text = d[:3] + "-" + d[3:]
		case strings.HasPrefix(d, "0") && (len(d) == 11 || len(d) == 12):
			text = d[:4] + "-" + d[4:]
		}
	case "852", "853", "65":
		if len(d) == 8 {
			text = d[:4] + " " + d[4:]
		}
	case "1":
		if len(d) == 10 {
			text = "(" + d[:3] + ") " + d[3:6] + "-" + d[6:]
		}
	}
	if text == "" {
		return number
	}
	if home, _ := national("0", country); home == code {
		return text
	}
	text = strings.TrimPrefix(text, "0")
	return "+" + code + " " + abroadMarks.Replace(text)
}

var abroadMarks = strings.NewReplacer("(", "", ")", "", "-", " ")

func formatTW(d string) string {
	split := func(area int) string {
		rest := d[area:]
		return d[:area] + "-" + rest[:len(rest)-4] + "-" + rest[len(rest)-4:]
	}
	switch {
	case len(d) == 10 && strings.HasPrefix(d, "09"):
		return d[:4] + "-" + d[4:7] + "-" + d[7:]
	case len(d) == 10 && strings.HasPrefix(d, "080"):
		return d[:4] + "-" + d[4:7] + "-" + d[7:]
	case len(d) == 9 && twArea4.MatchString(d):
		return d[:4] + "-" + d[4:]
	case len(d) == 9 && twArea3.MatchString(d):
		return split(3)
	case len(d) == 10 && (d[1] == '2' || d[1] == '4'), len(d) == 9 && d[0] == '0' && d[1] >= '3' && d[1] <= '8':
		return split(2)
	}
	return ""
}
