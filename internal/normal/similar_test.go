package normal

import (
	"slices"
	"testing"
)

func TestSimilarNamesDifferInASlipAndNotInANumber(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"宏碁电脑", "宏基电脑", true},
		{"联华电子", "联华电", false}, // three characters: each counts
		{"台湾大哥大", "台湾大哥大大", true},
		{"acmetrading", "acmetradnig", true},
		{"acmetrading", "xxmetrading", true},
		{"acmetrading", "acmtrdnig", false},
		{"王小明", "王大明", false},
		{"大同三厂房", "大同四厂房", false},
		{"大同第12店", "大同第13店", false},
		{"", "", false},
		{"同名的公司", "同名的公司", true},
		{"东方红贸易", "西方红贸易", false},
	} {
		if got := Similar(CompanyKey(c.a), CompanyKey(c.b)); got != c.want {
			t.Errorf("%s, %s: %v", c.a, c.b, got)
		}
		if a, b := SimilarBlocks(c.a), SimilarBlocks(c.b); c.want && !slices.ContainsFunc(a, func(n uint64) bool { return slices.Contains(b, n) }) {
			t.Errorf("%s and %s share no block", c.a, c.b)
		}
	}
}

func TestOnlyDomainsOfTheirOwnSaySomething(t *testing.T) {
	for mail, want := range map[string]string{"Wang <wang@TSMC.com>": "tsmc.com", "wang@gmail.com": "", "wang": ""} {
		if got := OwnDomain(mail); got != want {
			t.Errorf("%s: %q", mail, got)
		}
	}
}
