package record

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// MergeMark is the name under which the history keeps which records became part of one.
const MergeMark = "merge:records"

// MaxMerged is how many records are merged at once.
const MaxMerged = 10

// merges are the times that records became part of one.
var merges = store.Declare(store.Table{
	Name: "merge",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText}, {Name: "winner_id", Kind: schema.KindInt},
		{Name: "actor_id", Kind: schema.KindInt}, {Name: "at", Kind: schema.KindInt},
		{Name: "undone_at", Kind: schema.KindInt}, {Name: "undone_by", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"winner_id", "object, id"},
})

// mergeMembers are the records that became part of another.
var mergeMembers = store.Declare(store.Table{
	Name: "merge_member",
	Columns: []schema.Column{
		{Name: "record_id", Kind: schema.KindInt}, {Name: "merge_id", Kind: schema.KindInt}, {Name: "label", Kind: schema.KindText},
	},
	Key:     []string{"record_id", "merge_id"},
	Indexes: []string{"merge_id"},
})

// mergeMoved is what went along with them, each with how it was before.
var mergeMoved = store.Declare(store.Table{
	Name: "merge_moved",
	Columns: []schema.Column{
		{Name: "merge_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "kind", Kind: schema.KindText},
		// from is the record that became part of another, record_id what hung on it.
		{Name: "from_id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText}, {Name: "record_id", Kind: schema.KindInt},
		{Name: "name", Kind: schema.KindText}, {Name: "was", Kind: schema.KindText}, {Name: "now", Kind: schema.KindText},
	},
	Key: []string{"merge_id", "n"},
})

var movedColumns = []string{"merge_id", "n", "kind", "from_id", "object", "record_id", "name", "was", "now"}

// What went along.
const (
	movedReference = "reference"
	movedLink      = "link" // a link that the other had too: it went to the bin
	movedComment   = "comment"
	movedFile      = "file"
	movedShare     = "share"
	movedRow       = "row"
	movedApart     = "apart"
	movedDerived   = "derived" // what follows from the records that hang on it
)

// Merging says which records become one, and what of them stays.
type Merging struct {
	// Winner is the one that stays, Records all of them, it included.
	Winner  int64
	Records []int64
	// Versions are those the client read; 0 or none: it does not care.
	Versions map[int64]int64
	// Choices name by field the record whose value stays; 0 unites those of all. Of
	// fields that are not named a sensible value stays.
	Choices map[string]int64
}

// Mergeable tells whether records of an object can become one.
func Mergeable(o *schema.Object) bool { return !o.AdminOnly && !o.IsLink() }

// part is a record that takes part in a merge.
type part struct {
	id      int64
	v       Values
	version int64
}

// mergeOrigin is what the history says through what a merge's changes came.
func mergeOrigin(id int64) string { return "merge " + strconv.FormatInt(id, 10) }

// engineFor is the engine acting in somebody's name.
func engineFor(a *policy.Actor, origin string) *policy.Actor {
	e := policy.System(a.Registry, origin)
	e.ID, e.Name, e.Language, e.Location, e.Address = a.ID, a.Name, a.Language, a.Location, a.Address
	return e
}

// parts reads the records of a merge, the winner first, where the actor may edit all of
// them and remove those that do not stay.
func (s *Service) parts(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, m Merging) ([]part, error) {
	switch {
	case !Mergeable(o):
		return nil, fail("not_found")
	case len(m.Records) < 2:
		return nil, invalid("ids", "merge_two")
	case len(m.Records) > MaxMerged:
		return nil, invalid("ids", "too_many", "max", strconv.Itoa(MaxMerged))
	case !slices.Contains(m.Records, m.Winner):
		return nil, invalid("winner", "merge_winner")
	}
	ids := slices.Clone(m.Records)
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		return nil, invalid("ids", "merge_two")
	}
	var list []part
	for _, id := range ids {
		v, version, err := s.writable(ctx, q, a, o, id, policy.Edit, false)
		if IsCode(err, "not_found") {
			if into := s.MergedInto(ctx, a, o, id); into != 0 {
				return nil, Clash("ids", "merged_before")
			}
		}
		if err != nil {
			return nil, err
		}
		if read := m.Versions[id]; read != 0 && read != version {
			return nil, Clash("ids", "merge_changed")
		}
		if id != m.Winner {
			if _, _, err := s.look(ctx, q, a, o, id, policy.Remove, false); err != nil {
				return nil, fail("forbidden")
			}
		}
		list = append(list, part{id, v, version})
	}
	slices.SortStableFunc(list, func(x, y part) int {
		if x.id == m.Winner || y.id == m.Winner {
			return cmp.Compare(b2i(y.id == m.Winner), b2i(x.id == m.Winner))
		}
		// Then the newest: what it says is likelier to hold still.
		return cmp.Or(cmp.Compare(y.v.Int("updated_at"), x.v.Int("updated_at")), cmp.Compare(x.id, y.id))
	})
	return list, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// chosen tells whether the value of a field can be chosen in a merge: others follow
// from the rest or stay those of the winner.
func chosen(o *schema.Object, f *schema.Field) bool {
	return !f.System && !f.Derived && f.Since == "" && f.Type != "autonumber" && f.Lines() == nil && f.Name != o.Checks && f.Name != "department" && f.Name != schema.ExternalIDs
}

// united tells whether the values of several records can stand in the field together.
func united(f *schema.Field) bool {
	switch f.Type {
	case "phones", "mails", "tags", "multipicklist", "references", "longtext":
		return true
	}
	return f.Files() > 1
}

// outcome is what the winner holds after a merge.
func (s *Service) outcome(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, parts []part, choices map[string]int64) (Values, error) {
	after := Values{}
	for name := range choices {
		f := o.Field(name)
		switch {
		case f == nil || !a.Readable(o, f):
			return nil, invalid(name, "unknown_field")
		case !chosen(o, f) || a.Access(o, f) != "write":
			return nil, invalid(name, "read_only")
		}
	}
	fields := slices.Clone(o.Fields)
	slices.SortStableFunc(fields, func(f, g *schema.Field) int { return cmp.Compare(b2i(f.Only != nil), b2i(g.Only != nil)) })
	for _, f := range fields {
		columns := parts[0].v[f.Name]
		choice, named := choices[f.Name]
		var err error
		switch {
		case !named && f.Only != nil && !slices.Contains(f.Only.Values, after.Text(f.Only.Field)): // it would mean nothing
		case f.Name == o.Checks && o.Checks != "", f.System, f.Since != "", f.Type == "autonumber", f.Lines() != nil, f.Name == "department":
		case named && choice != 0:
			at := slices.IndexFunc(parts, func(p part) bool { return p.id == choice })
			if at < 0 {
				return nil, invalid(f.Name, "merge_winner")
			}
			columns = parts[at].v[f.Name]
		case united(f) || f.Name == schema.ExternalIDs:
			if named && !united(f) {
				return nil, invalid(f.Name, "merge_winner")
			}
			columns = s.unite(o, f, parts)
		case named:
			return nil, invalid(f.Name, "merge_winner")
		case !filled(columns) && f.Name != "owner":
			if columns, err = s.firstFilled(ctx, q, a, f, parts); err != nil {
				return nil, err
			}
		}
		after[f.Name] = withoutParts(o, f, columns, parts)
	}
	if owner := after.Int("owner"); o.Owned && owner != parts[0].v.Int("owner") {
		at := slices.IndexFunc(parts, func(p part) bool { return p.v.Int("owner") == owner })
		department := parts[at].v["department"]
		if !a.Covers(o, policy.Assign, parts[0].v.Int("owner"), parts[0].v.Int("department")) {
			return nil, invalid("owner", "may_not_assign")
		}
		if !a.Covers(o, policy.Assign, owner, parts[at].v.Int("department")) {
			return nil, invalid("owner", "outside_scope")
		}
		after["department"] = department
	}
	return after, nil
}

// filled tells whether columns hold a value.
func filled(columns []any) bool {
	if len(columns) == 0 {
		return false
	}
	for _, c := range columns {
		if c != nil && c != "" && c != "[]" {
			return true
		}
	}
	return false
}

// firstFilled is the first value that a field has in one of the records; one that leads
// to what is in the recycle bin is none.
func (s *Service) firstFilled(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, parts []part) ([]any, error) {
	for _, p := range parts {
		columns := p.v[f.Name]
		if !filled(columns) {
			continue
		}
		if object, id := f.Target(), p.v.Int(f.Name); object != "" || f.Type == "anyreference" {
			if f.Type == "anyreference" {
				object, id = Reference(f, columns)
			}
			there, err := s.labels(ctx, q, policy.System(a.Registry, ""), object, []int64{id}, false)
			if err != nil {
				return nil, err
			}
			if _, ok := there[id]; !ok {
				continue
			}
		}
		return columns, nil
	}
	return parts[0].v[f.Name], nil
}

// withoutParts leaves out references to the records of the merge themselves.
func withoutParts(o *schema.Object, f *schema.Field, columns []any, parts []part) []any {
	is := func(id int64) bool { return slices.ContainsFunc(parts, func(p part) bool { return p.id == id }) }
	if f.Many() == o.Name && len(columns) > 0 {
		stored, _ := columns[0].(string)
		var kept []any
		for _, id := range schema.IDs(stored) {
			if !is(id) {
				kept = append(kept, strconv.FormatInt(id, 10))
			}
		}
		if parsed, err := f.Kind().Parse(f, kept); err == nil {
			return orEmpty(f, parsed)
		}
	}
	if f.Target() != o.Name && f.Type != "anyreference" || len(columns) == 0 {
		return columns
	}
	if object, id := Reference(f, columns); object == o.Name && is(id) {
		return make([]any, len(f.Columns()))
	}
	return columns
}

// orEmpty are columns, or those of no value.
func orEmpty(f *schema.Field, columns []any) []any {
	if columns == nil {
		return make([]any, len(f.Columns()))
	}
	return columns
}

// unite is what a field of several values holds of all the records; where it would be
// too much, what the first holds.
func (s *Service) unite(o *schema.Object, f *schema.Field, parts []part) []any {
	first := parts[0].v[f.Name]
	switch {
	case f.Type == "phones" || f.Type == "mails":
		for _, p := range parts[1:] {
			joined, err := joinEntries(f, Values{f.Name: first}.Text(f.Name), p.v.Text(f.Name))
			if err != nil {
				return parts[0].v[f.Name]
			}
			first = orEmpty(f, joined)
		}
		return first
	case f.Files() > 1:
		var files []schema.FileRef
		for _, p := range parts {
			for _, one := range schema.FilesIn(p.v[f.Name]) {
				if len(files) < f.Files() && !slices.ContainsFunc(files, func(g schema.FileRef) bool { return g.ID == one.ID }) {
					files = append(files, one)
				}
			}
		}
		if columns, err := f.Kind().Parse(f, files); err == nil {
			return orEmpty(f, columns)
		}
		return first
	case f.Type == "longtext":
		var texts []string
		for _, p := range parts {
			if text := strings.TrimSpace(p.v.Text(f.Name)); text != "" && !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		if columns, err := f.Kind().Parse(f, strings.Join(texts, "\n\n")); err == nil && len(texts) > 1 {
			return orEmpty(f, columns)
		}
		if !filled(first) && len(texts) > 0 {
			return []any{texts[0]}
		}
		return first
	}
	many, ok := f.Kind().(schema.Multiple)
	if !ok {
		return first
	}
	var items []any
	add := func(value string) {
		if !slices.Contains(items, any(value)) {
			items = append(items, value)
		}
	}
	for _, p := range parts {
		for _, value := range many.Values(f, p.v.Text(f.Name)) {
			add(value)
		}
	}
	// What the others were called is a name by which this one is found from now on.
	if title := o.Field(o.Title); f.Type == "tags" && title != nil && f.Match != "" && Kind(f) == Kind(title) && f.Match == title.Match {
		known := ProfileOf(o, parts[0].v).keys[Kind(f)]
		for _, p := range parts[1:] {
			for _, k := range MatchKeys(o, Values{o.Title: p.v[o.Title]}) {
				if !slices.Contains(known, k.Key) {
					add(p.v.Text(o.Title))
				}
			}
		}
	}
	if columns, err := f.Kind().Parse(f, items); err == nil {
		return orEmpty(f, columns)
	}
	return first
}

// Merge makes one of several records: what hangs on the others hangs on the winner from
// then on, and they go to the recycle bin. It answers the id of the merge, by which it
// can be undone (see Unmerge).
func (s *Service) Merge(ctx context.Context, a *policy.Actor, o *schema.Object, m Merging) (id int64, err error) {
	err = s.Together(ctx, func(ctx context.Context, u *Unit) error {
		id, err = u.merge(ctx, a, o, m)
		return err
	})
	return id, s.explain(o, err)
}

func (u *Unit) merge(ctx context.Context, a *policy.Actor, o *schema.Object, m Merging) (int64, error) {
	s := u.service
	a, o, err := u.current(a, o, nil)
	if err != nil {
		return 0, err
	}
	ids := slices.Clone(m.Records)
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), MaxMerged)] { // in their order, so that no two merges wait for each other
		if _, err := store.Locked(ctx, u.tx, o, []int64{id}); err != nil {
			return 0, err
		}
	}
	parts, err := s.parts(ctx, u.tx, a, o, m)
	if err != nil {
		return 0, err
	}
	after, err := s.outcome(ctx, u.tx, a, o, parts, m.Choices)
	if err != nil {
		return 0, err
	}
	ctx = context.WithValue(ctx, settledKey{}, true)
	id := s.IDs.Next()
	v := mover{unit: u, service: s, actor: engineFor(a, mergeOrigin(id)), object: o, merge: id, winner: parts[0], losers: parts[1:], now: clock(ctx)}
	if err := v.follow(ctx); err != nil {
		return 0, err
	}
	if err := u.steady(ctx, v.actor, o, parts[0].id, parts[0].v); err != nil {
		return 0, err
	}
	if err := v.losersGo(ctx); err != nil {
		return 0, err
	}
	if err := v.winnerBecomes(ctx, after); err != nil {
		return 0, err
	}
	return id, v.keep(ctx, a)
}

// losersGo moves the records that do not stay to the recycle bin.
func (v *mover) losersGo(ctx context.Context) error {
	for _, p := range v.losers {
		if err := v.unit.bin(ctx, v.actor, v.object, p.id, false); err != nil {
			return err
		}
	}
	return nil
}

// winnerBecomes writes what the winner holds from now on, and that it is a merge.
func (v *mover) winnerBecomes(ctx context.Context, after Values) error {
	o, s := v.object, v.service
	now, version, err := s.load(ctx, v.unit.tx, v.actor, o, v.winner.id, policy.View, false)
	if err != nil {
		return err
	}
	set := Values{}
	for _, f := range o.Fields {
		if f.System || f.Derived && filled(now[f.Name]) {
			continue
		}
		if !same(f.Entered(now[f.Name]), f.Entered(after[f.Name])) && after[f.Name] != nil {
			set[f.Name] = after[f.Name]
		}
	}
	if o.Owned && set["owner"] != nil {
		set["department"] = after["department"]
	}
	for _, f := range o.Fields {
		is := now[f.Name]
		if columns := set[f.Name]; columns != nil {
			is = columns
		}
		if was := v.winner.v[f.Name]; f.Derived && !same(was, is) {
			v.note(movedDerived, v.winner.id, o.Name, v.winner.id, f.Name, string(encode(f, was)), string(encode(f, is)))
			delete(set, f.Name)
			row := store.Row{}
			columnsOf(o, Values{f.Name: is}, row)
			if _, err := store.Update(ctx, v.unit.tx, o.Table(), row, store.Row{"id": v.winner.id}); err != nil {
				return err
			}
			now[f.Name] = is
		}
	}
	if _, err := v.unit.Write(ctx, v.actor, o, v.winner.id, &Current{now, version}, set, 0); err != nil {
		return err
	}
	now, version, err = s.load(ctx, v.unit.tx, v.actor, o, v.winner.id, policy.View, false)
	if err != nil {
		return err
	}
	refs := []byte{'['}
	for i, p := range v.losers {
		if i > 0 {
			refs = append(refs, ',')
		}
		refs = append(refs, `{"id":"`+strconv.FormatInt(p.id, 10)+`","label":`...)
		refs = append(schema.AppendString(refs, p.v.Text(o.Title)), '}')
	}
	told := json.RawMessage(`{"merge":"` + strconv.FormatInt(v.merge, 10) + `","records":` + string(append(refs, ']')) + `}`)
	return s.log(ctx, &Change{Actor: v.actor, Object: o, ID: v.winner.id, Before: now, After: now, Now: v.now, service: s, tx: v.unit.tx},
		map[string][2]json.RawMessage{MergeMark: {json.RawMessage("null"), told}}, version, "merged")
}

// keep writes down the merge and what went along.
func (v *mover) keep(ctx context.Context, a *policy.Actor) error {
	tx := v.unit.tx
	if err := store.Insert(ctx, tx, merges.Name, store.Row{"id": v.merge, "object": v.object.Name, "winner_id": v.winner.id, "actor_id": a.ID, "at": v.now, "undone_at": int64(0), "undone_by": int64(0)}); err != nil {
		return err
	}
	var members [][]any
	for _, p := range v.losers {
		members = append(members, []any{p.id, v.merge, p.v.Text(v.object.Title)})
	}
	if err := store.InsertMany(ctx, tx, mergeMembers.Name, []string{"record_id", "merge_id", "label"}, members); err != nil {
		return err
	}
	for some := range slices.Chunk(v.rows, 500) {
		if err := store.InsertMany(ctx, tx, mergeMoved.Name, movedColumns, some); err != nil {
			return err
		}
	}
	return nil
}

// MergedInto is the live record that the actor may see and a record became part of, be
// it by several merges; 0: none.
func (s *Service) MergedInto(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) int64 {
	for range MaxMerged {
		rows, err := store.Find(ctx, s.within(ctx), mergeMembers.Name, "merge_id", store.Row{"record_id": id}, "ORDER BY merge_id DESC")
		if err != nil {
			return 0
		}
		next := int64(0)
		for _, r := range rows {
			merged, err := store.Find(ctx, s.within(ctx), merges.Name, "winner_id", store.Row{"id": r[0], "object": o.Name, "undone_at": int64(0)}, "")
			if err == nil && len(merged) > 0 {
				next, _ = merged[0][0].(int64)
				break
			}
		}
		if next == 0 {
			return 0
		}
		if s.may(ctx, s.within(ctx), a, o, next, policy.View, false) {
			return next
		}
		id = next
	}
	return 0
}
