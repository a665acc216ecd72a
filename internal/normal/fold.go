package normal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	hanFirst = 0x3400 // first and last of the characters kept in a flat table
	hanLast  = 0x9FFF
)

var (
	hanFold  [hanLast - hanFirst + 1]uint16 // 0: the character itself
	rareFold = map[rune]rune{}              // what lies outside the flat table
)

func init() {
	for i := 0; i < len(variantPairs); {
		from, n := utf8.DecodeRuneInString(variantPairs[i:])
		i += n
		to, n := utf8.DecodeRuneInString(variantPairs[i:])
		i += n
		if from >= hanFirst && from <= hanLast && to <= 0xFFFF {
			hanFold[from-hanFirst] = uint16(to)
		} else {
			rareFold[from] = to
		}
	}
}

// Fold gives the one form of a text for searching and comparing: NFKC, lower
// case, half width, Simplified characters (and the usual variants of them: 臺
// and 台, 裏 and 裡, 衞 and 衛 are one), without control and zero-width
// characters, white space as single spaces and none at the ends. It works
// character by character, so that a part of the text folds to a part of the
// result. Folding twice changes nothing.
func Fold(s string) string {
	if out, ok := foldASCII(s); ok {
		return out
	}
	var stack [96]byte
	return string(appendFold(stack[:0], s))
}

// foldASCII answers for plain ASCII, without allocating if nothing changes.
func foldASCII(s string) (string, bool) {
	clean := true
	space := true // a space now would be the first or the second in a row
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return "", false
		case c == ' ':
			if space {
				clean = false
			}
			space = true
		case c < ' ' || c == 0x7F || c >= 'A' && c <= 'Z':
			clean = false
			space = false
		default:
			space = false
		}
	}
	if clean && (s == "" || !space) {
		return s, true
	}
	var stack [96]byte
	out := stack[:0]
	for i := 0; i < len(s); i++ {
		out = appendFolded(out, rune(s[i]))
	}
	return string(trimSpace(out)), true
}

// appendFold appends the folded text. The usual characters go through a table;
// a single unusual one sends the whole text through NFKC first, since marks
// combine with what stands before them.
func appendFold(dst []byte, s string) []byte {
	start := len(dst)
	for _, r := range s {
		if !quick(r) {
			return appendFoldSlow(dst[:start], s)
		}
		dst = appendFolded(dst, r)
	}
	return trimSpaceFrom(dst, start)
}

// quick tells the characters that NFKC leaves alone, or that appendFolded
// brings to half width itself.
func quick(r rune) bool {
	switch {
	case r < 0x80, r >= hanFirst && r <= hanLast:
		return true
	case r >= 0xFF01 && r <= 0xFF5E, r >= 0x3000 && r <= 0x3029:
		return true
	case r >= 0x3041 && r <= 0x3096, r >= 0x30A1 && r <= 0x30FC:
		return true
	case r == '‘', r == '’', r == '“', r == '”', r == '—', r == '–', r == '·', r == '\u200B', r == '\uFEFF':
		return true
	case r >= 0x20000 && r <= 0x2A6DF:
		return true
	}
	return false
}

// appendFolded appends one character that is in NFKC, or of full width.
func appendFolded(dst []byte, r rune) []byte {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		r -= 0xFEE0
		fallthrough
	case r < 0x80:
		switch {
		case r >= 'A' && r <= 'Z':
			return append(dst, byte(r+'a'-'A'))
		case r > ' ' && r < 0x7F:
			return append(dst, byte(r))
		case r == ' ' || r >= '\t' && r <= '\r':
			return appendSpace(dst)
		}
		return dst // control
	case r >= hanFirst && r <= hanLast:
		if to := hanFold[r-hanFirst]; to != 0 {
			r = rune(to)
		}
		return utf8.AppendRune(dst, r)
	case r == '\u3000':
		return appendSpace(dst)
	case r == '\u200B' || r == '\uFEFF':
		return dst
	}
	if unicode.IsSpace(r) {
		return appendSpace(dst)
	}
	if r == utf8.RuneError || ignorable(r) {
		return dst
	}
	if to, ok := rareFold[r]; ok {
		r = to
	}
	return utf8.AppendRune(dst, unicode.ToLower(r))
}

// ignorable tells what is not seen: controls, zero-width characters, marks of
// direction, variation selectors, private use.
func ignorable(r rune) bool {
	switch {
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0:
		return true
	case r < 0x80:
		return r < ' ' || r == 0x7F
	}
	return unicode.Is(unicode.C, r)
}

func appendFoldSlow(dst []byte, s string) []byte {
	start := len(dst)
	visible := func(r rune) rune {
		if r != '\t' && r != '\n' && r != '\r' && r != '\v' && r != '\f' && r != 0x85 && (ignorable(r) || r == utf8.RuneError) {
			return -1
		}
		return r
	}
	// What NFKC yields may hold something to be lowered, and that something to
	// be composed: a few rounds settle even made-up text.
	for range 4 {
		s = norm.NFKC.String(strings.Map(visible, s))
		dst = dst[:start]
		for _, r := range s {
			dst = appendFolded(dst, r)
		}
		dst = trimSpaceFrom(dst, start)
		if string(dst[start:]) == s {
			break
		}
		s = string(dst[start:])
	}
	return dst
}

func appendSpace(dst []byte) []byte {
	if n := len(dst); n == 0 || dst[n-1] == ' ' {
		return dst
	}
	return append(dst, ' ')
}

func trimSpace(b []byte) []byte { return trimSpaceFrom(b, 0) }

func trimSpaceFrom(b []byte, start int) []byte {
	for len(b) > start && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// foldRune folds one character that is in NFKC already.
func foldRune(r rune) rune {
	switch {
	case r < 0x80:
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	case r >= hanFirst && r <= hanLast:
		if to := hanFold[r-hanFirst]; to != 0 {
			return rune(to)
		}
		return r
	}
	if to, ok := rareFold[r]; ok {
		r = to
	}
	return unicode.ToLower(r)
}
