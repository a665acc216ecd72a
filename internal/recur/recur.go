// Package recur says when what repeats comes next: the recurrence rules of RFC 5545 as
// far as people use them for what they have to do. A day is a day on the clock of the
// place: nine in the morning stays nine in the morning where clocks are changed.
package recur

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// ErrRule says that a text is no rule that can be kept.
var ErrRule = errors.New("no recurrence rule")

const (
	maxInterval = 99
	maxCount    = 999
	maxLength   = 200
)

// partsOf are the parts a rule of each frequency may have: those by which it can be
// worked out quickly and comes again at least once in a few years.
var partsOf = map[rrule.Frequency][]string{
	rrule.DAILY:   {},
	rrule.WEEKLY:  {"BYDAY"},
	rrule.MONTHLY: {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
	rrule.YEARLY:  {},
}

// Rule is a rule as it was written, in its one spelling.
type Rule struct{ option *rrule.ROption }

// Parse reads a rule such as FREQ=WEEKLY;BYDAY=MO,FR or FREQ=MONTHLY;BYDAY=-1FR;COUNT=6.
func Parse(text string) (Rule, error) {
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "RRULE:")
	if text == "" || len(text) > maxLength || strings.ContainsAny(text, "\r\n\x00") {
		return Rule{}, ErrRule
	}
	given := map[string]bool{}
	for _, part := range strings.Split(text, ";") {
		name, _, _ := strings.Cut(part, "=")
		if given[name] {
			return Rule{}, ErrRule
		}
		given[name] = true
	}
	option, err := rrule.StrToROption(text)
	if err != nil {
		return Rule{}, ErrRule
	}
	allowed, known := partsOf[option.Freq]
	for name := range given {
		if !known || !slices.Contains(allowed, name) && !slices.Contains([]string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}, name) {
			return Rule{}, ErrRule
		}
	}
	if option.Interval < 0 || option.Interval > maxInterval || option.Count < 0 || option.Count > maxCount || option.Count > 0 && given["UNTIL"] {
		return Rule{}, ErrRule
	}
	if !sound(option, given) {
		return Rule{}, ErrRule
	}
	if _, err := rrule.NewRRule(*option); err != nil {
		return Rule{}, ErrRule
	}
	return Rule{option}, nil
}

// sound tells whether the days of a rule are days there are: those that never come
// would be looked for until the end of time.
func sound(o *rrule.ROption, given map[string]bool) bool {
	for _, day := range o.Byweekday {
		if n := day.N(); n != 0 && (o.Freq != rrule.MONTHLY || n < -4 || n > 4) {
			return false
		}
	}
	for _, day := range o.Bymonthday {
		if day == 0 || day < -28 || day > 31 {
			return false
		}
	}
	// The last of 28, 29, 30 and 31 is how "on the 31st, or the month's last" is written.
	if given["BYSETPOS"] && (len(o.Bysetpos) != 1 || o.Bysetpos[0] != -1 && o.Bysetpos[0] != 1 || len(o.Bymonthday) == 0 && len(o.Byweekday) == 0) {
		return false
	}
	return len(o.Byweekday) == 0 || len(o.Bymonthday) == 0
}

// From is the rule for something that is first due at an instant: one that says no day of
// the month means the day of that, or the month's last where it is shorter.
func (r Rule) From(due time.Time, zone *time.Location) Rule {
	day := due.In(zone).Day()
	if o := r.option; o.Freq != rrule.MONTHLY || len(o.Byweekday)+len(o.Bymonthday) > 0 || day <= shortest {
		return r
	}
	o := *r.option
	for d := shortest; d <= day; d++ {
		o.Bymonthday = append(o.Bymonthday, d)
	}
	o.Bysetpos = []int{-1}
	return Rule{&o}
}

// shortest is how many days every month has.
const shortest = 28

// String is the rule's one spelling.
func (r Rule) String() string {
	var parts []string
	for _, part := range strings.Split(r.option.RRuleString(), ";") {
		if part != "INTERVAL=1" && part != "WKST=MO" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ";")
}

// Zone is the place of a name, UTC where there is none.
func Zone(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

// begun is the rule as it goes on from an instant, at its hour.
func (r Rule) begun(at time.Time, zone *time.Location) (*rrule.RRule, error) {
	o := *r.option
	o.Dtstart = at.In(zone).Truncate(time.Second)
	if !o.Until.IsZero() {
		// A day, or an hour of nobody's clock: the whole of that day.
		day := o.Until.In(zone)
		if o.Until.Location() == time.UTC && o.Until.Hour() == 0 && o.Until.Minute() == 0 {
			day = o.Until
		}
		o.Until = time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, zone)
	}
	return rrule.NewRRule(o)
}

// Next answers the first time behind both what was due at an instant and another
// instant, and the rule that goes on from there: one that counts counts what is left,
// also what was passed over. None is left: false.
func (r Rule) Next(due, after time.Time, zone *time.Location) (time.Time, Rule, bool) {
	if after.Before(due) {
		after = due
	}
	rest := *r.option
	count := rest.Count
	o := *r.option
	o.Count = 0
	rule, err := Rule{&o}.begun(due, zone)
	if err != nil {
		return time.Time{}, r, false
	}
	// Counting begins with what is due itself, on whatever day it was put.
	passed := 1
	if count > 0 {
		for _, at := range rule.Between(due, after, true) {
			if at.After(due) {
				passed++
			}
		}
		if rest.Count = count - passed; rest.Count < 1 {
			return time.Time{}, r, false
		}
	}
	next := rule.After(after, false)
	if next.IsZero() {
		return time.Time{}, r, false
	}
	return next, Rule{&rest}, true
}

// Between lists the times behind what is due that lie from one instant to before
// another, at most so many.
func (r Rule) Between(due, from, to time.Time, zone *time.Location, most int) []time.Time {
	var list []time.Time
	at, rule := due, r
	for len(list) < most {
		next, rest, more := rule.Next(at, at, zone)
		if !more || !next.Before(to) {
			break
		}
		if !next.Before(from) {
			list = append(list, next)
		} else if gap := from.Sub(next); gap > 0 && rule.option.Count == 0 {
			// What never ends is not counted: the days between are passed over.
			next, rest, more = rule.Next(at, from.Add(-time.Second), zone)
			if !more || !next.Before(to) {
				break
			}
			list = append(list, next)
		}
		at, rule = next, rest
	}
	return list
}

// Left is how often it still comes, what is due included; 0: without end, or until a day.
func (r Rule) Left() int { return r.option.Count }
