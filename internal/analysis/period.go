package analysis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

// Periods are those that have names, counted from today where the asker lives.
var Periods = []string{"this_week", "last_week", "last_8_weeks", "this_month", "last_month", "last_3_months", "this_quarter", "last_quarter", "this_year", "last_year", "last_12_months", "all"}

// Span is a time from one day to another, both within; of all times both are "".
type Span struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Label string `json:"label"`
}

func (s Span) whole() bool { return s.From == "" }

const isoDay = time.DateOnly

func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func monthOf(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }

func monday(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

func quarterOf(t time.Time) time.Time {
	return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
}

// oldest and latest bound the days that can be asked for.
var (
	oldest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	latest = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// spanOf reads a period.
func spanOf(a *policy.Actor, now time.Time, period string) (Span, error) {
	today := dayOf(now.In(a.Zone()))
	month, week, quarter := monthOf(today), monday(today), quarterOf(today)
	year := time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	// to is the first day behind it.
	var from, to time.Time
	switch period {
	case "all":
		return Span{Label: word(a, "analysis_all_times", nil)}, nil
	case "this_week":
		from, to = week, week.AddDate(0, 0, 7)
	case "last_week":
		from, to = week.AddDate(0, 0, -7), week
	case "last_8_weeks":
		from, to = week.AddDate(0, 0, -49), week.AddDate(0, 0, 7)
	case "this_month":
		from, to = month, month.AddDate(0, 1, 0)
	case "last_month":
		from, to = month.AddDate(0, -1, 0), month
	case "last_3_months":
		from, to = month.AddDate(0, -2, 0), month.AddDate(0, 1, 0)
	case "this_quarter":
		from, to = quarter, quarter.AddDate(0, 3, 0)
	case "last_quarter":
		from, to = quarter.AddDate(0, -3, 0), quarter
	case "this_year":
		from, to = year, year.AddDate(1, 0, 0)
	case "last_year":
		from, to = year.AddDate(-1, 0, 0), year
	case "last_12_months":
		from, to = month.AddDate(0, -11, 0), month.AddDate(0, 1, 0)
	default:
		first, last, _ := strings.Cut(period, "/")
		var err, other error
		from, err = time.Parse(isoDay, first)
		to, other = time.Parse(isoDay, last)
		if err != nil || other != nil || to.Before(from) || from.Before(oldest) || to.After(latest) {
			return Span{}, record.Invalid("period", "not_an_option", "value", schema.Shorten(period))
		}
		to = to.AddDate(0, 0, 1)
	}
	return span(a, from, to), nil
}

// span is the time from a day up to, and without, another.
func span(a *policy.Actor, from, to time.Time) Span {
	last := to.AddDate(0, 0, -1)
	s := Span{From: from.Format(isoDay), To: last.Format(isoDay)}
	switch {
	case from.AddDate(1, 0, 0).Equal(to) && from.YearDay() == 1:
		s.Label = bucketLabel(a, "year", from)
	case from.AddDate(0, 3, 0).Equal(to) && quarterOf(from).Equal(from):
		s.Label = bucketLabel(a, "quarter", from)
	case from.AddDate(0, 1, 0).Equal(to) && from.Day() == 1:
		s.Label = bucketLabel(a, "month", from)
	case from.Equal(last):
		s.Label = dayLabel(a, from)
	default:
		s.Label = dayLabel(a, from) + " – " + dayLabel(a, last)
	}
	return s
}

// before is the span that another is compared with: as many months or days that lie
// before it, or the same a year earlier.
func (s Span) before(a *policy.Actor, compare string) (Span, error) {
	from, err := time.Parse(isoDay, s.From)
	if err != nil {
		return Span{}, fmt.Errorf("a span begins on %q: %w", s.From, err)
	}
	to, err := time.Parse(isoDay, s.To)
	if err != nil {
		return Span{}, fmt.Errorf("a span ends on %q: %w", s.To, err)
	}
	to = to.AddDate(0, 0, 1)
	months := (to.Year()-from.Year())*12 + int(to.Month()-from.Month())
	switch {
	case compare == "last_year" && from.Weekday() == time.Monday && to.Weekday() == time.Monday && from.Day() != 1:
		// Weeks against weeks: 52 of them ago.
		return span(a, from.AddDate(0, 0, -364), to.AddDate(0, 0, -364)), nil
	case compare == "last_year":
		return span(a, yearBefore(from), yearBefore(to)), nil
	case from.Day() == 1 && to.Day() == 1:
		return span(a, from.AddDate(0, -months, 0), from), nil
	}
	return span(a, from.AddDate(0, 0, -int(to.Sub(from).Hours()/24)), from), nil
}

// yearBefore is the same day a year ago; of the 29th of February the 1st of March.
func yearBefore(t time.Time) time.Time { return t.AddDate(-1, 0, 0) }

// bucket is one day, week, month, quarter or year of a span, as far as it lies within.
type bucket struct {
	key, label string
	Span
}

// maxBuckets is how many parts a span is divided into at most.
const maxBuckets = 400

// buckets divides a span.
func (s Span) buckets(a *policy.Actor, by string) ([]bucket, error) {
	from, err := time.Parse(isoDay, s.From)
	if err != nil {
		return nil, fmt.Errorf("a span begins on %q: %w", s.From, err)
	}
	to, err := time.Parse(isoDay, s.To)
	if err != nil {
		return nil, fmt.Errorf("a span ends on %q: %w", s.To, err)
	}
	var list []bucket
	for at := begin(by, from); !at.After(to); {
		next := following(by, at)
		one := bucket{key: bucketKey(by, at), label: bucketLabel(a, by, at)}
		one.From, one.To = latestOf(at, from).Format(isoDay), earliestOf(next.AddDate(0, 0, -1), to).Format(isoDay)
		if list = append(list, one); len(list) > maxBuckets {
			return nil, record.Invalid("by", "too_many", "max", strconv.Itoa(maxBuckets))
		}
		at = next
	}
	return list, nil
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliestOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// bucketsOf are those that the keys of an answer name, of all times.
func bucketsOf(a *policy.Actor, by string, keys []string) []bucket {
	var list []bucket
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		at, ok := parseKey(by, key)
		if !ok {
			continue
		}
		one := bucket{key: key, label: bucketLabel(a, by, at)}
		one.From, one.To = at.Format(isoDay), following(by, at).AddDate(0, 0, -1).Format(isoDay)
		list = append(list, one)
	}
	return list
}

func begin(by string, t time.Time) time.Time {
	switch by {
	case "week":
		return monday(t)
	case "month":
		return monthOf(t)
	case "quarter":
		return quarterOf(t)
	case "year":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

func following(by string, t time.Time) time.Time {
	switch by {
	case "week":
		return t.AddDate(0, 0, 7)
	case "month":
		return t.AddDate(0, 1, 0)
	case "quarter":
		return t.AddDate(0, 3, 0)
	case "year":
		return t.AddDate(1, 0, 0)
	}
	return t.AddDate(0, 0, 1)
}

func quarterNumber(t time.Time) int { return (int(t.Month()) + 2) / 3 }

// bucketKey is how an aggregate names it.
func bucketKey(by string, t time.Time) string {
	switch by {
	case "month":
		return t.Format("2006-01")
	case "quarter":
		return fmt.Sprintf("%04d-Q%d", t.Year(), quarterNumber(t))
	case "year":
		return t.Format("2006")
	}
	return t.Format(isoDay)
}

func parseKey(by, key string) (time.Time, bool) {
	layout := map[string]string{"month": "2006-01", "year": "2006"}[by]
	if by == "quarter" {
		year, quarter, ok := strings.Cut(key, "-Q")
		n, err := strconv.Atoi(quarter)
		if !ok || err != nil || n < 1 || n > 4 {
			return time.Time{}, false
		}
		key, layout = fmt.Sprintf("%s-%02d", year, n*3-2), "2006-01"
	}
	if layout == "" {
		layout = isoDay
	}
	t, err := time.Parse(layout, key)
	return t, err == nil
}

// bucketLabel is what people call it.
func bucketLabel(a *policy.Actor, by string, t time.Time) string {
	english := a.Language == "en"
	switch by {
	case "year":
		if english {
			return t.Format("2006")
		}
		return t.Format("2006") + "年"
	case "quarter":
		if english {
			return fmt.Sprintf("Q%d %d", quarterNumber(t), t.Year())
		}
		unit := "季"
		if a.Language == "zh-CN" {
			unit = "季度"
		}
		return fmt.Sprintf("%d年第%d%s", t.Year(), quarterNumber(t), unit)
	case "month":
		if english {
			return t.Format("Jan 2006")
		}
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
	case "week":
		last := t.AddDate(0, 0, 6)
		if english {
			return t.Format("Jan 2") + " – " + last.Format("Jan 2")
		}
		return fmt.Sprintf("%d/%d–%d/%d", t.Month(), t.Day(), last.Month(), last.Day())
	}
	return dayLabel(a, t)
}

func dayLabel(a *policy.Actor, t time.Time) string {
	if a.Language == "en" {
		return t.Format("Jan 2, 2006")
	}
	return fmt.Sprintf("%d/%d/%d", t.Year(), t.Month(), t.Day())
}
