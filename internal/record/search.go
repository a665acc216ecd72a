package record

import (
	"context"
	"sort"
	"strings"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Find is one search result.
type Find struct {
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
	Label  string `json:"label"`
	// Detail is the title of what the record belongs to, where the asker sees it.
	Detail string `json:"detail,omitempty"`

	rank int
	// over tells that it went through its pipeline: a lead that became a customer.
	over bool
}

// The ranks of a find, best first.
const (
	rankExact = iota
	rankPrefix
	rankMine
	rankOther
)

// Search looks through every object that has names: exactly so named first,
// then what begins so, then my own, then the newest. Ranking a common word over
// all its matches would take seconds, so only these groups are looked at.
func (s *Service) Search(ctx context.Context, a *policy.Actor, typed string, limit int) ([]Find, error) {
	finds := []Find{}
	for _, o := range a.Registry.Objects() {
		f := o.Field(o.Title)
		if f == nil || f.Search == "" || !a.Readable(o, f) || !a.May(o, policy.View) {
			continue
		}
		some, err := s.searchObject(ctx, a, o, f, typed, limit)
		if err != nil {
			return nil, err
		}
		finds = append(finds, some...)
	}
	sort.SliceStable(finds, func(i, j int) bool { return finds[i].rank < finds[j].rank })
	finds = unlike(finds)
	finds = finds[:min(len(finds), limit)]
	if err := s.detail(ctx, a, finds); err != nil {
		return nil, err
	}
	// Of what is named alike, what is over comes after what goes on.
	sort.SliceStable(finds, func(i, j int) bool {
		return finds[i].rank < finds[j].rank || finds[i].rank == finds[j].rank && !finds[i].over && finds[j].over
	})
	return finds, nil
}

// alike is how many finds of one object may have the same title: twenty calls
// that are all called "call" would hide everything else.
const alike = 3

func unlike(finds []Find) []Find {
	type same struct{ object, label string }
	seen := map[same]int{}
	kept := finds[:0]
	for _, f := range finds {
		k := same{f.Object, f.Label}
		if seen[k]++; seen[k] <= alike {
			kept = append(kept, f)
		}
	}
	return kept
}

// belongs is the field that says what a record belongs to: the first single
// reference of its list.
func belongs(a *policy.Actor, o *schema.Object) *schema.Field {
	for _, name := range o.List {
		if f := o.Field(name); f != nil && f.Type == "reference" && len(f.Targets) == 1 && a.Readable(o, f) {
			return f
		}
	}
	return nil
}

// detail tells of each find what it belongs to, and whether it is over.
func (s *Service) detail(ctx context.Context, a *policy.Actor, finds []Find) error {
	byObject := map[string][]*query.Node{}
	place := map[int64]int{}
	for i, f := range finds {
		byObject[f.Object] = append(byObject[f.Object], query.Is("id", f.ID))
		place[f.ID] = i
	}
	for name, ids := range byObject {
		o := a.Registry.Object(name)
		f, stage := belongs(a, o), o.Field(o.Stage)
		columns := []string{"id"}
		if f != nil {
			columns = append(columns, f.Column())
		}
		if stage != nil && a.Readable(o, stage) {
			columns = append(columns, stage.Column())
		} else {
			stage = nil
		}
		if len(columns) == 1 {
			continue
		}
		sel := store.Select{
			Registry: a.Registry, Asker: a, Guard: query.AllOf(a.Filter(o, policy.View), query.OneOf(ids...)), Columns: columns,
			Query: query.Query{Object: o, Limit: len(ids), Sort: []query.Key{{Field: "id"}}},
		}
		rows, err := sel.Rows(ctx, s.DB)
		if err != nil {
			return err
		}
		var owners []int64
		for _, r := range rows {
			if stage != nil {
				id, _ := r[0].(int64)
				at, _ := r[len(r)-1].(string)
				option := stage.Option(at)
				finds[place[id]].over = option != nil && option.Kind != "" && option.Kind != schema.Open
			}
			if f == nil {
				continue
			}
			if owner, _ := r[1].(int64); owner != 0 {
				owners = append(owners, owner)
			}
		}
		if f == nil {
			continue
		}
		labels, err := s.labels(ctx, s.DB, a, f.Targets[0], owners, false)
		if err != nil {
			return err
		}
		for _, r := range rows {
			id, _ := r[0].(int64)
			owner, _ := r[1].(int64)
			finds[place[id]].Detail = labels[owner]
		}
	}
	return nil
}

func (s *Service) searchObject(ctx context.Context, a *policy.Actor, o *schema.Object, title *schema.Field, typed string, limit int) ([]Find, error) {
	var finds []Find
	seen := map[int64]bool{}
	add := func(id int64, label string, rank int) {
		if !seen[id] {
			seen[id] = true
			finds = append(finds, Find{Object: o.Name, ID: id, Label: label, rank: rank})
		}
	}
	if err := s.named(ctx, a, o, typed, limit, add); err != nil {
		return nil, err
	}
	list, possible := words(a, o, typed)
	if !possible {
		return finds, nil
	}
	newest := store.Select{
		Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Columns: []string{"id", title.Column()}, Tokens: tokensOf(o),
		Query: query.Query{Object: o, Words: list, Limit: limit, Sort: []query.Key{{Field: "id", Desc: true}}},
	}
	mine := newest
	if o.Owned && a.ID != 0 {
		mine.Guard = query.Is("owner", a.ID)
		mine.Query.Limit = min(limit, 5)
	}
	folded := normal.Fold(typed)
	for i, sel := range []store.Select{mine, newest} {
		rows, err := sel.Rows(ctx, s.DB)
		if err != nil {
			return nil, err
		}
		rank := rankOther
		if i == 0 && o.Owned && a.ID != 0 {
			rank = rankMine
		}
		for _, r := range rows {
			id, _ := r[0].(int64)
			label, _ := r[1].(string)
			switch name := normal.Fold(label); {
			case name == folded:
				add(id, label, rankExact)
			case strings.HasPrefix(name, folded):
				add(id, label, rankPrefix)
			default:
				add(id, label, rank)
			}
		}
	}
	return finds, nil
}

// named finds the records one of whose names is, or begins with, what was
// typed, wherever they stand in time.
func (s *Service) named(ctx context.Context, a *policy.Actor, o *schema.Object, typed string, limit int, add func(id int64, label string, rank int)) error {
	kind := ""
	key := ""
	for _, f := range o.Fields {
		if f.Match != "company" && f.Match != "person" {
			continue
		}
		if !a.Readable(o, f) {
			return nil // a name one may not read must not be guessed
		}
		kind, key = o.Name+".name", normal.CompanyKey(typed)
		if f.Match == "person" {
			key = normal.PersonKey(typed)
		}
	}
	if kind == "" || len([]rune(key)) < 2 {
		return nil
	}
	exact, begin, err := store.NamesLike(ctx, s.DB, kind, key, limit)
	if err != nil {
		return err
	}
	labels, err := s.labels(ctx, s.DB, a, o.Name, append(append([]int64{}, exact...), begin...), false)
	if err != nil {
		return err
	}
	for rank, ids := range [...][]int64{rankExact: exact, rankPrefix: begin} {
		for _, id := range ids {
			if label, visible := labels[id]; visible {
				add(id, label, rank)
			}
		}
	}
	return nil
}

// mayHold tests the values of the searched columns for the characters that a record
// must have to fit the words: a fraction of the time it takes to cut them.
func mayHold(words [][][]query.Word) func(values []any) bool {
	var characters []rune
	for _, alternatives := range words {
		if len(alternatives) != 1 {
			continue
		}
		for _, w := range alternatives[0] {
			// All say the same in the classes of different fields, but for pinyin.
			if all := append(w.Tokens[:len(w.Tokens):len(w.Tokens)], w.Begun...); len(normal.Characters(all[0][1:])) > 0 {
				characters = append(characters, normal.Characters(all[0][1:])...)
			}
		}
	}
	if len(characters) == 0 {
		return nil
	}
	return func(values []any) bool { return normal.HaveCharacters(values, characters) }
}

// tokensOf cuts the values of the searched columns into tokens.
func tokensOf(o *schema.Object) func(values []any) []string {
	return func(values []any) []string {
		v := Values{}
		i := 0
		for _, f := range o.Fields {
			if f.Search != "" {
				v[f.Name] = values[i : i+1]
				i++
			}
		}
		for _, f := range o.Fields {
			if f.Searched() != nil {
				v[f.Name] = values[i : i+1]
				i++
			}
		}
		return Words(o, v)
	}
}
