package record

import (
	"context"
	"fmt"
	"slices"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// orderTable tells which columns of sort keys hold the key of every record, by
// the version of the rules they were computed by. Rows are never removed: each
// change raises the revision, so that every node sees it.
var orderTable = store.Declare(store.Table{
	Name: "sort_order",
	Columns: []schema.Column{
		{Name: "object", Kind: schema.KindText}, {Name: "name", Kind: schema.KindText}, {Name: "version", Kind: schema.KindInt},
	},
	Key: []string{"object", "name"},
})

// sortKey is the key of a value.
func sortKey(k schema.SortKey, columns []any) any {
	text := Values{k.Field.Name: columns}.Text(k.Field.Name)
	switch {
	case text == "":
		return nil
	case k.Order == schema.Stroke:
		return normal.StrokeKey(text)
	case k.Field.Match == "person":
		return normal.PinyinKey(text, normal.SortPerson)
	}
	return normal.PinyinKey(text, normal.SortText)
}

// sortKeys puts the keys of the values that are there into a row.
func sortKeys(o *schema.Object, v Values, row store.Row) {
	for _, k := range o.SortKeys() {
		if columns, ok := v[k.Field.Name]; ok {
			row[k.Column] = sortKey(k, columns)
		}
	}
}

// ordered reads which columns of sort keys are complete, by object.
func (s *Service) ordered(ctx context.Context, q store.Querier) (map[string]map[string]bool, error) {
	rows, err := store.Find(ctx, q, orderTable.Name, "object, name", store.Row{"version": int64(normal.SortVersion)}, "")
	if err != nil {
		return nil, fmt.Errorf("read the sort orders: %w", err)
	}
	sorted := map[string]map[string]bool{}
	for _, r := range rows {
		object, _ := r[0].(string)
		column, _ := r[1].(string)
		if sorted[object] == nil {
			sorted[object] = map[string]bool{}
		}
		sorted[object][column] = true
	}
	return sorted, nil
}

// Unordered lists the objects that have sort keys to be computed.
func (s *Service) Unordered() []*schema.Object {
	var found []*schema.Object
	for _, o := range s.Current.Load().Objects() {
		if slices.ContainsFunc(o.SortKeys(), func(k schema.SortKey) bool { return !o.Sorted[k.Column] }) {
			found = append(found, o)
		}
	}
	return found
}

// orderChunk is how many records get their keys in one transaction: some
// milliseconds of the writer.
const orderChunk = 200

// Order computes the sort keys of an object's records from the one behind an id
// on, and from then on lists are sorted by them. tell is called in each
// transaction with the last id and how many records it held.
func (s *Service) Order(ctx context.Context, o *schema.Object, after int64, tell func(ctx context.Context, tx store.Querier, last int64, records int) error) error {
	columns := []string{"id"}
	fields := map[string]int{}
	for _, k := range o.SortKeys() {
		if _, ok := fields[k.Field.Name]; !ok {
			fields[k.Field.Name] = len(columns)
			columns = append(columns, k.Field.Column())
		}
	}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		last := after
		err := s.DB.Write(store.Bulk(ctx), func(ctx context.Context, tx store.Querier) error {
			rows, err := store.Batch(ctx, tx, o.Table(), columns, after, orderChunk)
			if err != nil {
				return err
			}
			more = len(rows) == orderChunk
			for _, row := range rows {
				last, _ = row[0].(int64)
				set := store.Row{}
				for _, k := range o.SortKeys() {
					set[k.Column] = sortKey(k, row[fields[k.Field.Name]:][:1])
				}
				if _, err := store.Update(ctx, tx, o.Table(), set, store.Row{"id": last}); err != nil {
					return err
				}
			}
			return tell(ctx, tx, last, len(rows))
		})
		if err != nil {
			return fmt.Errorf("compute the sort keys of %s: %w", o.Name, err)
		}
		after = last
	}
	if err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error { return markOrdered(ctx, tx, o, "") }); err != nil {
		return err
	}
	_, err := s.Reload(ctx)
	return err
}

// markOrdered notes that the keys of an object's records are complete: all of
// them, or those of one field.
func markOrdered(ctx context.Context, tx store.Querier, o *schema.Object, only string) error {
	for _, k := range o.SortKeys() {
		if only != "" && k.Field.Name != only {
			continue
		}
		where := store.Row{"object": o.Name, "name": k.Column}
		if _, err := store.Delete(ctx, tx, orderTable.Name, where); err != nil {
			return err
		}
		where["version"] = int64(normal.SortVersion)
		if err := store.Insert(ctx, tx, orderTable.Name, where); err != nil {
			return err
		}
	}
	return announce(ctx, tx)
}

// fewRecords are computed at once: it takes less than a second.
const fewRecords = 5_000

// OrderFew computes the sort keys of objects with few records, at the start.
func (s *Service) OrderFew(ctx context.Context) error {
	for _, o := range s.Unordered() {
		few, err := s.DB.Fewer(ctx, o.Table(), fewRecords)
		if err != nil {
			return err
		}
		if few {
			if err := s.Order(ctx, o, 0, func(context.Context, store.Querier, int64, int) error { return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

// inOrder has sort keys follow the order of the reader's language, or another.
func inOrder(keys []query.Key, order string) []query.Key {
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Order = order
	}
	return keys
}

// orders are those a cursor may have been made in: that of the actor's language,
// and others where he, or the keys, changed since.
func orders(a *policy.Actor) []string {
	found := []string{schema.OrderIn(a.Language), ""}
	for _, order := range schema.Orders {
		if !slices.Contains(found, order) {
			found = append(found, order)
		}
	}
	return found
}
