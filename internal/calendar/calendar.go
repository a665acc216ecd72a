// Package calendar shows what has a day: tasks, visits, the days deals are to close,
// birthdays. It knows no object by name, each says how it stands there
// (schema.Calendar), and reads nothing but lists of records as their reader sees them:
// what is not his to see, or a field he may not read, is not in his calendar either.
package calendar

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/local"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/recur"
	"ecrm/internal/schema"
)

// Birthday is the kind of entries that are birthdays, whosever they are; others are
// of the kind their object is called.
const Birthday = "birthday"

const (
	// MaxDays is the longest span that is asked at once.
	MaxDays = 62
	// most is how many records of an object one span shows.
	most = 500
	// mostAgain is how often one task that repeats is shown ahead.
	mostAgain = 62
	// mostRepeating is how many of those are looked at.
	mostRepeating = 200
)

// Span is what is asked for.
type Span struct {
	// From and To are days in the reader's zone, To the first that is not meant.
	From, To time.Time
	// Owner is whose: a person, 0 for everybody whose records the reader sees.
	Owner int64
	// Kinds are those wanted; nil: all.
	Kinds []string
}

// Entry is one thing in the calendar.
type Entry struct {
	Kind   string `json:"kind"`
	Object string `json:"object"`
	ID     string `json:"id"`
	Title  string `json:"title"`
	// Sort is the choice of the object's pick-list of kinds: call, visit.
	Sort string `json:"sort,omitempty"`
	// About is the customer or lead it is about, as far as the reader may know.
	About *Named `json:"about,omitempty"`
	Owner *Named `json:"owner,omitempty"`
	// At is the instant, Day the day of what has no hour; one of them is there.
	At      string `json:"at,omitempty"`
	Day     string `json:"day,omitempty"`
	Minutes int64  `json:"minutes,omitempty"`
	Done    bool   `json:"done,omitempty"`
	// Ahead tells that it is a time to come of what repeats, for which no record is
	// made yet.
	Ahead bool `json:"ahead,omitempty"`
	// Field is what moving it to another time writes; empty: it cannot be moved by the
	// reader.
	Field string `json:"field,omitempty"`

	instant, updated time.Time
	repeats          bool
}

// Named is a person or a record by its title.
type Named struct {
	Object string `json:"object"`
	ID     string `json:"id"`
	Label  string `json:"label"`
}

// Service reads calendars.
type Service struct {
	Records *record.Service
	// ActorOf tells who a user is now; its error says that he may not act.
	ActorOf func(ctx context.Context, user int64) (*policy.Actor, error)
	limits  limits
}

// Kinds lists the kinds of entries there are for a reader.
func Kinds(a *policy.Actor) []string {
	var kinds []string
	for _, o := range a.Registry.Objects() {
		if kind := kindOf(o); kind != "" && a.May(o, policy.View) && a.Readable(o, o.Field(o.Calendar.At)) && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func kindOf(o *schema.Object) string {
	switch {
	case o.Calendar == nil:
		return ""
	case o.Field(o.Calendar.At).Type == "birthday":
		return Birthday
	}
	return o.Name
}

// Entries reads a span, in the order of time; cut tells that there is more than it
// shows.
func (s *Service) Entries(ctx context.Context, a *policy.Actor, span Span) (list []Entry, cut bool, err error) {
	for _, o := range a.Registry.Objects() {
		kind := kindOf(o)
		if kind == "" || span.Kinds != nil && !slices.Contains(span.Kinds, kind) || !a.May(o, policy.View) || !a.Readable(o, o.Field(o.Calendar.At)) {
			continue
		}
		some, more, err := s.of(ctx, a, o, span)
		if err != nil {
			return nil, false, err
		}
		list, cut = append(list, some...), cut || more
	}
	slices.SortStableFunc(list, func(x, y Entry) int {
		return cmp.Or(x.instant.Compare(y.instant), cmp.Compare(x.Kind, y.Kind), cmp.Compare(len(x.ID), len(y.ID)), cmp.Compare(x.ID, y.ID))
	})
	return list, cut, nil
}

// of reads the entries of one object.
func (s *Service) of(ctx context.Context, a *policy.Actor, o *schema.Object, span Span) ([]Entry, bool, error) {
	c, at := o.Calendar, o.Field(o.Calendar.At)
	var within string
	switch at.Type {
	case "date":
		within = fmt.Sprintf("%s >= %q AND %s < %q", c.At, span.From.Format(time.DateOnly), c.At, span.To.Format(time.DateOnly))
	case "birthday":
		today := midnight(time.Now().In(a.Zone()))
		within = fmt.Sprintf("%s = days(%d, %d)", c.At, days(today, span.From), days(span.From, span.To))
	default:
		within = fmt.Sprintf("%s >= %q AND %s < %q", c.At, span.From.UTC().Format(time.RFC3339), c.At, span.To.UTC().Format(time.RFC3339))
	}
	rows, more, err := s.read(ctx, a, o, within, span.Owner, most)
	if err != nil {
		return nil, false, err
	}
	var list []Entry
	for _, r := range rows {
		if at.Type == "birthday" {
			list = append(list, r.birthdays(a, o, span)...)
		} else if e, ok := r.entry(a, o); ok {
			list = append(list, e)
		}
	}
	if c.Again == "" || !a.Readable(o, o.Field(c.Again)) || !a.Readable(o, o.Field(c.Rule)) {
		return list, more, nil
	}
	rows, _, err = s.read(ctx, a, o, fmt.Sprintf("%s < %q", c.Again, span.To.UTC().Format(time.RFC3339)), span.Owner, mostRepeating)
	for _, r := range rows {
		list = append(list, r.ahead(a, o, span)...)
	}
	return list, more, err
}

// row is a record as its reader reads it.
type row map[string]any

// read lists records as the reader sees them. Where he may not read what the filter
// asks for he is shown none.
func (s *Service) read(ctx context.Context, a *policy.Actor, o *schema.Object, within string, owner int64, limit int) ([]row, bool, error) {
	c := o.Calendar
	filter := within
	if c.Shown != "" {
		filter += " AND (" + c.Shown + ")"
	}
	if owner != 0 {
		filter = fmt.Sprintf(`owner = "%d" AND `, owner) + filter
	}
	var fields []string
	for _, name := range []string{o.Title, c.At, c.Minutes, c.Kind, c.Done, c.Rule, c.Zone, "customer", "lead", "owner", "updated_at"} {
		if f := o.Field(name); f != nil && a.Readable(o, f) {
			fields = append(fields, name)
		}
	}
	if c.While != nil && a.Readable(o, o.Field(c.While.Field)) {
		fields = append(fields, c.While.Field)
	}
	sort := c.At
	if f := o.Field(c.Again); f != nil && strings.HasPrefix(within, c.Again) {
		sort = c.Again
	}
	page, err := s.Records.List(ctx, a, o, record.ListRequest{Filter: filter, Sort: sort, Fields: fields, Limit: limit, Count: query.CountNone})
	var problem *query.Problem
	if errors.As(err, &problem) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	var read struct {
		Records []row   `json:"records"`
		Next    *string `json:"next"`
	}
	err = json.Unmarshal(page, &read)
	return read.Records, read.Next != nil, err
}

func (r row) text(name string) string { s, _ := r[name].(string); return s }

func (r row) number(name string) int64 { n, _ := r[name].(float64); return int64(n) }

// named is a reference that the reader may follow; nil: there is none, or not for him.
func (r row) named(name string) *Named {
	m, _ := r[name].(map[string]any)
	id, _ := m["id"].(string)
	label, _ := m["label"].(string)
	object, _ := m["object"].(string)
	if id == "" || label == "" {
		return nil
	}
	return &Named{object, id, label}
}

// common is what all entries of a record have alike.
func (r row) common(o *schema.Object) Entry {
	c := o.Calendar
	e := Entry{Kind: kindOf(o), Object: o.Name, ID: r.text("id"), Title: r.text(o.Title), Owner: r.named("owner"), About: r.named("customer"), Minutes: r.number(c.Minutes), Sort: r.text(c.Kind)}
	if e.About == nil {
		e.About = r.named("lead")
	}
	e.Done, _ = r[c.Done].(bool)
	if c.While != nil {
		e.Done = !slices.Contains(c.While.Values, r.text(c.While.Field))
	}
	if at, err := time.Parse(time.RFC3339, r.text("updated_at")); err == nil {
		e.updated = at
	}
	e.repeats = r.text(c.Rule) != ""
	return e
}

// entry is the record on its day; false where its day cannot be read.
func (r row) entry(a *policy.Actor, o *schema.Object) (Entry, bool) {
	c := o.Calendar
	e := r.common(o)
	if o.Field(c.At).Type == "date" {
		day, err := time.ParseInLocation(time.DateOnly, r.text(c.At), a.Zone())
		e.Day, e.instant = r.text(c.At), day
		if err != nil {
			return e, false
		}
	} else {
		at, err := time.Parse(time.RFC3339, r.text(c.At))
		if err != nil {
			return e, false
		}
		e.instant, e.At = at, at.UTC().Format(time.RFC3339)
	}
	// What he may perhaps write is offered; the write says the rest.
	if a.Access(o, o.Field(c.At)) == "write" && a.May(o, policy.Edit) {
		e.Field = c.At
	}
	return e, true
}

// birthdays are the celebrations that fall into the span.
func (r row) birthdays(a *policy.Actor, o *schema.Object, span Span) []Entry {
	m, _ := r[o.Calendar.At].(map[string]any)
	number := func(name string) int { n, _ := m[name].(float64); return int(n) }
	leap, _ := m["leap"].(bool)
	b := local.Birthday{Year: number("year"), Month: number("month"), Day: number("day"), Lunar: m["calendar"] == "lunar", Leap: leap}
	var list []Entry
	for from := span.From; ; {
		next, err := local.NextBirthday(b, local.DateOf(from))
		if err != nil {
			return list
		}
		day := time.Date(next.Year, time.Month(next.Month), next.Day, 0, 0, 0, 0, a.Zone())
		if !day.Before(span.To) {
			return list
		}
		e := r.common(o)
		e.Day, e.instant = day.Format(time.DateOnly), day
		list = append(list, e)
		from = day.AddDate(0, 0, 1)
	}
}

// ahead are the times to come of what repeats.
func (r row) ahead(a *policy.Actor, o *schema.Object, span Span) []Entry {
	c := o.Calendar
	rule, err := recur.Parse(r.text(c.Rule))
	due, bad := time.Parse(time.RFC3339, r.text(c.At))
	if err != nil || bad != nil {
		return nil
	}
	var list []Entry
	for _, at := range rule.Between(due, span.From, span.To, recur.Zone(r.text(c.Zone)), mostAgain) {
		e := r.common(o)
		e.instant, e.At, e.Ahead, e.Done = at, at.UTC().Format(time.RFC3339), true, false
		list = append(list, e)
	}
	return list
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// days is how many days lie between two midnights of one place, whatever its clocks do.
func days(from, to time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}

// Day reads a day of a span, as 2026-11-27.
func Day(a *policy.Actor, text string) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, text, a.Zone())
	return day, err == nil && day.Year() >= 1900 && day.Year() <= 2200
}

// Problem is the error of a span that cannot be asked; nil: it can.
func (s Span) Problem() error {
	switch n := days(s.From, s.To); {
	case n < 1:
		return record.Invalid("to", "before_start")
	case n > MaxDays:
		return record.Invalid("to", "span_too_long", "max", strconv.Itoa(MaxDays))
	}
	return nil
}
