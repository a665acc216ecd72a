package paper

import (
	"strings"
	"testing"
	"unicode"
)

// em takes a Chinese character for two units and others for one.
func em(r rune) float64 {
	if wide(r) {
		return 2
	}
	return 1
}

func TestLinesBreakWhereChineseAndEnglishDo(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float64
		want  string
	}{
		{"不鏽鋼螺絲組", 6, "不鏽鋼|螺絲組"},
		{"不鏽鋼，螺絲", 6, "不鏽|鋼，螺|絲"},
		{"含稅（運費另計）", 8, "含稅（運|費另計）"},
		{"含稅價（運費）", 8, "含稅價|（運費）"},
		{"stainless steel bolts", 10, "stainless|steel|bolts"},
		{"M8 螺絲 stainless", 9, "M8 螺絲|stainless"},
		{"一二\n三四", 20, "一二|三四"},
		{"一\n\n二", 20, "一||二"},
		{strings.Repeat("x", 25), 10, "xxxxxxxxxx|xxxxxxxxxx|xxxxx"},
		{"", 10, ""},
		{"a b", 0.5, "a|b"},
	} {
		if got := strings.Join(broken(c.text, c.width, em), "|"); got != c.want {
			t.Errorf("%q in %v: %s, not %s", c.text, c.width, got, c.want)
		}
	}
}

func FuzzLinesHoldTheWholeText(f *testing.F) {
	f.Add("報價單 quote，一百", 7)
	f.Fuzz(func(t *testing.T, text string, width int) {
		plain := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, "\uFFFD"))
		}
		text = strings.ToValidUTF8(text, "\uFFFD")
		if got := plain(strings.Join(broken(text, float64(width%50), em), "")); got != plain(text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
