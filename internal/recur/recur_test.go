package recur

import (
	"strings"
	"testing"
	"time"
)

func TestWhatRepeatsComesOnItsDays(t *testing.T) {
	for _, c := range []struct{ rule, zone, due, after, want, rest string }{
		{"FREQ=DAILY", "Asia/Taipei", "2026-11-27 09:00", "", "2026-11-28 09:00", "FREQ=DAILY"},
		{"FREQ=DAILY;INTERVAL=3", "Asia/Taipei", "2026-11-27 09:00", "", "2026-11-30 09:00", "FREQ=DAILY;INTERVAL=3"},
		{"FREQ=WEEKLY;BYDAY=MO,FR", "Asia/Taipei", "2026-11-27 09:00", "", "2026-11-30 09:00", "FREQ=WEEKLY;BYDAY=MO,FR"},
		// Every second week on two days: both days of the same week.
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "Asia/Taipei", "2026-11-30 09:00", "", "2026-12-02 09:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "Asia/Taipei", "2026-12-02 09:00", "", "2026-12-14 09:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"},
		{"FREQ=MONTHLY;BYDAY=-1FR", "Asia/Taipei", "2026-11-27 17:30", "", "2026-12-25 17:30", "FREQ=MONTHLY;BYDAY=-1FR"},
		// The 31st where there is one, else the month's last day.
		{"FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "Asia/Taipei", "2027-01-31 09:00", "", "2027-02-28 09:00", "FREQ=MONTHLY;BYSETPOS=-1;BYMONTHDAY=28,29,30,31"},
		{"FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "Asia/Taipei", "2027-02-28 09:00", "", "2027-03-31 09:00", "FREQ=MONTHLY;BYSETPOS=-1;BYMONTHDAY=28,29,30,31"},
		{"FREQ=YEARLY", "Asia/Taipei", "2026-11-27 09:00", "", "2027-11-27 09:00", "FREQ=YEARLY"},
		// Nine in the morning stays so where clocks are changed.
		{"FREQ=WEEKLY;BYDAY=FR", "America/New_York", "2026-10-30 09:00", "", "2026-11-06 09:00", "FREQ=WEEKLY;BYDAY=FR"},
		// The day of the week is the day of the place.
		{"FREQ=WEEKLY;BYDAY=FR", "Asia/Taipei", "2026-11-27 01:00", "", "2026-12-04 01:00", "FREQ=WEEKLY;BYDAY=FR"},
		{"FREQ=DAILY;COUNT=3", "Asia/Taipei", "2026-11-27 09:00", "", "2026-11-28 09:00", "FREQ=DAILY;COUNT=2"},
		{"FREQ=DAILY;COUNT=1", "Asia/Taipei", "2026-11-27 09:00", "", "", ""},
		// What was passed over was counted.
		{"FREQ=DAILY;COUNT=9", "Asia/Taipei", "2026-11-27 09:00", "2026-11-30 10:00", "2026-12-01 09:00", "FREQ=DAILY;COUNT=5"},
		{"FREQ=DAILY;COUNT=4", "Asia/Taipei", "2026-11-27 09:00", "2026-11-30 10:00", "", ""},
		// The day of the end is meant too, until its end.
		{"FREQ=DAILY;UNTIL=20261128", "Asia/Taipei", "2026-11-27 22:00", "", "2026-11-28 22:00", "FREQ=DAILY;UNTIL=20261128T000000Z"},
		{"FREQ=DAILY;UNTIL=20261128", "Asia/Taipei", "2026-11-28 22:00", "", "", ""},
		// One that was put off to another day goes on by its own days.
		{"FREQ=WEEKLY;BYDAY=MO", "Asia/Taipei", "2026-12-01 09:00", "", "2026-12-07 09:00", "FREQ=WEEKLY;BYDAY=MO"},
	} {
		zone := Zone(c.zone)
		at := func(s string) time.Time {
			when, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
			if err != nil {
				t.Fatal(err)
			}
			return when
		}
		rule, err := Parse(c.rule)
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		due := at(c.due)
		after := due
		if c.after != "" {
			after = at(c.after)
		}
		next, rest, more := rule.Next(due, after, zone)
		got, left := "", ""
		if more {
			got, left = next.In(zone).Format("2006-01-02 15:04"), rest.String()
		}
		if got != c.want || left != c.rest {
			t.Errorf("%s due %s after %q: %q, then %q; want %q, then %q", c.rule, c.due, c.after, got, left, c.want, c.rest)
		}
	}
}

func TestMonthlyMeansTheDayItIsFirstDue(t *testing.T) {
	zone := Zone("Asia/Taipei")
	for day, want := range map[int]string{15: "FREQ=MONTHLY;COUNT=3", 28: "FREQ=MONTHLY;COUNT=3", 30: "FREQ=MONTHLY;COUNT=3;BYSETPOS=-1;BYMONTHDAY=28,29,30"} {
		rule, err := Parse("FREQ=MONTHLY;COUNT=3")
		if err != nil {
			t.Fatal(err)
		}
		from := rule.From(time.Date(2027, 1, day, 1, 0, 0, 0, zone), zone)
		if from.String() != want {
			t.Errorf("on the %d it is %s", day, from)
		}
		if again, err := Parse(from.String()); err != nil || again.From(time.Date(2027, 2, 28, 1, 0, 0, 0, zone), zone).String() != from.String() {
			t.Errorf("%s read again is %v %v", from, again, err)
		}
	}
}

func TestNoRuleThatNeverComesOrIsTooMuchIsKept(t *testing.T) {
	for _, text := range []string{
		"", "DAILY", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY;INTERVAL=1", "FREQ=DAILY;INTERVAL=100", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=1000", "FREQ=DAILY;COUNT=-3",
		"FREQ=DAILY;BYHOUR=1,2,3", "FREQ=DAILY;BYSETPOS=5", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYDAY=5FR",
		"FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=DAILY;COUNT=2;UNTIL=20270101",
		"FREQ=DAILY\r\nDTSTART:20260101T000000Z", "FREQ=DAILY;FREQ=DAILY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;X=1", "FREQ=DAILY;" + strings.Repeat("A", 300),
	} {
		if rule, err := Parse(text); err == nil {
			t.Errorf("%q is kept as %s", text, rule)
		}
	}
	if rule, err := Parse(" rrule:freq=weekly;interval=1;byday=mo,fr "); err != nil || rule.String() != "FREQ=WEEKLY;BYDAY=MO,FR" {
		t.Errorf("%v %v", rule, err)
	}
}

func TestTimesToComeAreListedForASpan(t *testing.T) {
	zone := Zone("Asia/Taipei")
	due := time.Date(2026, 11, 2, 9, 0, 0, 0, zone)
	for _, c := range []struct{ rule, from, to, want string }{
		{"FREQ=WEEKLY;BYDAY=MO", "2026-11-01", "2026-12-01", "11-09 11-16 11-23 11-30"},
		{"FREQ=WEEKLY;BYDAY=MO", "2036-11-01", "2036-12-01", "11-03 11-10 11-17 11-24"},
		{"FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-11-12", "2027-12-01", "11-16"},
		{"FREQ=DAILY", "2026-12-01", "2027-12-01", "12-01 12-02 12-03 12-04 12-05"},
	} {
		rule, err := Parse(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		day := func(s string) time.Time { at, _ := time.ParseInLocation(time.DateOnly, s, zone); return at }
		var got []string
		for _, at := range rule.Between(due, day(c.from), day(c.to), zone, 5) {
			got = append(got, at.In(zone).Format("01-02"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s from %s: %v", c.rule, c.from, got)
		}
	}
}
