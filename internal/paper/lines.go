package paper

import (
	"strings"
	"unicode"
)

// Characters that begin no line and end none, by the usual rules of Chinese setting.
const (
	notFirst = "，。、；：？！）」』】〉》〕］｝”’…—～·％%,.;:?!)]}℃°"
	notLast  = "（「『【〈《〔［｛“‘([{$￥¥€£"
)

// wide tells whether a line may be broken beside a character: those of Chinese,
// Japanese and Korean, each of which is a word of its own.
func wide(r rune) bool {
	return r >= 0x2e80 && r <= 0x9fff || r >= 0xac00 && r <= 0xd7af || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe4f || r >= 0xff00 && r <= 0xffef || r >= 0x20000 && r <= 0x3ffff
}

// mayBreak tells whether a line may end between two characters.
func mayBreak(before, after rune) bool {
	switch {
	case unicode.IsSpace(before):
		return !unicode.IsSpace(after)
	case unicode.IsSpace(after), strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	}
	return wide(before) || wide(after) || before == '-' || before == '/'
}

// broken breaks a text into lines no wider than a width, as measured. What is longer
// than a line and has no place to break is cut.
func broken(text string, width float64, measure func(r rune) float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		runes := []rune(strings.TrimRightFunc(paragraph, unicode.IsSpace))
		start, last, at := 0, 0, 0.0 // of the line, its last place to break, how wide it is
		for i := 0; i < len(runes); i++ {
			if i > start && mayBreak(runes[i-1], runes[i]) {
				last = i
			}
			w := measure(runes[i])
			if at+w > width && i > start && !unicode.IsSpace(runes[i]) {
				end := last
				if end <= start {
					end = i
				}
				lines = append(lines, strings.TrimRightFunc(string(runes[start:end]), unicode.IsSpace))
				start, i, at = end, end-1, 0
				continue
			}
			at += w
		}
		lines = append(lines, string(runes[start:]))
	}
	return lines
}
