package workreport

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ecrm/internal/record"
)

func TestPeriodHoldsItsDay(t *testing.T) {
	for in, want := range map[string]string{
		"day 2026-11-27": "2026-11-27 2026-11-27 2026-11-27", "week 2026-11-29": "2026-11-23 2026-11-29 2026-11-23 – 2026-11-29", "week 2026-11-23": "2026-11-23 2026-11-29 2026-11-23 – 2026-11-29",
		"month 2028-02-29": "2028-02-01 2028-02-29 2028-02", "week 2027-01-01": "2026-12-28 2027-01-03 2026-12-28 – 2027-01-03",
		"year 2026-11-27": "", "day 2026-02-30": "", "day x": "",
	} {
		kind, day, _ := strings.Cut(in, " ")
		p, ok := PeriodOf(kind, day)
		got := ""
		if ok {
			got = p.Begins + " " + p.Ends + " " + p.Name()
		}
		if got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
	p, _ := PeriodOf(Month, "2026-03-31")
	if p.Before().Begins != "2026-02-01" || p.Next().Ends != "2026-04-30" {
		t.Errorf("around March stand %v and %v", p.Before(), p.Next())
	}
}

func TestWhoeverWasAwayAllWorkingDaysOwesNothing(t *testing.T) {
	r := rule{roles: []int64{7}, weekdays: workdays}
	week, _ := PeriodOf(Week, "2026-11-27")
	saturday, _ := PeriodOf(Day, "2026-11-28")
	friday, _ := PeriodOf(Day, "2026-11-27")
	of := func(from, until, since string, roles ...int64) member {
		return member{roles: roles, since: since, values: record.Values{"away_from": {from}, "away_until": {until}}}
	}
	for name, c := range map[string]struct {
		m    member
		p    Period
		owes bool
	}{
		"there":                        {of("", "", "2026-01-01", 7), friday, true},
		"at the weekend":               {of("", "", "2026-01-01", 7), saturday, false},
		"of another role":              {of("", "", "2026-01-01", 8), friday, false},
		"by his second role":           {of("", "", "2026-01-01", 8, 7), friday, true},
		"away":                         {of("2026-11-27", "2026-11-30", "2026-01-01", 7), friday, false},
		"away without an end":          {of("2026-11-01", "", "2026-01-01", 7), week, false},
		"away but for the last day":    {of("2026-11-20", "2026-11-26", "2026-01-01", 7), week, true},
		"away until the weekend":       {of("2026-11-23", "2026-11-27", "2026-01-01", 7), week, false},
		"not there yet":                {of("", "", "2026-11-28", 7), friday, false},
		"come in the middle of a week": {of("", "", "2026-11-26", 7), week, true},
	} {
		if got := c.m.owes([]rule{r}, c.p); got != c.owes {
			t.Errorf("%s: owes %t", name, got)
		}
	}
}

func TestReminderIsDueOnTheLastWorkingDayFromItsMinuteOn(t *testing.T) {
	zone := time.FixedZone("here", 8*3600)
	day, _ := PeriodOf(Day, "2026-11-27")
	week, _ := PeriodOf(Week, "2026-11-27")
	r := rule{weekdays: workdays, remindAt: "17:30"}
	for text, want := range map[string][2]bool{"2026-11-27 17:29": {false, false}, "2026-11-27 17:30": {true, true}, "2026-11-27 20:29": {true, true}, "2026-11-27 20:30": {false, false}, "2026-11-26 17:30": {false, false}, "2026-11-28 17:30": {false, false}} {
		at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{r.due(day, at), r.due(week, at)}; got != want {
			t.Errorf("at %s due are %v, want %v", text, got, want)
		}
	}
	if r.remindAt = ""; r.due(day, time.Date(2026, 11, 27, 18, 0, 0, 0, zone)) {
		t.Error("without a time somebody is reminded")
	}
	if got := slices.Collect(func(yield func(string) bool) {
		for _, d := range week.days([]string{"sat", "mon"}) {
			yield(d)
		}
	}); !slices.Equal(got, []string{"2026-11-23", "2026-11-28"}) {
		t.Errorf("working days are %v", got)
	}
}
