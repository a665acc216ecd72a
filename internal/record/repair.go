package record

import (
	"context"
	"fmt"
	"slices"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// repairChunk is how many records are made to agree in one transaction: some
// milliseconds of the writer.
const repairChunk = 200

// Repair makes anew what follows from the records themselves where findings of
// Verify say that it does not: value tables, owners repeated from what a record is
// seen through, sort keys, search documents, match keys, the last numbers given.
// Findings of other rules are left alone, for nothing tells what was right. It
// answers how many records and numbers were mended.
func (s *Service) Repair(ctx context.Context, found []Finding) (int64, error) {
	mended := int64(0)
	for _, o := range s.Current.Load().Objects() {
		wrong := map[int64]bool{}
		for _, f := range found {
			if f.Object != o.Name {
				continue
			}
			switch f.Rule {
			case "number":
				n, err := s.raiseNumbers(ctx, o)
				if err != nil {
					return mended, err
				}
				mended += n
			case "seen_through", "values", "order", "search", "match_keys":
				wrong[f.ID] = true
			}
		}
		if len(wrong) == 0 {
			continue
		}
		if err := s.repair(ctx, o, wrong); err != nil {
			return mended, fmt.Errorf("repair %s: %w", o.Name, err)
		}
		mended += int64(len(wrong))
	}
	return mended, nil
}

// repair makes anew what follows from some records, and removes what is kept of
// those that are not there.
func (s *Service) repair(ctx context.Context, o *schema.Object, wrong map[int64]bool) error {
	// Nothing finds the keys of a record but reading all.
	keys := map[int64][]store.MatchKey{}
	if err := s.DB.MatchKeys(ctx, o, func(id int64, key store.MatchKey) error {
		if wrong[id] {
			keys[id] = append(keys[id], key)
		}
		return nil
	}); err != nil {
		return err
	}
	ids := make([]int64, 0, len(wrong))
	for id := range wrong {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for chunk := range slices.Chunk(ids, repairChunk) {
		if err := s.DB.Write(store.Bulk(ctx), func(ctx context.Context, tx store.Querier) error {
			return s.derive(ctx, tx, o, chunk, keys)
		}); err != nil {
			return err
		}
	}
	return nil
}

// derive writes what follows from the records of some ids; keys are the match keys
// they have now.
func (s *Service) derive(ctx context.Context, tx store.Querier, o *schema.Object, ids []int64, keys map[int64][]store.MatchKey) error {
	rows, err := store.Locked(ctx, tx, o, ids)
	if err != nil {
		return err
	}
	found := eachValues(o, rows)
	if err := s.withLines(ctx, tx, o, found); err != nil {
		return err
	}
	sets := make(map[int64]store.Row, len(rows))
	for id, v := range found {
		sets[id] = store.Row{}
		sortKeys(o, v, sets[id])
	}
	for _, in := range o.Inherited() {
		owners, err := ownersBehind(ctx, tx, s.Current.Load(), in, found)
		if err != nil {
			return err
		}
		for id, v := range found {
			if v["deleted_at"][0] == nil { // the bin asks the record directly
				owner := owners[v.Int(in.Field.Name)]
				sets[id][in.Owner], sets[id][in.Department] = owner[0], owner[1]
			}
		}
	}
	var documents []store.Document
	for _, row := range rows {
		id, _ := row[0].(int64)
		column := columnIn(o, row)
		if set := sets[id]; len(set) > 0 {
			if _, err := store.Update(ctx, tx, o.Table(), set, store.Row{"id": id}); err != nil {
				return err
			}
			before := column
			column = func(name string) any {
				if is, ok := set[name]; ok {
					return is
				}
				return before(name)
			}
		}
		documents = append(documents, documentOf(o, id, found[id], column))
		if err := putValues(ctx, tx, o, id, found[id]); err != nil {
			return err
		}
	}
	if err := store.PutWords(ctx, tx, o, documents); err != nil {
		return err
	}
	var strays []int64
	for _, id := range ids {
		v, there := found[id]
		if !there {
			strays = append(strays, id)
		}
		var should []store.MatchKey
		if there {
			should = MatchKeys(o, v)
		}
		if err := store.PutMatchKeys(ctx, tx, id, keys[id], should); err != nil {
			return err
		}
	}
	return store.DropWords(ctx, tx, o, strays)
}

// documentOf is the search document of a record; column answers the values of its
// policy columns.
func documentOf(o *schema.Object, id int64, v Values, column func(name string) any) store.Document {
	return store.Document{ID: id, Tokens: append(Words(o, v), store.ScopeTokens(o, column, v["deleted_at"][0] != nil)...)}
}

// putValues replaces the rows of a record in the tables of single values.
func putValues(ctx context.Context, q store.Querier, o *schema.Object, id int64, v Values) error {
	for _, f := range o.Fields {
		kind, ok := f.Kind().(schema.Multiple)
		if !ok {
			continue
		}
		if _, err := store.Delete(ctx, q, o.ValueTable(f), store.Row{"record_id": id}); err != nil {
			return err
		}
		if err := addValues(ctx, q, o, f, kind, id, v); err != nil {
			return err
		}
	}
	return nil
}

// addValues adds the rows of a record that has none in the table of a field's
// single values.
func addValues(ctx context.Context, q store.Querier, o *schema.Object, f *schema.Field, kind schema.Multiple, id int64, v Values) error {
	seen := map[string]bool{}
	var rows [][]any
	for _, value := range kind.Values(f, v.Text(f.Name)) {
		if !seen[value] {
			seen[value] = true
			rows = append(rows, []any{value, id})
		}
	}
	return store.InsertMany(ctx, q, o.ValueTable(f), []string{"value", "record_id"}, rows)
}

// raiseNumbers raises the counters of an object's automatic numbers past those
// that are there, and answers how many were behind.
func (s *Service) raiseNumbers(ctx context.Context, o *schema.Object) (int64, error) {
	highest := map[string]int64{}
	if err := s.DB.Every(ctx, o, verifyPage, func(rows [][]any) error {
		for _, row := range rows {
			noteHighest(o, valuesOf(o, row), highest)
		}
		return nil
	}); err != nil {
		return 0, err
	}
	raised := int64(0)
	err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		raised = 0
		for name, n := range highest {
			last, err := store.Counter(ctx, tx, name)
			if err != nil {
				return err
			}
			if last < n {
				raised++
				if err := store.CountPast(ctx, tx, name, n); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return raised, err
}

// noteHighest keeps the highest number of a record in each of its automatic fields,
// by the counter that gives it.
func noteHighest(o *schema.Object, v Values, highest map[string]int64) {
	for _, f := range o.Fields {
		if series, n, ours := f.Ordinal(v.Text(f.Name)); ours {
			counter := counterName(o, f, series)
			highest[counter] = max(highest[counter], n)
		}
	}
}

// ownersBehind answers, by the id of the parent, the owner and department that
// records are seen by through one of their references; parents in the bin have
// none, and neither have those that nobody owns.
func ownersBehind(ctx context.Context, q store.Querier, r *schema.Registry, in schema.Inherited, records map[int64]Values) (map[int64][2]any, error) {
	owners := map[int64][2]any{}
	parent := r.Object(in.Field.Target())
	if !parent.Owned {
		return owners, nil
	}
	var list []int64
	for _, v := range records {
		if id := v.Int(in.Field.Name); id != 0 {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return owners, nil
	}
	slices.Sort(list)
	rows, err := store.Having(ctx, q, parent.Table(), "id, owner_id, department_id, deleted_at", "id", nil, slices.Compact(list))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if id, _ := r[0].(int64); r[3] == nil {
			owners[id] = [2]any{r[1], r[2]}
		}
	}
	return owners, nil
}
