package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// callingCodes gives the calling code of the countries our customers deal with.
var callingCodes = map[string]string{
	"TW": "886", "CN": "86", "HK": "852", "MO": "853", "SG": "65", "MY": "60", "JP": "81", "KR": "82",
	"US": "1", "CA": "1", "GB": "44", "DE": "49", "FR": "33", "IT": "39", "ES": "34", "NL": "31", "BE": "32",
	"CH": "41", "AT": "43", "DK": "45", "SE": "46", "NO": "47", "PL": "48", "FI": "358", "IE": "353", "PT": "351",
	"AU": "61", "NZ": "64", "TH": "66", "VN": "84", "ID": "62", "PH": "63", "IN": "91", "KH": "855", "LA": "856",
	"MM": "95", "BD": "880", "LK": "94", "NP": "977", "PK": "92", "AE": "971", "SA": "966", "IL": "972", "TR": "90",
	"RU": "7", "KZ": "7", "UA": "380", "MX": "52", "BR": "55", "AR": "54", "CL": "56", "ZA": "27", "EG": "20",
}

// twoDigitCodes lists the calling codes of two digits; 1 and 7 have one, all others three.
var twoDigitCodes = words("20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98")

// CallingCode gives the calling code of a country (ISO 3166, two letters), "" if unknown.
func CallingCode(country string) string { return callingCodes[strings.ToUpper(country)] }

// SplitCallingCode splits the digits of an international number, without its
// plus sign, into calling code and national number without trunk zero.
func SplitCallingCode(digits string) (code, national string) {
	n := 3
	switch {
	case digits == "":
		return "", ""
	case digits[0] == '1' || digits[0] == '7':
		n = 1
	case len(digits) >= 2 && twoDigitCodes[digits[:2]]:
		n = 2
	}
	if len(digits) < n {
		return digits, ""
	}
	return digits[:n], dropTrunk(digits[:n], digits[n:])
}

// dropTrunk drops the leading zero of a national number, where it is not part of it.
func dropTrunk(code, national string) string {
	if code == "39" || code == "1" { // Italy dials the zero from abroad too
		return national
	}
	if len(national) > 4 {
		return strings.TrimLeft(national, "0")
	}
	return national
}

// extensionMarks start an extension, folded.
var extensionMarks = []string{"分机", "转", "内线", "extension", "ext", "#", "x", "分"}

// numberEnds separate several numbers in one cell.
const numberEnds = "、;,/\n|及或"

// phoneNumbers gives the digits of each number of a cell, extension cut off; a
// leading plus stays as sign of the international form.
func phoneNumbers(s string) []string {
	// Not Fold: it would melt the line breaks that separate numbers.
	if !isASCII(s) {
		var b strings.Builder
		for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }) {
			b.WriteString(Fold(line))
			b.WriteByte('\n')
		}
		s = b.String()
	} else {
		s = strings.ToLower(s)
	}
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(numberEnds, r) }) {
		first := len(part)
		for _, mark := range extensionMarks {
			if i := strings.Index(part, mark); i >= 0 && i < first && digitCount(part[:i]) >= 5 {
				first = i
			}
		}
		part = strings.ReplaceAll(part[:first], "(0)", "")
		base, end, ranged := strings.Cut(part, "~")
		number := phoneNumber(base)
		if number == "" {
			continue
		}
		out = append(out, number)
		if last := phoneNumber(end); ranged && last != "" && len(last) < len(number) {
			out = append(out, number[:len(number)-len(last)]+last)
		}
	}
	return out
}

func digitCount(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

func phoneNumber(s string) string {
	out := make([]byte, 0, 20)
	for i := 0; i < len(s) && len(out) < 20; i++ {
		if c := s[i]; c >= '0' && c <= '9' || c == '+' && len(out) == 0 {
			out = append(out, c)
		}
	}
	if len(out) == 1 && out[0] == '+' {
		return ""
	}
	return string(out)
}

// nationalOf splits one number into calling code and national number. Without
// a plus sign it takes the codes that Taiwan's and its neighbours' numbers show
// by their length; code is "" if nothing tells it.
func nationalOf(number string) (code, national string) {
	if rest, ok := strings.CutPrefix(number, "+"); ok {
		return SplitCallingCode(strings.TrimLeft(rest, "0"))
	}
	for _, exit := range []string{"002", "009", "00"} {
		if rest, ok := strings.CutPrefix(number, exit); ok && len(rest) >= 10 {
			if code, national = SplitCallingCode(rest); len(national) >= 7 {
				return code, national
			}
		}
	}
	n := len(number)
	switch {
	case strings.HasPrefix(number, "886") && n >= 10 && n <= 13:
		return "886", dropTrunk("886", number[3:])
	case strings.HasPrefix(number, "86") && n >= 12 && n <= 14:
		return "86", dropTrunk("86", number[2:])
	case (strings.HasPrefix(number, "852") || strings.HasPrefix(number, "853")) && n == 11:
		return number[:3], number[3:]
	case strings.HasPrefix(number, "65") && n == 10 && strings.IndexByte("3689", number[2]) >= 0:
		return "65", number[2:]
	}
	return "", dropTrunk("", number)
}

// PhoneDigits gives, for each number of a cell, the national digits without
// calling code, trunk zero and extension: the form under which the search
// index keeps it. 「02-2345-6789 分機123」, "+886 2 2345 6789" and
// "０２２３４５６７８９" all give 223456789.
func PhoneDigits(s string) []string {
	numbers := phoneNumbers(s)
	out := numbers[:0]
	for _, n := range numbers {
		if _, national := nationalOf(n); national != "" {
			out = append(out, national)
		}
	}
	return out
}

// PhoneKey gives the key under which spellings of one phone number meet:
// calling code and national number, digits only ("886223456789"), of the first
// number in the text. A number without calling code belongs to country (ISO
// 3166, two letters). Numbers of fewer than five digits are no match for
// anything: "".
func PhoneKey(s, country string) string {
	numbers := phoneNumbers(s)
	if len(numbers) == 0 {
		return ""
	}
	code, national := nationalOf(numbers[0])
	if len(national) < 5 {
		return ""
	}
	if code == "" {
		code = CallingCode(country)
		switch {
		case code == "1" && len(numbers[0]) == 11 && numbers[0][0] == '1':
			national = numbers[0][1:]
		case code == "39":
			national = numbers[0]
		}
	}
	return code + national
}

// LastFour gives the last four digits of the first number, without extension;
// "" if it has fewer.
func LastFour(s string) string {
	numbers := phoneNumbers(s)
	if len(numbers) == 0 || digitCount(numbers[0]) < 4 {
		return ""
	}
	return numbers[0][len(numbers[0])-4:]
}

// phoneLike tells whether a text holds nothing but what phone numbers are
// written with, and enough digits for one.
func phoneLike(s string) bool {
	for _, r := range s {
		if r >= '0' && r <= '9' || strings.ContainsRune("+-() ./#~", r) {
			continue
		}
		if r >= utf8.RuneSelf && unicode.IsSpace(r) {
			continue
		}
		return false
	}
	return digitCount(s) >= 5
}
