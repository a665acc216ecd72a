package workreport

import (
	"slices"
	"strconv"
	"time"
)

// The kinds of reports.
const (
	Day   = "day"
	Week  = "week"
	Month = "month"
)

// Period is what a report is about: a day, a week from Monday or a month. Both days
// are its own, written as in 2026-11-27.
type Period struct {
	Kind   string `json:"kind"`
	Begins string `json:"begins"`
	Ends   string `json:"ends"`
}

// PeriodOf is the period of a kind in which a day lies; false where there is no such
// kind or day.
func PeriodOf(kind, day string) (Period, bool) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || at.Year() < 1900 || at.Year() > 9000 {
		return Period{}, false
	}
	from, to := at, at
	switch kind {
	case Day:
	case Week:
		from = at.AddDate(0, 0, -(int(at.Weekday())+6)%7)
		to = from.AddDate(0, 0, 6)
	case Month:
		from = at.AddDate(0, 0, 1-at.Day())
		to = from.AddDate(0, 1, -1)
	default:
		return Period{}, false
	}
	return Period{kind, from.Format(time.DateOnly), to.Format(time.DateOnly)}, true
}

// after is the day behind the period.
func (p Period) after() string { return shifted(p.Ends, 1) }

// Next is the period that follows, Before the one that it follows.
func (p Period) Next() Period { q, _ := PeriodOf(p.Kind, p.after()); return q }

// Before is the period in front of this one.
func (p Period) Before() Period { q, _ := PeriodOf(p.Kind, shifted(p.Begins, -1)); return q }

// Name is how the period is called in any language.
func (p Period) Name() string {
	switch p.Kind {
	case Day:
		return p.Begins
	case Month:
		return p.Begins[:len("2026-11")]
	}
	return p.Begins + " – " + p.Ends
}

func (p Period) slot(owner int64) string {
	return strconv.FormatInt(owner, 10) + " " + p.Kind + " " + p.Begins
}

// days are those of the period on the weekdays that count.
func (p Period) days(weekdays []string) []string {
	var list []string
	for day := p.Begins; day <= p.Ends; day = shifted(day, 1) {
		if slices.Contains(weekdays, weekdayOf(day)) {
			list = append(list, day)
		}
	}
	return list
}

func shifted(day string, n int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, n).Format(time.DateOnly)
}

// weekdayOf names the weekday of a day as the rules do.
func weekdayOf(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}[at.Weekday()]
}
