package tabular

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// mojibake says whether a text was read in the wrong encoding before it came
// into the file: UTF-8 taken for Western European, or what is left where nothing
// could be read.
func mojibake(s string) bool {
	if strings.Contains(s, "锟斤拷") || strings.Contains(s, "烫烫烫") || strings.Contains(s, "ï¿½") {
		return true
	}
	// Each ideograph became å, æ, ç, è or é and two signs.
	i := strings.IndexAny(s, "åæçèéä")
	if i < 0 || len(s) > 4096 {
		return false
	}
	var b []byte
	odd := 0
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case ok:
		case r < 0x100:
			c = byte(r)
		case r == utf8.RuneError: // a byte the other encoding has not
			c = 0x81
		default:
			return false
		}
		if c >= 0x80 {
			odd++
		}
		b = append(b, c)
	}
	if odd < 3 {
		return false
	}
	han := 0
	for _, r := range strings.ToValidUTF8(string(b), "") {
		if unicode.Is(unicode.Han, r) || r >= 0x3040 && r <= 0x30FF || r >= 0xAC00 && r <= 0xD7A3 {
			han++
		}
	}
	return han > 0 && han*6 >= odd
}
