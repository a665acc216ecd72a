package schema

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textType is text of one line (text, url, autonumber) or many (longtext).
type textType struct {
	max   int
	lines bool
	check func(string) bool
	code  string
}

func init() {
	register("text", textType{max: 255})
	register("longtext", textType{max: 50000, lines: true})
	register("autonumber", textType{max: 60})
	register("url", textType{max: 2000, code: "not_a_url", check: func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "") && !strings.ContainsAny(s, " \n")
	}})
}

func (t textType) Columns(f *Field) []Column { return one(f, "", KindText) }

func (t textType) Parse(f *Field, value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return t.ParseText(f, v)
	}
	return nil, Bad("not_text")
}

func (t textType) ParseText(f *Field, s string) ([]any, error) {
	s = clean(s, t.lines)
	if s == "" {
		return nil, nil
	}
	if limit := f.Longest(); utf8.RuneCountInString(s) > limit {
		return nil, Bad("too_long", "max", itoa(limit))
	}
	if t.check != nil && !t.check(s) {
		return nil, Bad(t.code)
	}
	return []any{s}, nil
}

func (t textType) AppendJSON(dst []byte, _ *Field, c []any) []byte {
	if s, ok := c[0].(string); ok {
		return appendString(dst, s)
	}
	return append(dst, "null"...)
}

func (t textType) FormatText(_ *Field, c []any) string {
	s, ok := c[0].(string)
	if !ok {
		return ""
	}
	return s
}

// indexedText is the longest text that fits an entry of an index in both
// databases, in characters.
const indexedText = 600

// Longest is how many characters a text field takes; 0 for other types.
func (f *Field) Longest() int {
	t, ok := types[f.Type].(textType)
	if !ok {
		return 0
	}
	if f.MaxLength > 0 {
		return f.MaxLength
	}
	return t.max
}

// Indexable tells whether a field's value fits an entry of an index, so that it can
// be sorted by quickly and held unique.
func (f *Field) Indexable() bool {
	switch f.Type {
	case "longtext", "url", "address", "json", "lines":
		return false
	}
	if _, many := types[f.Type].(Multiple); many {
		return false
	}
	return f.Longest() <= indexedText
}

// clean trims, drops NUL and other control characters (PostgreSQL refuses NUL)
// and repairs broken UTF-8; a line break inside a one-line text becomes a blank.
func clean(s string, lines bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case r == '\r':
			return -1
		case r < 0x20 || r == 0x7f:
			return -1
		}
		return r
	}, s)
	if s = strings.TrimSpace(s); blank(s) {
		return ""
	}
	return s
}

// unseen are letters by their kind that leave no mark: fillers of Hangul and Braille,
// joiners, marks that choose a form.
var unseen = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x034f, Hi: 0x034f, Stride: 1}, {Lo: 0x115f, Hi: 0x1160, Stride: 1}, {Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, {Lo: 0x180b, Hi: 0x180f, Stride: 1},
	{Lo: 0x2800, Hi: 0x2800, Stride: 1}, {Lo: 0x3164, Hi: 0x3164, Stride: 1}, {Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, {Lo: 0xffa0, Hi: 0xffa0, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}}}

// blank tells whether nothing of a text can be seen: a name of nothing but such could
// be neither read nor clicked.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Cc, unseen)
	})
}
