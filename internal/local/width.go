package local

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var invisible = strings.NewReplacer("\u200b", "", "\ufeff", "", "\u200e", "", "\u200f", "", "−", "-", "‐", "-", "–", "-", "～", "~", "〜", "~")

// narrow gives a text in half width and trimmed, without zero-width characters.
func narrow(s string) string {
	s = strings.TrimSpace(s)
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			s = norm.NFKC.String(s)
			return strings.TrimSpace(invisible.Replace(s))
		}
	}
	return s
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func countDigits(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}
