package record

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Finding is something in the database that does not agree with the rest of it.
type Finding struct {
	Object string `json:"object"`
	ID     int64  `json:"id,string"`
	// Rule says what does not agree: reference, seen_through, values, match_keys,
	// search, order, audit, seal, number, file, content, worth, birthday.
	Rule   string `json:"rule"`
	Detail string `json:"detail"`
}

// verifyPage is how many records are looked at together.
const verifyPage = 500

// Verify reads everything and tells what does not agree: references that lead
// nowhere, values and owners repeated wrongly, search documents and match keys
// that are not those of their record, keys that would sort it elsewhere, records the audit does not know, numbers
// that would be given again. It counts the records of each object as they are done.
// Writes meanwhile may be taken for findings, so nobody should write.
func (s *Service) Verify(ctx context.Context, tell func(Finding), counted func(object string, records int)) error {
	var one sync.Mutex
	told := func(f Finding) {
		one.Lock()
		defer one.Unlock()
		tell(f)
	}
	// The database reads its own files for as long as all the rest takes.
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		bad, err := s.DB.Sound(ctx)
		if err != nil {
			return fmt.Errorf("check the file of the database: %w", err)
		}
		for _, text := range bad {
			told(Finding{Rule: "file", Detail: text})
		}
		return nil
	})
	g.Go(func() error {
		if err := s.verifyAudit(ctx, told); err != nil {
			return fmt.Errorf("check the audit: %w", err)
		}
		return s.verifyRecords(ctx, told, counted)
	})
	return g.Wait()
}

// verifyRecords looks at the records of every object and what follows from them, and
// counts them.
func (s *Service) verifyRecords(ctx context.Context, tell func(Finding), counted func(object string, records int)) error {
	registry := s.Current.Load()
	for _, o := range registry.Objects() {
		v := verifier{service: s, registry: registry, object: o, tell: tell, sums: map[int64]sums{}, highest: map[string]int64{}}
		if err := s.DB.Every(ctx, o, verifyPage, func(rows [][]any) error { return v.page(ctx, rows) }); err != nil {
			return err
		}
		if err := v.rest(ctx); err != nil {
			return err
		}
		counted(o.Name, len(v.sums))
	}
	return nil
}

// sums stand for the search document and the match keys of a record, by value:
// what is there is subtracted from what should be. A million documents do not fit
// in memory, their sums do.
type sums struct{ words, keys uint64 }

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}

type verifier struct {
	service  *Service
	registry *schema.Registry
	object   *schema.Object
	tell     func(Finding)
	sums     map[int64]sums
	highest  map[string]int64
}

func (v *verifier) find(id int64, rule, format string, args ...any) {
	v.tell(Finding{v.object.Name, id, rule, fmt.Sprintf(format, args...)})
}

// page looks at some records.
func (v *verifier) page(ctx context.Context, rows [][]any) error {
	o := v.object
	ids := make([]int64, len(rows))
	values, lined := make([]Values, len(rows)), make(map[int64]Values, len(rows))
	for i, row := range rows {
		ids[i], _ = row[0].(int64)
		values[i] = valuesOf(o, row)
		lined[ids[i]] = values[i]
	}
	if err := v.service.withLines(ctx, v.service.DB, o, lined); err != nil {
		return err
	}
	for i, row := range rows {
		var expected sums
		seen := map[string]bool{}
		for _, token := range documentOf(o, ids[i], values[i], columnIn(o, row)).Tokens {
			if token != "" && !seen[token] {
				seen[token] = true
				expected.words += hash(token)
			}
		}
		known := map[store.MatchKey]bool{}
		for _, k := range MatchKeys(o, values[i]) {
			if !known[k] {
				known[k] = true
				expected.keys += hash(k.Kind + "\x00" + k.Key)
			}
		}
		v.sums[ids[i]] = expected
		v.order(ids[i], row, values[i])
		noteHighest(o, values[i], v.highest)
	}
	if err := v.references(ctx, ids, values); err != nil {
		return err
	}
	if err := v.inherited(ctx, rows, lined); err != nil {
		return err
	}
	if err := v.multiple(ctx, ids, values); err != nil {
		return err
	}
	versions, err := v.service.DB.Versions(ctx, ids)
	if err != nil {
		return err
	}
	for i, row := range rows {
		version, _ := row[1].(int64)
		switch known := versions[ids[i]]; {
		case known[0] != 1:
			v.find(ids[i], "audit", "made %d times", known[0])
		case known[1] != version:
			v.find(ids[i], "audit", "version %d, the audit knows %d", version, known[1])
		}
	}
	return nil
}

// order compares the keys by which a record is sorted.
func (v *verifier) order(id int64, row []any, values Values) {
	for i, k := range v.object.SortKeys() {
		if !v.object.Sorted[k.Column] {
			continue // nothing is sorted by them yet
		}
		is, _ := row[len(v.object.Columns())+i].([]byte)
		if should, _ := sortKey(k, values[k.Field.Name]).([]byte); !bytes.Equal(is, should) {
			v.find(id, "order", "%s of %s is not that of its value", k.Order, k.Field.Name)
		}
	}
}

// columnIn answers the values of a row's policy columns.
func columnIn(o *schema.Object, row []any) func(name string) any {
	return func(name string) any {
		at := slices.IndexFunc(o.Columns(), func(c schema.Column) bool { return c.Name == name })
		if at < 0 {
			return nil
		}
		return row[at]
	}
}

// references finds those that lead nowhere.
func (v *verifier) references(ctx context.Context, ids []int64, values []Values) error {
	wanted := map[string]map[int64]bool{}
	each := func(fn func(i int, field, object string, id int64)) {
		for i := range ids {
			for _, f := range v.object.Fields {
				columns := values[i][f.Name]
				if many := f.Many(); many != "" {
					text, _ := columns[0].(string)
					for _, id := range schema.IDs(text) {
						fn(i, f.Name, many, id)
					}
				} else if f.Target() != "" || f.Type == "anyreference" {
					if object, id := Reference(f, columns); id != 0 {
						fn(i, f.Name, object, id)
					}
				}
			}
		}
	}
	each(func(_ int, _, object string, id int64) {
		if wanted[object] == nil {
			wanted[object] = map[int64]bool{}
		}
		wanted[object][id] = true
	})
	there := map[string]map[int64]bool{}
	for object, set := range wanted {
		to := v.registry.Object(object)
		if to == nil {
			continue
		}
		var list []int64
		for id := range set {
			list = append(list, id)
		}
		found, err := v.service.DB.Among(ctx, to.Table(), "id", "id", list)
		if err != nil {
			return err
		}
		there[object] = map[int64]bool{}
		for _, r := range found {
			id, _ := r[0].(int64)
			there[object][id] = true
		}
	}
	each(func(i int, field, object string, id int64) {
		if !there[object][id] {
			v.find(ids[i], "reference", "%s leads to %s %d, which is not there", field, object, id)
		}
	})
	return nil
}

// inherited compares the owner and department repeated from what a record is
// seen through.
func (v *verifier) inherited(ctx context.Context, rows [][]any, found map[int64]Values) error {
	for _, in := range v.object.Inherited() {
		if !v.registry.Object(in.Field.Target()).Owned {
			continue
		}
		owners, err := ownersBehind(ctx, v.service.DB, v.registry, in, found)
		if err != nil {
			return err
		}
		for _, row := range rows {
			id, _ := row[0].(int64)
			if found[id]["deleted_at"][0] != nil {
				continue // the bin asks the record directly
			}
			column := columnIn(v.object, row)
			repeated := [2]any{column(in.Owner), column(in.Department)}
			if is := owners[found[id].Int(in.Field.Name)]; repeated != is {
				v.find(id, "seen_through", "%s belongs to %v, repeated as %v", in.Field.Name, is, repeated)
			}
		}
	}
	return nil
}

// multiple compares the tables of single values.
func (v *verifier) multiple(ctx context.Context, ids []int64, values []Values) error {
	for _, f := range v.object.Fields {
		kind, ok := f.Kind().(schema.Multiple)
		if !ok {
			continue
		}
		found, err := v.service.DB.Among(ctx, v.object.ValueTable(f), "record_id", "record_id, value", ids)
		if err != nil {
			return err
		}
		there := map[int64][]string{}
		for _, r := range found {
			id, _ := r[0].(int64)
			value, _ := r[1].(string)
			there[id] = append(there[id], value)
		}
		for i, id := range ids {
			should := slices.Clone(kind.Values(f, values[i].Text(f.Name)))
			slices.Sort(should)
			should = slices.Compact(should)
			is := there[id]
			slices.Sort(is)
			if !slices.Equal(should, is) {
				v.find(id, "values", "%s is %q, filters see %q", f.Name, should, is)
			}
		}
	}
	return nil
}

// rest compares what is kept of the whole object: documents, keys, numbers.
func (v *verifier) rest(ctx context.Context) error {
	strays := map[string]map[int64]bool{"search": {}, "match_keys": {}}
	err := v.service.DB.Tokens(ctx, v.object, func(id int64, token string) error {
		one, ok := v.sums[id]
		if !ok {
			strays["search"][id] = true
			return nil
		}
		one.words -= hash(token)
		v.sums[id] = one
		return nil
	})
	if err != nil {
		return err
	}
	err = v.service.DB.MatchKeys(ctx, v.object, func(id int64, key store.MatchKey) error {
		one, ok := v.sums[id]
		if !ok {
			strays["match_keys"][id] = true
			return nil
		}
		one.keys -= hash(key.Kind + "\x00" + key.Key)
		v.sums[id] = one
		return nil
	})
	if err != nil {
		return err
	}
	for id, left := range v.sums {
		if left.words != 0 && !rewritten(v.object) { // else they are about to be
			v.find(id, "search", "the search document is not the record's")
		}
		if left.keys != 0 {
			v.find(id, "match_keys", "the keys are not the record's")
		}
	}
	for rule, ids := range strays {
		for id := range ids {
			v.find(id, rule, "there is no such record")
		}
	}
	for counter, highest := range v.highest {
		last, err := store.Counter(ctx, v.service.DB, counter)
		if err != nil {
			return err
		}
		if last < highest {
			v.find(0, "number", "%s %d is there, the next would be %d", counter, highest, last+1)
		}
	}
	return nil
}
