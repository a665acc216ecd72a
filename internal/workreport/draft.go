package workreport

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// drafts hold what is not handed in yet: nobody but its author reads it, whatever his
// rights are, and it is found by no search.
var drafts = store.Declare(store.Table{
	Name: "work_report_draft",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "kind", Kind: schema.KindText}, {Name: "begins", Kind: schema.KindText},
		{Name: "texts", Kind: schema.KindText}, {Name: "version", Kind: schema.KindInt}, {Name: "at", Kind: schema.KindInt},
	},
	Key: []string{"user_id", "kind", "begins"},
})

// maxText is the longest of a report's texts, in characters.
const maxText = 20_000

// Draft is a report before it is handed in.
type Draft struct {
	Texts map[string]string `json:"texts"`
	// Version rises with each writing, 0 where there is none yet.
	Version int64 `json:"version"`
}

// Page is somebody's report on a period as he works on it.
type Page struct {
	Period Period `json:"period"`
	// Report is what he handed in; null where he did not yet.
	Report *Report `json:"report"`
	// Draft is what he has written so far, where nothing is handed in.
	Draft Draft `json:"draft"`
	// Logged is what was recorded in the period.
	Logged *Logged `json:"logged"`
	// Before is his report on the period before, with what he planned then; null where
	// there is none.
	Before *Report `json:"before"`
	// Latest are the periods up to this one and his reports of them, newest first.
	Latest []Slot `json:"latest"`
	// Comments are what was said of what he handed in.
	Comments []Comment `json:"comments"`
	// Team tells whether there are others whose reports he sees.
	Team bool `json:"team"`
}

// Slot is a period for which a report may have been handed in.
type Slot struct {
	Begins string `json:"begins"`
	// Wanted tells whether the rules ask for one.
	Wanted bool   `json:"wanted"`
	Report *int64 `json:"report,string"`
}

// Report is one that was handed in.
type Report struct {
	ID     int64             `json:"id,string"`
	Owner  int64             `json:"owner,string"`
	Period Period            `json:"period"`
	Texts  map[string]string `json:"texts"`
	// HandedAt is when, in RFC 3339; Late: after its period was over.
	HandedAt string `json:"handed_at"`
	Late     bool   `json:"late,omitempty"`
	// Open tells that its author may still correct it.
	Open bool `json:"open,omitempty"`
}

// errNoPeriod is answered for a kind or day there is none of.
var errNoPeriod = record.Invalid("day", "not_a_date")

// latest is how many periods are listed.
const latest = 10

// Mine answers the actor's own report on the period of a kind in which a day lies; ""
// is today.
func (s *Service) Mine(ctx context.Context, a *policy.Actor, kind, day string) (*Page, error) {
	if !Writes(a) {
		return nil, &record.Error{Code: "forbidden"}
	}
	p, err := periodFor(a, kind, day)
	if err != nil {
		return nil, err
	}
	page := &Page{Period: p, Latest: []Slot{}, Comments: []Comment{}}
	first := p
	for range latest - 1 {
		first = first.Before()
	}
	own, err := s.handedIn(ctx, a, query.AllOf(query.Is("owner", a.ID), is("kind", kind), &query.Node{Op: query.Ge, Field: "begins", Value: first.Begins}, &query.Node{Op: query.Le, Field: "begins", Value: p.Begins}), latest)
	if err != nil {
		return nil, err
	}
	byDay := map[string]*Report{}
	for _, r := range own {
		byDay[r.Period.Begins] = r
	}
	page.Report, page.Before = byDay[p.Begins], byDay[p.Before().Begins]
	if page.Before == nil && len(own) > 0 {
		// What was planned last, be it before a weekend or an absence.
		for _, r := range own {
			if r.Period.Begins < p.Begins && (page.Before == nil || r.Period.Begins > page.Before.Period.Begins) {
				page.Before = r
			}
		}
	}
	wants, err := s.rules(ctx, kind)
	if err != nil {
		return nil, err
	}
	me, err := s.person(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	for q := p; len(page.Latest) < latest; q = q.Before() {
		slot := Slot{Begins: q.Begins, Wanted: me.owes(wants, q)}
		if r := byDay[q.Begins]; r != nil {
			slot.Report = &r.ID
		}
		page.Latest = append(page.Latest, slot)
	}
	if page.Report != nil {
		if page.Logged, err = s.Logged(ctx, a, page.Report.ID); err != nil {
			return nil, err
		}
		if page.Comments, err = s.comments(ctx, a, page.Report.ID); err != nil {
			return nil, err
		}
	} else {
		if page.Draft, err = s.draft(ctx, s.Records.DB, a, p); err != nil {
			return nil, err
		}
		if page.Logged, err = read(ctx, personal{s.Records, a}, a, p); err != nil {
			return nil, err
		}
	}
	page.Team, err = s.leads(ctx, a)
	return page, err
}

func is(field, value string) *query.Node {
	return &query.Node{Op: query.Eq, Field: field, Value: value}
}

// periodFor reads which period is meant, by the clock of whoever asks.
func periodFor(a *policy.Actor, kind, day string) (Period, error) {
	if day == "" {
		day = time.Now().In(a.Zone()).Format(time.DateOnly)
	}
	if kind != Day && kind != Week && kind != Month {
		return Period{}, record.Invalid("kind", "not_an_option", "value", schema.Shorten(kind))
	}
	p, ok := PeriodOf(kind, day)
	if !ok {
		return p, errNoPeriod
	}
	return p, nil
}

// handedIn reads reports that the actor may see, with what he may read of them.
func (s *Service) handedIn(ctx context.Context, a *policy.Actor, filter *query.Node, limit int) ([]*Report, error) {
	o := reports(a)
	if !a.May(o, policy.View) {
		return nil, nil
	}
	fields := []string{"kind", "begins", "ends", "handed_at", "owner"}
	for _, name := range Texts {
		if a.Readable(o, o.Field(name)) {
			fields = append(fields, name)
		}
	}
	answer, err := s.Records.List(ctx, a, o, record.ListRequest{More: filter, Sort: "-begins", Fields: fields, Limit: limit, Count: query.CountNone})
	if err != nil {
		return nil, err
	}
	var read struct {
		Records []struct {
			ID       int64   `json:"id,string"`
			Kind     string  `json:"kind"`
			Begins   string  `json:"begins"`
			Ends     string  `json:"ends"`
			HandedAt string  `json:"handed_at"`
			Done     *string `json:"done"`
			Plan     *string `json:"plan"`
			Hard     *string `json:"difficulties"`
			Help     *string `json:"help"`
			Owner    *struct {
				ID int64 `json:"id,string"`
			} `json:"owner"`
		} `json:"records"`
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return nil, err
	}
	var list []*Report
	for _, r := range read.Records {
		one := &Report{ID: r.ID, Period: Period{r.Kind, r.Begins, r.Ends}, HandedAt: r.HandedAt, Texts: map[string]string{}}
		if r.Owner != nil {
			one.Owner = r.Owner.ID
		}
		for name, text := range map[string]*string{"done": r.Done, "plan": r.Plan, "difficulties": r.Hard, "help": r.Help} {
			if text != nil {
				one.Texts[name] = *text
			}
		}
		if at, err := time.Parse(time.RFC3339, r.HandedAt); err == nil {
			one.Late = at.In(s.Records.Zone()).Format(time.DateOnly) > r.Ends
			one.Open = one.Owner == a.ID && time.Since(at) < open
		}
		list = append(list, one)
	}
	return list, nil
}

// Logged is what was logged in a report that was handed in, as far as the actor may see
// it now; nil where nothing was kept with it.
func (s *Service) Logged(ctx context.Context, a *policy.Actor, id int64) (*Logged, error) {
	if _, err := s.Records.Values(ctx, a, reports(a), id); err != nil {
		return nil, err
	}
	found, err := s.kept(ctx, []int64{id})
	if err != nil || found[id] == nil {
		return nil, err
	}
	return found[id], s.veil(ctx, a, []*Logged{found[id]})
}

func (s *Service) draft(ctx context.Context, q store.Querier, a *policy.Actor, p Period) (Draft, error) {
	d := Draft{Texts: map[string]string{}}
	rows, err := store.Find(ctx, q, drafts.Name, "texts, version", store.Row{"user_id": a.ID, "kind": p.Kind, "begins": p.Begins}, "")
	if err != nil || len(rows) == 0 {
		return d, err
	}
	text, _ := rows[0][0].(string)
	d.Version, _ = rows[0][1].(int64)
	return d, json.Unmarshal([]byte(text), &d.Texts)
}

// Written is what somebody has written of a report.
type Written struct {
	Kind  string            `json:"kind"`
	Day   string            `json:"day"`
	Texts map[string]string `json:"texts"`
	// Version is that of the draft he went on from.
	Version int64 `json:"version"`
}

// clean refuses what is no text of a report.
func (w *Written) clean() error {
	for name, text := range w.Texts {
		if !slices.Contains(Texts, name) {
			return record.Invalid(schema.Shorten(name), "unknown_field")
		}
		text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
		if utf8.RuneCountInString(text) > maxText {
			return record.Invalid(name, "too_long", "max", "20000")
		}
		w.Texts[name] = text
	}
	return nil
}

// Keep keeps a draft; one that was written elsewhere meanwhile is a conflict, after
// which its author sees both.
func (s *Service) Keep(ctx context.Context, a *policy.Actor, w Written) (Draft, error) {
	if !Writes(a) {
		return Draft{}, &record.Error{Code: "forbidden"}
	}
	p, err := periodFor(a, w.Kind, w.Day)
	if err != nil {
		return Draft{}, err
	}
	if err := w.clean(); err != nil {
		return Draft{}, err
	}
	text, err := json.Marshal(w.Texts)
	if err != nil {
		return Draft{}, err
	}
	kept := Draft{Texts: w.Texts, Version: w.Version + 1}
	key := store.Row{"user_id": a.ID, "kind": p.Kind, "begins": p.Begins}
	err = s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
		handed, err := s.Records.Rows(ctx, Object, query.AllOf(query.Is("owner", a.ID), is("kind", p.Kind), is("begins", p.Begins)), 1)
		if err != nil {
			return err
		}
		if len(handed) > 0 {
			return record.Clash("begins", "report_twice", "period", p.Name())
		}
		row := store.Row{"texts": string(text), "version": kept.Version, "at": time.Now().UnixMicro()}
		if w.Version == 0 {
			for name, value := range key {
				row[name] = value
			}
			err := store.Insert(ctx, q, drafts.Name, row)
			if errors.Is(err, store.ErrUnique) {
				return &record.Error{Code: "conflict"}
			}
			return err
		}
		where := store.Row{"version": w.Version}
		for name, value := range key {
			where[name] = value
		}
		n, err := store.Update(ctx, q, drafts.Name, row, where)
		if err == nil && n == 0 {
			return &record.Error{Code: "conflict"}
		}
		return err
	})
	return kept, err
}

// HandIn makes a report of what somebody wrote, in one step with the end of its draft,
// and answers its id.
func (s *Service) HandIn(ctx context.Context, a *policy.Actor, w Written) (id int64, err error) {
	p, err := periodFor(a, w.Kind, w.Day)
	if err != nil {
		return 0, err
	}
	if err := w.clean(); err != nil {
		return 0, err
	}
	in := record.Input{"kind": p.Kind, "begins": p.Begins}
	for name, text := range w.Texts {
		if text != "" {
			in[name] = text
		}
	}
	err = s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		if id, err = u.Create(ctx, a, reports(a), in); err != nil {
			return err
		}
		_, err = store.Delete(ctx, u.Store(), drafts.Name, store.Row{"user_id": a.ID, "kind": p.Kind, "begins": p.Begins})
		return err
	})
	var refused *record.Error
	if errors.As(err, &refused) && refused.Taken() {
		err = record.Clash("begins", "report_twice", "period", p.Name())
	}
	return id, err
}
