package analysis

import (
	"math"
	"testing"
	"time"

	"ecrm/internal/policy"
)

func TestPeriodsAndWhatTheyAreComparedWith(t *testing.T) {
	taipei, err := time.LoadLocation("Asia/Taipei")
	if err != nil {
		t.Fatal(err)
	}
	a := &policy.Actor{Language: "zh-TW", Location: taipei}
	// In Taipei it is the 27th, a Friday, already.
	now := time.Date(2026, 11, 26, 17, 0, 0, 0, time.UTC)
	for _, c := range []struct{ period, want, previous, year string }{
		{"this_week", "2026-11-23/2026-11-29", "2026-11-16/2026-11-22", "2025-11-24/2025-11-30"},
		{"last_8_weeks", "2026-10-05/2026-11-29", "2026-08-10/2026-10-04", "2025-10-06/2025-11-30"},
		{"this_month", "2026-11-01/2026-11-30", "2026-10-01/2026-10-31", "2025-11-01/2025-11-30"},
		{"last_3_months", "2026-09-01/2026-11-30", "2026-06-01/2026-08-31", "2025-09-01/2025-11-30"},
		{"this_quarter", "2026-10-01/2026-12-31", "2026-07-01/2026-09-30", "2025-10-01/2025-12-31"},
		{"last_quarter", "2026-07-01/2026-09-30", "2026-04-01/2026-06-30", "2025-07-01/2025-09-30"},
		{"this_year", "2026-01-01/2026-12-31", "2025-01-01/2025-12-31", "2025-01-01/2025-12-31"},
		{"last_12_months", "2025-12-01/2026-11-30", "2024-12-01/2025-11-30", "2024-12-01/2025-11-30"},
		{"2026-03-05/2026-03-14", "2026-03-05/2026-03-14", "2026-02-23/2026-03-04", "2025-03-05/2025-03-14"},
		{"2024-02-01/2024-02-29", "2024-02-01/2024-02-29", "2024-01-01/2024-01-31", "2023-02-01/2023-02-28"},
	} {
		s, err := spanOf(a, now, c.period)
		if err != nil {
			t.Fatalf("%s: %v", c.period, err)
		}
		if got := s.From + "/" + s.To; got != c.want {
			t.Errorf("%s is %s, not %s", c.period, got, c.want)
		}
		for compare, want := range map[string]string{"previous": c.previous, "last_year": c.year} {
			b, err := s.before(a, compare)
			if err != nil {
				t.Fatal(err)
			}
			if got := b.From + "/" + b.To; got != want {
				t.Errorf("%s against %s is %s, not %s", c.period, compare, got, want)
			}
		}
	}
	for _, wrong := range []string{"x", "2026-02-30/2026-03-01", "2026-03-02/2026-03-01", "0001-01-01/2026-01-01", "2026-01-01/9999-12-31", "2026-01-01"} {
		if _, err := spanOf(a, now, wrong); err == nil {
			t.Errorf("%q is taken for a period", wrong)
		}
	}
}

func TestSpansAreDividedIntoTheirPartsAndNoMore(t *testing.T) {
	a := &policy.Actor{Language: "en"}
	s := Span{From: "2026-01-28", To: "2026-02-10"}
	for by, want := range map[string]string{
		"week":    "2026-01-26:2026-01-28/2026-02-01 2026-02-02:2026-02-02/2026-02-08 2026-02-09:2026-02-09/2026-02-10 ",
		"month":   "2026-01:2026-01-28/2026-01-31 2026-02:2026-02-01/2026-02-10 ",
		"quarter": "2026-Q1:2026-01-28/2026-02-10 ",
		"year":    "2026:2026-01-28/2026-02-10 ",
	} {
		parts, err := s.buckets(a, by)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, b := range parts {
			got += b.key + ":" + b.From + "/" + b.To + " "
		}
		if got != want {
			t.Errorf("by %s: %s, not %s", by, got, want)
		}
	}
	if _, err := (Span{From: "1990-01-01", To: "2026-01-01"}).buckets(a, "day"); err == nil {
		t.Error("thirteen thousand days are told")
	}
}

// The lady who tastes tea (Fisher 1935), and a table worked out by hand.
func TestFishersExactTest(t *testing.T) {
	for _, c := range []struct {
		a, b, c, d int64
		want       float64
	}{
		{3, 1, 1, 3, 0.4857142857}, {4, 0, 0, 4, 0.0285714286}, {1, 9, 11, 3, 0.0027594562}, {10, 10, 10, 10, 1}, {0, 5, 0, 7, 1},
	} {
		if got := fisher(c.a, c.b, c.c, c.d); math.Abs(got-c.want) > 1e-8 {
			t.Errorf("%d %d / %d %d: p = %.10f, not %.10f", c.a, c.b, c.c, c.d, got, c.want)
		}
	}
}

func TestFiltersInTextJoinAsTheyMean(t *testing.T) {
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{[]string{"a = 1"}, "a = 1"},
		{[]string{"a = 1 OR b = 2"}, "a = 1 OR b = 2"},
		{[]string{"", "a = 1 OR b = 2", "c = 3"}, "(a = 1 OR b = 2) AND c = 3"},
		{[]string{"a = 1 AND b = 2", "NOT (c = 3 OR d = 4)"}, "a = 1 AND b = 2 AND NOT (c = 3 OR d = 4)"},
		{nil, ""},
	} {
		if got := all(c.parts...); got != c.want {
			t.Errorf("%q: %s", c.parts, got)
		}
	}
	if got := quote(`a"b\c`); got != `"a\"b\\c"` {
		t.Errorf("quoted: %s", got)
	}
}
