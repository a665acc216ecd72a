package record

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ecrm/internal/normal"
	"ecrm/internal/policy"
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

// documents is the name under which orderTable tells of search documents.
const documents = "documents"

// documentVersion names the rules by which a value is cut into tokens.
const documentVersion = 4

// olderRules stand for those that were not noted.
const olderRules = 1

// documentRules stand for what goes into the search documents of an object.
func documentRules(o *schema.Object) int64 {
	text := strconv.Itoa(documentVersion)
	names := []string{}
	for _, f := range o.Fields {
		if f.Search != "" {
			names = append(names, f.Name+":"+f.Type+":"+f.Search)
		}
	}
	slices.Sort(names)
	return int64(hash(text+strings.Join(names, ","))>>1) | 1
}

// ordered notes in the objects which columns of sort keys are complete, and what
// their search documents hold.
func (s *Service) ordered(ctx context.Context, q store.Querier, objects []*schema.Object) error {
	rows, err := store.Find(ctx, q, orderTable.Name, "object, name, version", nil, "")
	if err != nil {
		return fmt.Errorf("read the sort orders: %w", err)
	}
	sorted, written := map[string]map[string]bool{}, map[string]int64{}
	for _, r := range rows {
		object, _ := r[0].(string)
		name, _ := r[1].(string)
		version, _ := r[2].(int64)
		switch {
		case name == documents:
			written[object] = version
		case version != normal.SortVersion:
		case sorted[object] == nil:
			sorted[object] = map[string]bool{name: true}
		default:
			sorted[object][name] = true
		}
	}
	for _, o := range objects {
		o.Sorted, o.Documents = sorted[o.Name], written[o.Name]
	}
	return nil
}

// Unordered lists the objects that have sort keys to be computed or search
// documents to be written anew.
func (s *Service) Unordered() []*schema.Object {
	var found []*schema.Object
	for _, o := range s.Current.Load().Objects() {
		if unsorted(o) || rewritten(o) {
			found = append(found, o)
		}
	}
	return found
}

func unsorted(o *schema.Object) bool {
	return slices.ContainsFunc(o.SortKeys(), func(k schema.SortKey) bool { return !o.Sorted[k.Column] })
}

// rewritten tells whether the search documents are to be written anew.
func rewritten(o *schema.Object) bool { return o.Documents != 0 && o.Documents != documentRules(o) }

// orderChunk is how many records get their keys in one transaction: some
// milliseconds of the writer.
const orderChunk = 200

// Order computes the sort keys of an object's records from the one behind an id
// on, and from then on lists are sorted by them; it writes the search documents
// too where they have to be. tell is called in each transaction with the last id
// and how many records it held.
func (s *Service) Order(ctx context.Context, o *schema.Object, after int64, tell func(ctx context.Context, tx store.Querier, last int64, records int) error) error {
	keys, words := unsorted(o), rewritten(o)
	var columns []string
	for _, c := range o.Columns() {
		columns = append(columns, c.Name)
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
			found := eachValues(o, rows)
			if words {
				if err := s.withLines(ctx, tx, o, found); err != nil {
					return err
				}
			}
			var docs []store.Document
			for _, row := range rows {
				last, _ = row[0].(int64)
				v, set := found[last], store.Row{}
				if words {
					docs = append(docs, documentOf(o, last, v, columnIn(o, row)))
				}
				if sortKeys(o, v, set); !keys || len(set) == 0 {
					continue
				}
				if _, err := store.Update(ctx, tx, o.Table(), set, store.Row{"id": last}); err != nil {
					return err
				}
			}
			if err := store.PutWords(ctx, tx, o, docs); err != nil {
				return err
			}
			return tell(ctx, tx, last, len(rows))
		})
		if err != nil {
			return fmt.Errorf("compute the sort keys of %s: %w", o.Name, err)
		}
		after = last
	}
	if err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error { return markOrdered(ctx, tx, o) }); err != nil {
		return err
	}
	_, err := s.Reload(ctx)
	return err
}

// markOrdered notes that the keys and documents of an object's records are
// complete.
func markOrdered(ctx context.Context, tx store.Querier, o *schema.Object) error {
	for _, k := range o.SortKeys() {
		if err := noteOrder(ctx, tx, o, k.Column, normal.SortVersion); err != nil {
			return err
		}
	}
	if err := noteOrder(ctx, tx, o, documents, documentRules(o)); err != nil {
		return err
	}
	return announce(ctx, tx)
}

// markNew notes that a field no record has a value of needs neither keys nor words.
func markNew(ctx context.Context, tx store.Querier, before, with *schema.Object, field string) error {
	for _, k := range with.SortKeys() {
		if k.Field.Name == field {
			if err := noteOrder(ctx, tx, with, k.Column, normal.SortVersion); err != nil {
				return err
			}
		}
	}
	if before == nil || !rewritten(before) {
		if err := noteOrder(ctx, tx, with, documents, documentRules(with)); err != nil {
			return err
		}
	}
	return announce(ctx, tx)
}

func noteOrder(ctx context.Context, tx store.Querier, o *schema.Object, name string, version int64) error {
	where := store.Row{"object": o.Name, "name": name}
	if _, err := store.Delete(ctx, tx, orderTable.Name, where); err != nil {
		return err
	}
	where["version"] = version
	return store.Insert(ctx, tx, orderTable.Name, where)
}

// noteDocuments notes by which rules search documents are written from now on,
// where nothing is known of it: those of records that are there follow older ones.
func (s *Service) noteDocuments(ctx context.Context) error {
	unknown := func(o *schema.Object) bool { return o.Documents == 0 }
	if !slices.ContainsFunc(s.Current.Load().Objects(), unknown) {
		return nil
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		for _, o := range s.Current.Load().Objects() {
			if !unknown(o) {
				continue
			}
			rules := documentRules(o)
			if rows, err := store.Batch(ctx, tx, o.Table(), []string{"id"}, 0, 1); err != nil {
				return err
			} else if len(rows) > 0 {
				rules = olderRules
			}
			if err := noteOrder(ctx, tx, o, documents, rules); err != nil {
				return err
			}
		}
		return announce(ctx, tx)
	})
	if err != nil {
		return err
	}
	_, err = s.Reload(ctx)
	return err
}

// fewRecords are computed at once: it takes less than a second.
const fewRecords = 5_000

// OrderFew computes the sort keys of objects with few records, at the start.
func (s *Service) OrderFew(ctx context.Context) error {
	if err := s.noteDocuments(ctx); err != nil {
		return err
	}
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
