package local

import (
	"regexp"
	"strings"
)

var (
	mailDomain = regexp.MustCompile(`^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:\p{L}{2,}|xn--[A-Za-z0-9-]+)$`)
	// slips are the domains that fingers make of well-known ones.
	slips = map[string]string{
		"gmial.com": "gmail.com", "gamil.com": "gmail.com", "gmai.com": "gmail.com", "gmail.co": "gmail.com", "gmaill.com": "gmail.com", "gmail.com.tw": "gmail.com",
		"hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com", "hotmil.com": "hotmail.com", "yaho.com": "yahoo.com", "yaho.com.tw": "yahoo.com.tw", "yahoo.com.wt": "yahoo.com.tw",
		"outlok.com": "outlook.com", "qq.co": "qq.com", "163.co": "163.com", "126.co": "126.com", "hinet.com": "hinet.net", "msa.hinet.com": "msa.hinet.net",
	}
	slipEndings = map[string]string{".con": ".com", ".cmo": ".com", ".ocm": ".com", ".vom": ".com", ".comm": ".com", ".com.t": ".com.tw", ".com.wt": ".com.tw", ".com.c": ".com.cn", ".ten": ".net"}
)

// MailDoubt tells whether a mail address looks wrong, and what was probably
// meant, "" where that is not plain.
func MailDoubt(s string) (meant string, odd bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "", true
	}
	name, domain := s[:at], strings.ToLower(s[at+1:])
	if right := slips[domain]; right != "" {
		return name + "@" + right, true
	}
	for wrong, right := range slipEndings {
		if before, ok := strings.CutSuffix(domain, wrong); ok {
			return name + "@" + before + right, true
		}
	}
	return "", !mailDomain.MatchString(domain) || strings.Contains(name, "..") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.ContainsRune(name, '@')
}

// PhoneDoubt tells whether a number looks wrong: too short or too long for any,
// or a mobile number of Taiwan or of the mainland with a digit too few or many.
func PhoneDoubt(s string) bool {
	for _, p := range SplitPhones(s, "TW") {
		if cut := strings.IndexAny(p.Number, "~～/、,;"); cut > 0 {
			p.Number = p.Number[:cut] // a range: 02-2345-6789~92
		}
		code, digits := national(p.Number, "TW")
		switch n := countDigits(p.Number); {
		case n < 3 || n > 15:
			return true
		case n < 7 && p.Ext == "" && !service(digits):
			return true
		case code == "886" && strings.HasPrefix(digits, "09"):
			return len(digits) != 10
		case code == "86" && strings.HasPrefix(digits, "01") && !strings.HasPrefix(digits, "010"):
			return true // a mobile number with a digit too few or too many
		case code == "886" && strings.HasPrefix(digits, "0") && digits[:min(2, len(digits))] != "00":
			return len(digits) < 8 || len(digits) > 12
		}
	}
	return false
}

// service tells the short numbers of services: 110, 1999, 95588.
func service(digits string) bool {
	return strings.HasPrefix(digits, "1") && len(digits) <= 5 || strings.HasPrefix(digits, "9") && len(digits) == 5
}
