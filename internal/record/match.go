package record

import (
	"context"
	"maps"
	"slices"
	"sort"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// matchMax is the longest key kept, in bytes; names are shorter, and an index
// entry must stay small.
const matchMax = 200

// MatchKeys are the keys under which a record is recognised: its names without
// legal form, the digits of its phones, its mail addresses and numbers.
func MatchKeys(o *schema.Object, v Values) []store.MatchKey {
	var keys []store.MatchKey
	for _, f := range o.Fields {
		text := v.Text(f.Name)
		if f.Match == "" || text == "" {
			continue
		}
		values := []string{text}
		if many, ok := f.Kind().(schema.Multiple); ok {
			values = many.Values(f, text)
		}
		kind := f.Match
		for _, value := range values {
			key := value
			switch f.Match {
			case "company":
				kind, key = "name", normal.CompanyKey(value)
			case "person":
				kind, key = "name", normal.PersonKey(value)
			case "mail":
				key = normal.MailKey(value)
			case "code":
				key = normal.CompanyKey(value)
			case "external":
				key = externalKey(value)
			}
			if key != "" && len(key) <= matchMax {
				keys = append(keys, store.MatchKey{Kind: o.Name + "." + kind, Key: key})
			}
		}
	}
	return keys
}

// Matching lists for each key the live records that have it, whoever may see
// them: an import must not make what exists already. Within a unit it sees what that
// wrote. It answers ids alone.
func (s *Service) Matching(ctx context.Context, o *schema.Object, keys []store.MatchKey) (map[store.MatchKey][]int64, error) {
	found := map[store.MatchKey][]int64{}
	var rest []store.MatchKey
	for _, k := range keys {
		if u := unitOf(ctx); u != nil {
			if ids, known := u.matches[k]; known {
				if len(ids) > 0 {
					found[k] = slices.Clone(ids)
				}
				continue
			}
		}
		rest = append(rest, k)
	}
	if len(rest) == 0 {
		return found, nil
	}
	asked, err := store.FindMatches(ctx, s.within(ctx), o, rest)
	maps.Copy(found, asked)
	return found, err
}

// Expect reads in advance which records of o have the keys that Matching will be
// asked for, many at once.
func (u *Unit) Expect(ctx context.Context, o *schema.Object, keys []store.MatchKey) error {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k store.MatchKey) bool {
		_, known := u.matches[k]
		return known
	})
	if len(keys) == 0 {
		return nil
	}
	found, err := store.FindMatches(ctx, u.tx, o, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		u.matches[k] = found[k]
	}
	return nil
}

// rekey keeps what is known of matches true when the keys of a record change.
func (u *Unit) rekey(id int64, before, after []store.MatchKey) {
	if len(u.matches) == 0 {
		return
	}
	for _, k := range before {
		if ids, known := u.matches[k]; known {
			u.matches[k] = slices.DeleteFunc(ids, func(one int64) bool { return one == id })
		}
	}
	for _, k := range after {
		if ids, known := u.matches[k]; known && !slices.Contains(ids, id) {
			u.matches[k] = append(ids, id)
		}
	}
}

// Candidate is a record that may be the same as one being entered.
type Candidate struct {
	ID    int64  `json:"id,string"`
	Label string `json:"label"`
	// Owner is the name of the record's owner.
	Owner string `json:"owner,omitempty"`
	// Matched says what meets: name, phone, mail, code.
	Matched []string `json:"matched"`
}

// maxCandidates is how many candidates are shown; more say nothing.
const maxCandidates = 10

// Duplicates looks for records like the values entered, except one (0: none).
// Those the actor may not see are counted, not shown.
func (s *Service) Duplicates(ctx context.Context, a *policy.Actor, o *schema.Object, cells map[string]string, except int64) ([]Candidate, int, error) {
	if !a.May(o, policy.View) {
		return nil, 0, fail("forbidden")
	}
	v := Values{}
	for name, text := range cells {
		f := o.Field(name)
		if f == nil || f.Match == "" || !a.Readable(o, f) {
			continue
		}
		if columns, err := s.parseText(ctx, a, f, text); err == nil && columns != nil {
			v[name] = columns
		}
	}
	return s.alike(ctx, a, o, v, except)
}

// alike lists the live records of an object that share what is compared with some
// values, except one, and counts those the actor may not see.
func (s *Service) alike(ctx context.Context, a *policy.Actor, o *schema.Object, v Values, except int64) ([]Candidate, int, error) {
	found, err := s.Matching(ctx, o, MatchKeys(o, v))
	if err != nil || len(found) == 0 {
		return []Candidate{}, 0, err
	}
	matched := map[int64]map[string]bool{}
	for key, ids := range found {
		for _, id := range ids {
			if id == except {
				continue
			}
			if matched[id] == nil {
				matched[id] = map[string]bool{}
			}
			matched[id][key.Kind[len(o.Name)+1:]] = true
		}
	}
	ids := make([]int64, 0, len(matched))
	for id := range matched {
		ids = append(ids, id)
	}
	// What meets in most ways comes first, then the oldest.
	sort.Slice(ids, func(i, j int) bool {
		if n, m := len(matched[ids[i]]), len(matched[ids[j]]); n != m {
			return n > m
		}
		return ids[i] < ids[j]
	})
	labels, hidden, err := s.sight(ctx, s.DB, a, o, ids)
	if err != nil {
		return nil, 0, err
	}
	candidates := []Candidate{}
	for _, id := range ids {
		label, visible := labels[id]
		if !visible || len(candidates) == maxCandidates {
			continue
		}
		if err := s.openly(ctx, a, o, id, found, matched[id]); err != nil {
			return nil, 0, err
		}
		if len(matched[id]) == 0 {
			hidden++
			continue
		}
		c := Candidate{ID: id, Label: label}
		for kind := range matched[id] {
			c.Matched = append(c.Matched, kind)
		}
		sort.Strings(c.Matched)
		candidates = append(candidates, c)
	}
	return candidates, hidden, s.owners(ctx, a, o, candidates)
}

// openly leaves of the ways in which a record that the actor sees was found those of which he may
// read what met: the others would tell him what a hidden field holds.
func (s *Service) openly(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, found map[store.MatchKey][]int64, ways map[string]bool) error {
	if !slices.ContainsFunc(o.Fields, func(f *schema.Field) bool { return f.Match != "" && !a.Readable(o, f) }) {
		return nil
	}
	v, err := s.shown(ctx, a, o.Name, id)
	if err != nil {
		return err
	}
	clear(ways)
	for _, key := range MatchKeys(o, v) {
		if slices.Contains(found[key], id) {
			ways[key.Kind[len(o.Name)+1:]] = true
		}
	}
	return nil
}

// sight tells the titles of those of some live records that the actor may see, and
// how many of them he may not. Of very many the first are asked about: the rest are
// counted as neither.
func (s *Service) sight(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, ids []int64) (labels map[int64]string, hidden int, err error) {
	const looked, together = 2000, 500
	labels = map[int64]string{}
	for some := range slices.Chunk(ids[:min(len(ids), looked)], together) {
		found, err := s.labels(ctx, q, a, o.Name, some, false)
		if err != nil {
			return nil, 0, err
		}
		maps.Copy(labels, found)
		hidden += len(some) - len(found)
	}
	return labels, hidden, nil
}

// owners names the owners of candidates, where the actor may read them.
func (s *Service) owners(ctx context.Context, a *policy.Actor, o *schema.Object, candidates []Candidate) error {
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
	}.Rows(ctx, s.DB)
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
	names, err := s.labels(ctx, s.DB, a, "user", users, true)
	for i := range candidates {
		candidates[i].Owner = names[owner[candidates[i].ID]]
	}
	return err
}
