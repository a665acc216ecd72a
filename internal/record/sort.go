package record

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// namedMost is how many records a reference may lead to that stand in the order of
// their titles.
const namedMost = 1000

// sort reads the order that is asked for; texts stand in that of a language.
func (s *Service) sort(ctx context.Context, a *policy.Actor, o *schema.Object, text, order string, searching bool) ([]query.Key, error) {
	var keys []query.Key
	if text == "" {
		text = "-created_at"
		if made := o.Field("created_at"); searching || made == nil || !a.Readable(o, made) {
			// The order of the search index, and of all that is made as time goes: as good as
			// newest. It tells nothing of when a record that came with a file was made first.
			text = "-id"
		}
	}
	for _, name := range strings.Split(text, ",") {
		k := query.Key{}
		k.Field, k.Desc = strings.CutPrefix(strings.TrimSpace(name), "-")
		k.Order = order
		_, _, ok := store.SortColumn(o, k)
		f := o.Field(k.Field)
		if !ok || f != nil && !a.Readable(o, f) || len(keys) > 4 {
			return nil, &query.Problem{Code: "sort_unfit", Pos: -1, Token: k.Field}
		}
		if f != nil {
			if err := s.byName(ctx, a, f, &k); err != nil {
				return nil, err
			}
		}
		keys = append(keys, k)
	}
	if keys[len(keys)-1].Field == "id" {
		return keys, nil
	}
	return append(keys, query.Key{Field: "id", Desc: keys[0].Desc}), nil
}

// byName has a reference stand in the order of the titles people see: those of what
// the actor may see come first, all else alike behind them. Where they are too
// many, references stand by id, but only for whom no record is hidden that could be
// told of thereby.
func (s *Service) byName(ctx context.Context, a *policy.Actor, f *schema.Field, k *query.Key) error {
	unfit := func(code string) error { return &query.Problem{Code: code, Pos: -1, Token: f.Label.In(a.Language)} }
	if !Sortable(a, f) {
		return unfit("sort_unfit")
	}
	if f.Type == "anyreference" {
		return nil
	}
	o := a.Registry.Object(f.Target())
	if o == nil {
		return nil
	}
	if !a.May(o, policy.View) {
		k.Named = []int64{}
		return nil
	}
	guard := a.Filter(o, policy.View)
	named, ok, err := s.titled(ctx, a, o, guard, k.Order)
	switch {
	case err != nil:
		return err
	case ok:
		k.Named, k.Whole = named, guard == nil
	case guard != nil:
		return unfit("sort_too_many")
	}
	return nil
}

// Sortable tells whether the actor may sort by a field at all: a reference to any
// of several kinds of record stands by id, which would tell of those he does not
// see.
func Sortable(a *policy.Actor, f *schema.Field) bool {
	if _, many := f.Kind().(schema.Multiple); many || f.Type == "longtext" || f.Lines() != nil {
		return false
	}
	return f.Type != "anyreference" || !slices.ContainsFunc(f.Targets, func(name string) bool {
		o := a.Registry.Object(name)
		return o == nil || !a.May(o, policy.View) || a.Filter(o, policy.View) != nil
	})
}

// titled lists the records of an object the actor may see, in the bin too, by title;
// false: there are too many, or their titles are not the actor's to read.
func (s *Service) titled(ctx context.Context, a *policy.Actor, o *schema.Object, guard *query.Node, order string) ([]int64, bool, error) {
	title := o.Field(o.Title)
	if title == nil || !a.Readable(o, title) {
		return nil, false, nil
	}
	by := query.Key{Field: o.Title, Order: order}
	column, _, ok := store.SortColumn(o, by)
	if !ok {
		return nil, false, nil
	}
	all, err := s.seen(ctx, a, o, guard, []query.Key{by, {Field: "id"}}, []string{"id", column})
	if err != nil || len(all) > namedMost {
		return nil, false, err
	}
	slices.SortFunc(all, func(x, y []any) int { return cmp.Or(compareKeys(x[1], y[1]), compareIDs(x[0], y[0])) })
	ids := make([]int64, len(all))
	for i, r := range all {
		ids[i], _ = r[0].(int64)
	}
	return ids, true, nil
}

// seen reads what an actor may see of an object, in the bin too: of more than
// namedMost, one more than that.
func (s *Service) seen(ctx context.Context, a *policy.Actor, o *schema.Object, guard *query.Node, sort []query.Key, columns []string) ([][]any, error) {
	var all [][]any
	for _, deleted := range []bool{false, true} {
		sel := store.Select{Registry: a.Registry, Asker: a, Guard: guard, Columns: columns, Query: query.Query{
			Object: o, Sort: sort, Limit: namedMost + 1 - len(all), Deleted: deleted,
		}}
		rows, err := sel.Rows(ctx, s.within(ctx))
		if err != nil {
			return nil, err
		}
		if all = append(all, rows...); len(all) > namedMost {
			break
		}
	}
	return all, nil
}

// Crowded tells whether an actor may sort by no reference to an object, since he
// sees some of its records only, and more than stand in the order of their titles.
// It is what byName refuses, found out cheaply: a small table is not looked at.
func (s *Service) Crowded(ctx context.Context, a *policy.Actor, o *schema.Object) (bool, error) {
	if !a.May(o, policy.View) {
		return false, nil
	}
	guard := a.Filter(o, policy.View)
	if guard == nil {
		return false, nil
	}
	if title := o.Field(o.Title); title == nil || !a.Readable(o, title) {
		return true, nil
	}
	if few, err := s.DB.Fewer(ctx, o.Table(), namedMost+1); few || err != nil {
		return false, err
	}
	ids, err := s.seen(ctx, a, o, guard, []query.Key{{Field: "id"}}, []string{"id"})
	return len(ids) > namedMost, err
}

// compareIDs compares what was read as ids.
func compareIDs(x, y any) int {
	a, _ := x.(int64)
	b, _ := y.(int64)
	return cmp.Compare(a, b)
}

// compareKeys compares what titles are sorted by, those without one last.
func compareKeys(x, y any) int {
	switch x := x.(type) {
	case []byte:
		if y, ok := y.([]byte); ok {
			return bytes.Compare(x, y)
		}
		return -1
	case string:
		if y, ok := y.(string); ok {
			return strings.Compare(x, y)
		}
		return -1
	}
	if y == nil {
		return 0
	}
	return 1
}
