package schema

import (
	"slices"
	"testing"
)

func TestListsAreTakenApartAsTheyWereWritten(t *testing.T) {
	for _, words := range [][]string{
		{"重要, 客戶", "展覽"}, {"甲;乙", "丙、丁", "a\"b", `"全引號"`, `""`}, {"一\n二"}, {`24"`, `24", 寬`}, {"a|b", "c"}, nil,
	} {
		for _, separator := range []string{",", "; "} {
			if got := SplitList(JoinList(words, separator), "|"); !slices.Equal(got, words) {
				t.Errorf("%q became %q by way of %q", words, got, JoinList(words, separator))
			}
		}
	}
	for in, want := range map[string][]string{
		"老客戶、展覽；VIP": {"老客戶", "展覽", "VIP"}, " a ,, b ;": {"a", "b"}, `24" 螢幕, 27"`: {`24" 螢幕`, `27"`}, `"開頭, 沒關`: {`"開頭`, "沒關"}, `"甲" 乙, 丙`: {`"甲" 乙`, "丙"}, "": nil, ",;": nil,
	} {
		if got := SplitList(in, ""); !slices.Equal(got, want) {
			t.Errorf("%q is taken apart into %q, want %q", in, got, want)
		}
	}
}
