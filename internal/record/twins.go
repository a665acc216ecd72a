package record

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Candidate is a record that may be the same as one being entered.
type Candidate struct {
	ID    int64  `json:"id,string"`
	Label string `json:"label"`
	// Owner is the name of the record's owner.
	Owner string `json:"owner,omitempty"`
	// Matched says what meets: name, similar (a name with a slip), phone, mail, code,
	// external, domain or a field.
	Matched []string `json:"matched"`
	// Blocks tells that a rule refuses another such record.
	Blocks bool `json:"blocks,omitempty"`
}

// maxCandidates is how many candidates are shown; more say nothing.
const maxCandidates = 10

// Twins are the records that a write would repeat: those the actor may see, and how
// many there are that he may not.
type Twins struct {
	// Object is whose records they are.
	Object     string      `json:"object"`
	Candidates []Candidate `json:"candidates"`
	Hidden     int         `json:"hidden"`
	// Override tells whether he may save nevertheless, with a reason.
	Override bool `json:"override"`
}

// apart are pairs of records that somebody said are not the same, each in both
// directions: they are never proposed again.
var apart = store.Declare(store.Table{
	Name: "duplicate_apart",
	Columns: []schema.Column{
		{Name: "record_id", Kind: schema.KindInt}, {Name: "other_id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText},
		{Name: "by_id", Kind: schema.KindInt}, {Name: "at", Kind: schema.KindInt},
	},
	Key: []string{"record_id", "other_id"},
})

// Apart keeps that records are not the same, each as the others; the actor may edit all
// of them.
func (u *Unit) Apart(ctx context.Context, a *policy.Actor, o *schema.Object, ids []int64) error {
	for _, id := range ids {
		if _, _, err := u.service.writable(ctx, u.tx, a, o, id, policy.Edit, false); err != nil {
			return err
		}
	}
	return u.apart(ctx, o, a.ID, ids, ids)
}

// apart keeps that each of some records is not the same as any of others.
func (u *Unit) apart(ctx context.Context, o *schema.Object, by int64, ids, others []int64) error {
	now := clock(ctx)
	for _, id := range ids {
		known, err := store.Among(ctx, u.tx, apart.Name, "other_id", store.Row{"record_id": id}, others)
		if err != nil {
			return err
		}
		var rows [][]any
		for _, other := range others {
			if other != id && !known[other] {
				rows = append(rows, []any{id, other, o.Name, by, now})
			}
		}
		if err := store.InsertMany(ctx, u.tx, apart.Name, []string{"record_id", "other_id", "object", "by_id", "at"}, rows); err != nil {
			return err
		}
	}
	return nil
}

// Parted tells for each of some records of which others it was said not to be the same.
func (s *Service) Parted(ctx context.Context, ids []int64) (map[int64]map[int64]bool, error) {
	rows, err := store.Having(ctx, s.within(ctx), apart.Name, "record_id, other_id", "record_id", nil, ids)
	parted := map[int64]map[int64]bool{}
	for _, r := range rows {
		id, _ := r[0].(int64)
		other, _ := r[1].(int64)
		if parted[id] == nil {
			parted[id] = map[int64]bool{}
		}
		parted[id][other] = true
	}
	return parted, err
}

// apartFrom leaves out of candidates those that were said not to be the same as a
// record.
func (s *Service) apartFrom(ctx context.Context, id int64, near map[int64]bool, shares map[int64]map[string]bool) error {
	if id == 0 || len(near)+len(shares) == 0 {
		return nil
	}
	parted, err := s.Parted(ctx, []int64{id})
	for other := range parted[id] {
		delete(near, other)
		delete(shares, other)
	}
	return err
}

// Duplicates looks for records like the values entered, except one (0: none). Those
// the actor may not see are counted, not shown.
func (s *Service) Duplicates(ctx context.Context, a *policy.Actor, o *schema.Object, cells map[string]string, except int64) ([]Candidate, int, error) {
	if !a.May(o, policy.View) {
		return nil, 0, fail("forbidden")
	}
	v := Values{}
	for name, text := range cells {
		f := o.Field(name)
		if f == nil || !a.Readable(o, f) {
			continue
		}
		if columns, err := s.parseText(ctx, a, f, text); err == nil && columns != nil {
			v[name] = columns
		}
	}
	return s.alike(ctx, a, o, v, except)
}

// Like looks for records like one that is being changed to some values, id, or made of
// them, 0; as Duplicates tells. Fields that cannot be read are left to the write.
func (s *Service) Like(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, in Input) ([]Candidate, int, error) {
	if !a.May(o, policy.View) {
		return nil, 0, fail("forbidden")
	}
	v := Values{}
	if id != 0 {
		now, _, err := s.look(ctx, s.DB, a, o, id, policy.View, false)
		if err != nil {
			return nil, 0, err
		}
		v = readable(a, o, now)
	}
	for name, raw := range in {
		f := o.Field(name)
		if f == nil || f.Lines() != nil || !a.Readable(o, f) {
			continue
		}
		if columns, err := f.Kind().Parse(f, raw); err == nil {
			v[name] = columns
		}
	}
	return s.alike(ctx, a, o, v, id)
}

// alike lists the live records of an object that by its rules look like some values,
// except one, and counts those the actor may not see.
func (s *Service) alike(ctx context.Context, a *policy.Actor, o *schema.Object, v Values, except int64) ([]Candidate, int, error) {
	rules, err := s.Likenesses(ctx, a, o)
	if err != nil {
		return nil, 0, err
	}
	found, err := s.twins(ctx, a, o, rules, v, except)
	if err != nil || len(found) == 0 {
		return []Candidate{}, 0, err
	}
	return s.candidates(ctx, s.within(ctx), a, o, v, found)
}

// candidates are records that look like some values, as the actor may be told of them.
func (s *Service) candidates(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, v Values, found []*twin) ([]Candidate, int, error) {
	open, closed, err := s.openly(ctx, a, o, v, found)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]int64, len(open))
	for i, t := range open {
		ids[i] = t.id
	}
	labels, hidden, err := s.sight(ctx, q, a, o, ids)
	if err != nil {
		return nil, 0, err
	}
	list := []Candidate{}
	for _, t := range open {
		label, visible := labels[t.id]
		if !visible || len(list) == maxCandidates {
			continue
		}
		list = append(list, Candidate{ID: t.id, Label: label, Matched: t.by, Blocks: slices.ContainsFunc(t.rules, func(l *Likeness) bool { return l.Block })})
	}
	return list, hidden + len(closed), s.owners(ctx, q, a, o, list)
}

// openly parts what looks like some values into what the actor may know to do so, each
// by what he may read of it, and the others: they would tell him what a hidden field
// holds, and only their number is told.
func (s *Service) openly(ctx context.Context, a *policy.Actor, o *schema.Object, v Values, found []*twin) (open, closed []*twin, err error) {
	blind := slices.ContainsFunc(o.Fields, func(f *schema.Field) bool {
		return !a.Readable(o, f) && slices.ContainsFunc(found, func(t *twin) bool {
			return slices.ContainsFunc(t.rules, func(l *Likeness) bool { return l.compares(f) })
		})
	})
	if !blind {
		return found, nil, nil
	}
	one := ProfileFor(a, o, v)
	for _, t := range found {
		seen, err := s.shown(ctx, a, o.Name, t.id)
		if err != nil {
			return nil, nil, err
		}
		if seen == nil { // counted with those out of sight
			open = append(open, t)
			continue
		}
		told := &twin{id: t.id}
		for _, l := range t.rules {
			if by, ok := l.Meet(one, ProfileFor(a, o, seen)); ok {
				told.add(l, by)
			}
		}
		if told.rules == nil {
			closed = append(closed, t)
		} else {
			open = append(open, told)
		}
	}
	return open, closed, nil
}

// Open tells whether the actor may read all that the rule compares.
func (l *Likeness) Open(a *policy.Actor, o *schema.Object) bool {
	return !slices.ContainsFunc(l.Conditions, func(c Comparison) bool { return !a.Readable(o, c.Field) })
}

// owners names the owners of candidates, where the actor may read them.
func (s *Service) owners(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, candidates []Candidate) error {
	f := o.Field("owner")
	if f == nil || !a.Readable(o, f) || len(candidates) == 0 {
		return nil
	}
	ids := make([]any, len(candidates))
	for i, c := range candidates {
		ids[i] = c.ID
	}
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Columns: []string{"id", f.Column()},
		Query: query.Query{Object: o, Filter: &query.Node{Op: query.In, Field: "id", Value: ids}, Limit: len(ids), Sort: []query.Key{{Field: "id"}}},
	}.Rows(ctx, q)
	if err != nil {
		return err
	}
	owner := map[int64]int64{}
	var users []int64
	for _, r := range rows {
		id, _ := r[0].(int64)
		user, _ := r[1].(int64)
		owner[id] = user
		users = append(users, user)
	}
	names, err := s.labels(ctx, q, a, "user", users, true)
	for i := range candidates {
		candidates[i].Owner = names[owner[candidates[i].ID]]
	}
	return err
}

// ReasonMark is the name under which the history keeps why a record was saved though
// a rule took it for a duplicate.
const ReasonMark = "duplicate:reason"

// maxReason is how many characters such a reason has at most.
const maxReason = 500

type anywayKey struct{}

type settledKey struct{}

// Anyway marks the writes under the context it answers as meant, for a reason, though
// they may repeat what is there.
func Anyway(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, anywayKey{}, strings.Join(strings.Fields(strings.ToValidUTF8(reason, "")), " "))
}

// compare tells what a write would repeat, and refuses it where a rule says so and
// whoever writes has no right or reason to save it nevertheless.
func (s *Service) compare(ctx context.Context, c *Change) error {
	u := unitOf(ctx)
	if u != nil && u.fills || ctx.Value(undoKey{}) != nil || ctx.Value(settledKey{}) != nil {
		return nil
	}
	all, err := s.Likenesses(ctx, c.Actor, c.Object)
	if err != nil {
		return err
	}
	rules := slices.DeleteFunc(slices.Clone(all), func(l *Likeness) bool { return !l.touched(c) })
	if len(rules) == 0 {
		return nil
	}
	if err := s.inTurn(ctx, c, rules); err != nil {
		return err
	}
	found, err := s.twins(ctx, c.Actor, c.Object, rules, c.After, c.ID)
	if err != nil || len(found) == 0 {
		return err
	}
	// The engine itself is refused nothing, nor is what is only being typed.
	if refused := refusedBy(found); len(refused) > 0 && u != nil && c.Actor.ID != 0 {
		override := !slices.ContainsFunc(refused, func(l *Likeness) bool { return !l.Overrides(c.Actor) })
		reason, _ := ctx.Value(anywayKey{}).(string)
		if !override || reason == "" {
			return s.refuse(ctx, c, found, override)
		}
		if utf8.RuneCountInString(reason) > maxReason {
			return invalid("_duplicate_reason", "too_long", "max", strconv.Itoa(maxReason))
		}
		told, err := json.Marshal(reason)
		if err != nil {
			return err
		}
		c.noted = map[string]json.RawMessage{ReasonMark: told}
	}
	warnings, err := s.twinsTold(ctx, c, found)
	if err != nil {
		return err
	}
	c.warnings = append(c.warnings, warnings...)
	return c.heed(ctx)
}

// touched tells whether a write changes what the rule compares.
func (l *Likeness) touched(c *Change) bool {
	if c.Created {
		return true
	}
	for _, f := range c.Object.Fields {
		if l.compares(f) && c.Changed(f.Name) {
			return true
		}
	}
	return false
}

// inTurn has those who write what a rule would refuse twice at the same moment come one
// after the other, so that the second finds what the first wrote.
func (s *Service) inTurn(ctx context.Context, c *Change, rules []*Likeness) error {
	if unitOf(ctx) == nil || c.Actor.ID == 0 {
		return nil
	}
	kinds := map[string]bool{}
	for _, l := range rules {
		for _, one := range l.Conditions {
			if l.Block && one.finds() {
				kinds[c.Object.Name+"."+one.Kind] = true
			}
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	keys := slices.DeleteFunc(MatchKeys(c.Object, c.After), func(k store.MatchKey) bool { return !kinds[k.Kind] })
	return store.HoldKeys(ctx, c.tx, keys)
}

// refusedBy are the rules that refuse a write on account of what it repeats.
func refusedBy(found []*twin) []*Likeness {
	var list []*Likeness
	for _, t := range found {
		for _, l := range t.rules {
			if l.Block && !slices.Contains(list, l) {
				list = append(list, l)
			}
		}
	}
	return list
}

// refuse is the error of a write that a rule refuses.
func (s *Service) refuse(ctx context.Context, c *Change, found []*twin, override bool) error {
	blocking := slices.DeleteFunc(slices.Clone(found), func(t *twin) bool { return !slices.ContainsFunc(t.rules, func(l *Likeness) bool { return l.Block }) })
	candidates, hidden, err := s.candidates(ctx, c.tx, c.Actor, c.Object, c.After, blocking)
	if err != nil {
		return err
	}
	fields, err := s.twinsTold(ctx, c, blocking)
	if err != nil {
		return err
	}
	return &Error{Code: "duplicate", Fields: fields, Twins: &Twins{Object: c.Object.Name, Candidates: candidates, Hidden: hidden, Override: override}}
}

// twinsTold tells at each field what the record may repeat: the titles of those the
// actor may see, and how many there are that he may not.
func (s *Service) twinsTold(ctx context.Context, c *Change, found []*twin) ([]FieldError, error) {
	open, closed, err := s.openly(ctx, c.Actor, c.Object, c.After, found)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(open))
	for i, t := range open {
		ids[i] = t.id
	}
	labels, _, err := s.sight(ctx, c.tx, c.Actor, c.Object, ids)
	if err != nil {
		return nil, err
	}
	type told struct {
		names, why []string
		hidden     int
	}
	at := map[string]*told{}
	for i, t := range append(open, closed...) {
		fields := map[string]bool{}
		for _, l := range t.rules {
			f := l.field(c)
			if at[f] == nil {
				at[f] = &told{}
			}
			if why := l.Label(c.Actor.Language); l.Open(c.Actor, c.Object) && !slices.Contains(at[f].why, why) {
				at[f].why = append(at[f].why, why)
			}
			fields[f] = true
		}
		label, visible := labels[t.id]
		visible = visible && i < len(open)
		for f := range fields {
			switch one := at[f]; {
			case visible && len(one.names) < maxCandidates:
				one.names = append(one.names, "「"+label+"」")
			case visible && len(one.names) == maxCandidates:
				one.names = append(one.names, "…")
			case !visible && i < sighted:
				one.hidden++
			}
		}
	}
	var list []FieldError
	for _, f := range slices.Sorted(maps.Keys(at)) {
		one := at[f]
		if len(one.why) == 0 {
			one.why = []string{"…"} // by what, he may not know
		}
		names, why, count := strings.Join(one.names, "、"), strings.Join(one.why, "、"), strconv.Itoa(one.hidden)
		if c.Actor.Language == "en" {
			names, why = strings.Join(one.names, ", "), strings.Join(one.why, ", ")
		}
		switch {
		case len(one.names) > 0 && one.hidden > 0:
			list = append(list, FieldError{f, schema.Bad("twin_more", "names", names, "count", count, "why", why)})
		case len(one.names) > 0:
			list = append(list, FieldError{f, schema.Bad("twin", "names", names, "why", why)})
		case one.hidden > 0:
			list = append(list, FieldError{f, schema.Bad("twin_hidden", "count", count, "why", why)})
		}
	}
	return list, nil
}

// field is where of a record it is told that it fits the rule with another: the first
// field that was entered of those the rule compares.
func (l *Likeness) field(c *Change) string {
	for _, one := range l.Conditions {
		for _, f := range c.Object.Fields {
			if (f == one.Field || one.Kind != "" && one.Kind == Kind(f)) && c.After[f.Name] != nil && c.Changed(f.Name) && c.Actor.Readable(c.Object, f) {
				return f.Name
			}
		}
	}
	return l.Conditions[0].Field.Name
}
