package record

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// DuplicateRule is the object whose records say what makes two records of an object
// look like one (see package dedupe).
const DuplicateRule = "duplicate_rule"

// How the values of two records are compared.
const (
	// ByText: as they were entered.
	ByText = "exact"
	// BySense: whatever the spelling, as the field's match keys say; for fields without,
	// folded (width, case, characters).
	BySense = "same"
	// BySlip: the same, or with a slip (see normal.Similar).
	BySlip = "similar"
	// ByDomain: mail addresses at one domain that is no provider's.
	ByDomain = "domain"
)

// Similarity is the kind by which a name with a slip is told to have matched.
const Similarity = "similar"

// Comparison is one condition of a rule.
type Comparison struct {
	Field *schema.Field
	// Kind is that of the match keys of the field and of those compared with it; ""
	// for a field that has none.
	Kind   string
	How    string
	Points int64
}

// finds tells whether records that fit the comparison are found by an index.
func (c Comparison) finds() bool { return c.Kind != "" && c.How != ByDomain }

// Likeness is a rule by which two records are taken for one.
type Likeness struct {
	ID    int64
	Names schema.Text
	// All conditions hold, or with Threshold above 0 the points of those that do come
	// to it.
	Conditions []Comparison
	Threshold  int64
	// Block refuses a write; otherwise it is warned of. Searched: it is looked for over
	// all records, too.
	Block, Searched bool
	// Override says who may save nevertheless: nobody, admins, roles (Roles), everybody.
	Override string
	Roles    []int64
}

// Overrides tells whether the actor may save what the rule refuses.
func (l *Likeness) Overrides(a *policy.Actor) bool {
	switch l.Override {
	case "everybody":
		return true
	case "admins":
		return a.Admin()
	case "roles":
		return a.Admin() || slices.ContainsFunc(a.Roles, func(r policy.Role) bool { return r.ID != 0 && slices.Contains(l.Roles, r.ID) })
	}
	return false
}

// Label is what the rule is called.
func (l *Likeness) Label(language string) string { return l.Names.In(language) }

// Kind is the kind of match keys that a field's values have; "" for one that is not
// compared.
func Kind(f *schema.Field) string {
	switch f.Match {
	case "company", "person":
		return "name"
	}
	return f.Match
}

// likenessOf reads a rule; nil where its object or all it compares is gone.
func likenessOf(o *schema.Object, rules *schema.Object, id int64, v Values) (*Likeness, error) {
	l := &Likeness{ID: id, Names: schema.T(v.Text("name"), v.Text("name_cn"), v.Text("name_en")), Block: v.Text("act") == "block", Searched: v.True("searched"),
		Override: v.Text("override"), Roles: schema.IDs(v.Text("roles"))}
	if v.Text("combine") == "points" {
		l.Threshold = max(1, v.Int("threshold"))
	}
	lines, err := schema.DecodeLines(rules.Field("conditions"), v.Text("conditions"))
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		c := Values(line.Values)
		f := o.Field(c.Text("field"))
		if f == nil {
			if l.Threshold == 0 {
				return nil, nil // one of what must all hold is no more
			}
			continue
		}
		l.Conditions = append(l.Conditions, Comparison{f, Kind(f), c.Text("how"), c.Int("points")})
	}
	if !slices.ContainsFunc(l.Conditions, Comparison.finds) {
		return nil, nil
	}
	return l, nil
}

// usual are the rules of an object where nobody made any could be kept: each kind of
// key by itself, warned of.
func usual(o *schema.Object) []*Likeness {
	var list []*Likeness
	seen := map[string]bool{}
	for _, f := range o.Fields {
		if kind := Kind(f); kind != "" && !seen[kind] {
			seen[kind] = true
			list = append(list, &Likeness{Names: f.Label, Conditions: []Comparison{{f, kind, BySense, 0}}, Searched: true})
		}
	}
	return list
}

// heldRules are the rules of all objects at an epoch.
type heldRules struct {
	epoch    int64
	registry *schema.Registry
	of       map[string][]*Likeness
}

// maxLikenesses is how many rules are looked at.
const maxLikenesses = 500

// Likenesses are the rules in force for an object. They are read anew where anything
// only administrators write was written since.
func (s *Service) Likenesses(ctx context.Context, a *policy.Actor, o *schema.Object) ([]*Likeness, error) {
	rules := a.Registry.Object(DuplicateRule)
	if rules == nil {
		return usual(o), nil
	}
	if u := unitOf(ctx); u != nil && u.likenesses != nil {
		return u.likenesses[o.Name], nil
	}
	held := s.likenesses.Load()
	if held == nil || a.Epoch == 0 || held.epoch != a.Epoch || held.registry != a.Registry {
		found, err := s.rows(ctx, s.within(ctx), a.Registry, DuplicateRule, nil, maxLikenesses)
		if err != nil {
			return nil, err
		}
		held = &heldRules{a.Epoch, a.Registry, map[string][]*Likeness{}}
		for _, id := range slices.Sorted(maps.Keys(found)) {
			v := found[id]
			of := a.Registry.Object(v.Text("object"))
			if of == nil || !v.True("active") {
				continue
			}
			l, err := likenessOf(of, rules, id, v)
			if err != nil {
				return nil, err
			}
			if l != nil {
				held.of[of.Name] = append(held.of[of.Name], l)
			}
		}
		if a.Epoch != 0 {
			s.likenesses.Store(held)
		}
	}
	if u := unitOf(ctx); u != nil {
		u.likenesses = held.of
	}
	return held.of[o.Name], nil
}

// Compares tells whether records of an object are compared with those that are there.
func (s *Service) Compares(ctx context.Context, a *policy.Actor, o *schema.Object) (bool, error) {
	rules, err := s.Likenesses(ctx, a, o)
	return len(rules) > 0, err
}

// Compared lists the fields of an object that its rules compare and the actor may read.
func (s *Service) Compared(ctx context.Context, a *policy.Actor, o *schema.Object) ([]string, error) {
	rules, err := s.Likenesses(ctx, a, o)
	var names []string
	for _, f := range o.Fields {
		if a.Readable(o, f) && slices.ContainsFunc(rules, func(l *Likeness) bool { return l.compares(f) }) {
			names = append(names, f.Name)
		}
	}
	return names, err
}

// compares tells whether the rule compares a field, by itself or with others of its kind.
func (l *Likeness) compares(f *schema.Field) bool {
	return slices.ContainsFunc(l.Conditions, func(c Comparison) bool { return c.Field == f || c.Kind != "" && c.Kind == Kind(f) })
}

// Profile is what of a record is compared.
type Profile struct {
	values Values
	// keys are its match keys by kind.
	keys map[string][]string
}

// ProfileOf prepares a record's values for being compared.
func ProfileOf(o *schema.Object, v Values) *Profile {
	p := &Profile{v, map[string][]string{}}
	for _, k := range MatchKeys(o, v) {
		kind := k.Kind[len(o.Name)+1:]
		if !slices.Contains(p.keys[kind], k.Key) {
			p.keys[kind] = append(p.keys[kind], k.Key)
		}
	}
	return p
}

// ProfileFor prepares what the actor may read of a record's values for being compared.
func ProfileFor(a *policy.Actor, o *schema.Object, v Values) *Profile {
	return ProfileOf(o, readable(a, o, v))
}

// holds tells whether two records fit a condition, and by what it is told.
func (c Comparison) holds(a, b *Profile) (by string, ok bool) {
	x, y := a.values[c.Field.Name], b.values[c.Field.Name]
	switch {
	case c.How == ByText:
		return c.told(), len(x) > 0 && x[0] != nil && same(c.Field.Entered(x), c.Field.Entered(y))
	case c.How == ByDomain:
		return ByDomain, meet(domains(a, c.Field), domains(b, c.Field))
	case c.Kind == "":
		s, t := folded(c.Field, x), folded(c.Field, y)
		return c.Field.Name, s != "" && (s == t || c.How == BySlip && normal.Similar(s, t))
	case meet(a.keys[c.Kind], b.keys[c.Kind]):
		return c.Kind, true
	case c.How == BySlip:
		for _, k := range a.keys[c.Kind] {
			if slices.ContainsFunc(b.keys[c.Kind], func(l string) bool { return normal.Similar(k, l) }) {
				return Similarity, true
			}
		}
	}
	return "", false
}

// told is by what the condition is told to have held.
func (c Comparison) told() string {
	if c.Kind != "" {
		return c.Kind
	}
	return c.Field.Name
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// domains are those of a record's mail addresses that say something.
func domains(p *Profile, f *schema.Field) []string {
	many, ok := f.Kind().(schema.Multiple)
	if !ok {
		return nil
	}
	var list []string
	for _, value := range many.Values(f, p.values.Text(f.Name)) {
		if d := normal.OwnDomain(value); d != "" {
			list = append(list, d)
		}
	}
	return list
}

// folded is the text of a value without what differs from spelling to spelling.
func folded(f *schema.Field, columns []any) string {
	t, ok := f.Kind().(schema.Textual)
	if !ok || len(columns) == 0 || columns[0] == nil {
		return ""
	}
	return strings.Join(strings.Fields(normal.Fold(t.FormatText(f, columns))), "")
}

// Meet tells whether two records fit the rule, and by what.
func (l *Likeness) Meet(a, b *Profile) (by []string, ok bool) {
	points := int64(0)
	for _, c := range l.Conditions {
		told, holds := c.holds(a, b)
		switch {
		case holds:
			points += c.Points
			if !slices.Contains(by, told) {
				by = append(by, told)
			}
		case l.Threshold == 0:
			return nil, false
		}
	}
	return by, l.Threshold == 0 || points >= l.Threshold
}

// worth is how much it says that two records meet in something, in hundredths.
var worth = map[string]int64{"name": 60, Similarity: 40, "phone": 45, "mail": 55, "code": 80, "external": 90, ByDomain: 20}

// Score tells from 1 to 100 how much two records look like one that meet by all this.
func Score(by []string) int64 {
	left := 100.0
	for _, one := range by {
		n := worth[one]
		if n == 0 {
			n = 15
		}
		left *= float64(100-n) / 100
	}
	return max(1, min(100, 100-int64(left+0.5)))
}

// looked is how many records that share a key are compared at most: what thousands
// share says nothing.
const looked = 400

// twin is a record that looks like another.
type twin struct {
	id    int64
	by    []string
	rules []*Likeness
}

// twins looks for live records that fit a rule with some values, except one: those that
// meet in most ways first, then the oldest.
func (s *Service) twins(ctx context.Context, a *policy.Actor, o *schema.Object, rules []*Likeness, v Values, except int64) ([]*twin, error) {
	if len(rules) == 0 {
		return nil, nil
	}
	one := ProfileOf(o, v)
	var keys []store.MatchKey
	asked := map[string]bool{}
	near := map[int64]bool{}
	for _, l := range rules {
		for _, c := range l.Conditions {
			if !c.finds() {
				continue
			}
			if !asked[c.Kind] {
				asked[c.Kind] = true
				for _, k := range one.keys[c.Kind] {
					keys = append(keys, store.MatchKey{Kind: o.Name + "." + c.Kind, Key: k})
				}
			}
			if c.How == BySlip && !asked[c.Kind+" "+BySlip] {
				asked[c.Kind+" "+BySlip] = true
				if err := s.near(ctx, a, o, c.Kind, one.keys[c.Kind], near); err != nil {
					return nil, err
				}
			}
		}
	}
	found, err := s.Matching(ctx, o, keys)
	if err != nil {
		return nil, err
	}
	shares := map[int64]map[string]bool{}
	for key, ids := range found {
		for _, id := range ids {
			if shares[id] == nil {
				shares[id] = map[string]bool{}
			}
			shares[id][key.Kind[len(o.Name)+1:]] = true
		}
	}
	delete(near, except)
	delete(shares, except)
	if err := s.apartFrom(ctx, except, near, shares); err != nil {
		return nil, err
	}
	list := byKeys(rules, shares)
	if rest := further(rules); len(rest) > 0 {
		for id := range near {
			if shares[id] == nil {
				shares[id] = map[string]bool{}
			}
		}
		if list, err = s.byValues(ctx, a, o, rest, one, shares, list); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(x, y *twin) int {
		if len(x.by) != len(y.by) {
			return len(y.by) - len(x.by)
		}
		return int(min(1, max(-1, x.id-y.id)))
	})
	return list, nil
}

// byKeys are the records that fit a rule by shared keys alone, for which they need not
// be read.
func byKeys(rules []*Likeness, shares map[int64]map[string]bool) []*twin {
	var list []*twin
	for id, kinds := range shares {
		t := &twin{id: id}
		for _, l := range rules {
			if !l.byKeys() {
				continue
			}
			fits := true
			for _, c := range l.Conditions {
				fits = fits && kinds[c.Kind]
			}
			if fits {
				t.add(l, l.kinds())
			}
		}
		if t.rules != nil {
			list = append(list, t)
		}
	}
	return list
}

// byKeys tells whether shared keys alone say that two records fit the rule.
func (l *Likeness) byKeys() bool {
	return l.Threshold == 0 && !slices.ContainsFunc(l.Conditions, func(c Comparison) bool { return c.Kind == "" || c.How != BySense })
}

func (l *Likeness) kinds() []string {
	kinds := make([]string, len(l.Conditions))
	for i, c := range l.Conditions {
		kinds[i] = c.Kind
	}
	return kinds
}

// further are the rules for which records must be read.
func further(rules []*Likeness) []*Likeness {
	return slices.DeleteFunc(slices.Clone(rules), (*Likeness).byKeys)
}

func (t *twin) add(l *Likeness, by []string) {
	t.rules = append(t.rules, l)
	for _, one := range by {
		if !slices.Contains(t.by, one) {
			t.by = append(t.by, one)
		}
	}
	slices.Sort(t.by)
}

// byValues reads candidates and adds to list those that fit one of the rules.
func (s *Service) byValues(ctx context.Context, a *policy.Actor, o *schema.Object, rules []*Likeness, one *Profile, candidates map[int64]map[string]bool, list []*twin) ([]*twin, error) {
	ids := slices.Sorted(maps.Keys(candidates))
	ids = ids[:min(len(ids), looked)]
	if len(ids) == 0 {
		return list, nil
	}
	known := map[int64]*twin{}
	for _, t := range list {
		known[t.id] = t
	}
	found, err := s.rows(ctx, s.within(ctx), a.Registry, o.Name, &query.Node{Op: query.In, Field: "id", Value: ids}, len(ids))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		v, there := found[id]
		if !there {
			continue
		}
		other := ProfileOf(o, v)
		for _, l := range rules {
			by, ok := l.Meet(one, other)
			if !ok {
				continue
			}
			if known[id] == nil {
				known[id] = &twin{id: id}
				list = append(list, known[id])
			}
			known[id].add(l, by)
		}
	}
	return list, nil
}

// near adds the records one of whose keys of a kind may be one of some with a slip:
// those that begin with its first half, and those in which the words of its second
// half are found.
func (s *Service) near(ctx context.Context, a *policy.Actor, o *schema.Object, kind string, keys []string, into map[int64]bool) error {
	q := s.within(ctx)
	system := policy.System(a.Registry, "")
	for _, key := range keys {
		first, second := normal.Halves(key)
		if first == "" {
			continue
		}
		exact, begin, err := store.NamesLike(ctx, q, o.Name+"."+kind, first, looked)
		if err != nil {
			return err
		}
		for _, id := range append(exact, begin...) {
			into[id] = true
		}
		list, possible := words(system, o, second)
		if !possible {
			continue
		}
		rows, err := store.Select{
			Registry: a.Registry, Asker: system, Columns: []string{"id"}, Tokens: tokensOf(o),
			Query: query.Query{Object: o, Words: list, Limit: looked, Sort: []query.Key{{Field: "id", Desc: true}}},
		}.Rows(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if id, ok := r[0].(int64); ok {
				into[id] = true
			}
		}
	}
	return nil
}
