package record

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// ListRequest asks for one page of records.
type ListRequest struct {
	// Filter is in either spelling; More is added to it (a related list).
	Filter  string
	More    *query.Node
	Q       string
	Sort    string
	Cursor  string
	Fields  []string
	Limit   int
	Count   query.Count
	Deleted bool
}

// MaxPage is the most records one page holds.
const MaxPage = 500

// selection resolves the fields asked for; none means all that may be read.
func selection(a *policy.Actor, o *schema.Object, names []string) ([]*schema.Field, error) {
	var fields []*schema.Field
	if len(names) == 0 {
		for _, f := range o.Fields {
			if f.Name != "deleted_at" && a.Readable(o, f) {
				fields = append(fields, f)
			}
		}
		return fields, nil
	}
	seen := map[string]bool{"id": true, "version": true}
	for _, name := range names {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ".")
		f := o.Field(name)
		switch {
		case seen[name]:
		case f == nil || !a.Readable(o, f):
			return nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: name}
		default:
			seen[name] = true
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// request builds the Select of a list, without columns.
func (s *Service) request(a *policy.Actor, o *schema.Object, r ListRequest) (store.Select, bool, error) {
	sel := store.Select{Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Tokens: tokensOf(o)}
	filter, err := query.Parse(r.Filter)
	if err != nil {
		return sel, false, err
	}
	sel.Query = query.Query{Object: o, Filter: query.AllOf(r.More, filter), Deleted: r.Deleted, Limit: r.Limit}
	possible := true
	if strings.TrimSpace(r.Q) != "" {
		sel.Query.Words, possible = words(a, o, r.Q)
		sel.May = mayHold(sel.Query.Words)
	}
	return sel, possible, nil
}

// List answers a page as JSON: records, next, count.
func (s *Service) List(ctx context.Context, a *policy.Actor, o *schema.Object, r ListRequest) ([]byte, error) {
	if !a.May(o, policy.View) {
		return nil, fail("forbidden")
	}
	sel, possible, err := s.request(a, o, r)
	if err != nil {
		return nil, err
	}
	fields, err := selection(a, o, r.Fields)
	if err != nil {
		return nil, err
	}
	if sel.Query.Sort, err = s.sort(ctx, a, o, r.Sort, schema.OrderIn(a.Language), len(sel.Query.Words) > 0); err != nil {
		return nil, err
	}
	mark := s.mark(a, o, r, sel.Query.Sort)
	if r.Cursor != "" {
		// Pages follow the order of the first one.
		for _, order := range orders(a) {
			if sel.Query.Sort, err = s.sort(ctx, a, o, r.Sort, order, len(sel.Query.Words) > 0); err != nil {
				return nil, err
			}
			mark = s.mark(a, o, r, sel.Query.Sort)
			if sel.Query.After, err = readCursor(r.Cursor, mark, len(sel.Query.Sort)); err == nil {
				break
			}
		}
		if err != nil {
			return nil, err
		}
	}
	sel.Query.Limit++
	sel.Columns = []string{"id", "version"}
	for _, f := range fields {
		for _, c := range f.Columns() {
			sel.Columns = append(sel.Columns, c.Name)
		}
	}
	for _, k := range sel.Query.Sort {
		column, _, _ := store.SortColumn(o, k)
		sel.Columns = append(sel.Columns, column)
	}
	var rows [][]any
	if possible {
		if rows, err = sel.Rows(ctx, s.within(ctx)); err != nil {
			return nil, err
		}
	}
	next := ""
	if len(rows) > r.Limit {
		rows = rows[:r.Limit]
		last := rows[len(rows)-1]
		next = writeCursor(mark, last[len(last)-len(sel.Query.Sort):])
	}
	out := append(make([]byte, 0, 512*len(rows)+128), `{"records":[`...)
	if out, err = s.appendRecords(ctx, s.within(ctx), a, out, fields, rows); err != nil {
		return nil, err
	}
	out = append(out, `],"next":`...)
	if next == "" {
		out = append(out, "null"...)
	} else {
		out = schema.AppendString(out, next)
	}
	if r.Count != query.CountNone {
		value, relation := int64(len(rows)), "eq"
		if possible && (next != "" || r.Cursor != "") {
			value, err = sel.Count(ctx, s.within(ctx), r.Count == query.CountExact)
			switch {
			case errors.Is(err, store.ErrTooExpensive):
				value, relation = 0, "unknown"
			case err != nil:
				return nil, err
			case value > store.CountCap && r.Count != query.CountExact:
				value, relation = store.CountCap, "gte"
			}
		}
		out = fmt.Appendf(out, `,"count":{"value":%d,"relation":%q}`, value, relation)
	}
	return append(out, '}'), nil
}

func (s *Service) labels(ctx context.Context, q store.Querier, a *policy.Actor, object string, ids []int64, deleted bool) (map[int64]string, error) {
	o := a.Registry.Object(object)
	if o == nil || len(ids) == 0 {
		return nil, nil
	}
	if o.IsLink() {
		return s.linkLabels(ctx, q, a, o, ids, deleted)
	}
	// A unit's own writes are not in the directory.
	if _, committed := q.(*store.DB); committed && deleted && listed(a, o) {
		return s.directory.named(ctx, q, a, o, ids)
	}
	return store.Labels(ctx, q, a.Registry, a, o, a.Filter(o, policy.View), ids, deleted)
}

// Names reads the titles of records by id; those the actor may not see are left
// out.
func (s *Service) Names(ctx context.Context, a *policy.Actor, object string, ids []int64) (map[int64]string, error) {
	return s.labels(ctx, s.DB, a, object, ids, true)
}

// Titles reads the titles of records by id as Names does, without those in the
// recycle bin.
func (s *Service) Titles(ctx context.Context, a *policy.Actor, object string, ids []int64) (map[int64]string, error) {
	return s.labels(ctx, s.DB, a, object, ids, false)
}

// Get answers one record as JSON with what the actor may do to it, and its
// version.
func (s *Service) Get(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) ([]byte, int64, error) {
	return s.get(ctx, s.DB, a, o, id)
}

func (s *Service) get(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64) ([]byte, int64, error) {
	v, version, err := s.look(ctx, q, a, o, id, policy.View, false)
	if err != nil {
		return nil, 0, err
	}
	fields, err := selection(a, o, nil)
	if err != nil {
		return nil, 0, err
	}
	row := []any{id, version}
	for _, f := range fields {
		row = append(row, v[f.Name]...)
	}
	out, err := s.appendRecords(ctx, q, a, nil, fields, [][]any{row})
	if err != nil {
		return nil, 0, err
	}
	verbs := []string{policy.Edit, policy.Remove, policy.Assign, policy.Share}
	may, err := s.verdicts(ctx, q, a, o, id, v, verbs)
	if err != nil {
		return nil, 0, err
	}
	out = append(out[:len(out)-1], `,"_can":{`...)
	for i, verb := range verbs {
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%q:%t", verb, may[i])
	}
	return append(out, "}}"...), version, nil
}

// verdicts tells which verbs the actor may do to a live record; the database is asked
// only where owner and department do not say it.
func (s *Service) verdicts(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, v Values, verbs []string) ([]bool, error) {
	may := make([]bool, len(verbs))
	var rules []*query.Node
	var open []int
	for i, verb := range verbs {
		rule, known := a.Filter(o, verb), false
		if may[i], known = policy.Decide(rule, v.Int("owner"), v.Int("department")); !known {
			rules, open = append(rules, rule), append(open, i)
		}
	}
	if rules == nil {
		return may, nil
	}
	found, err := store.Verdicts(ctx, q, a.Registry, a, o, id, rules)
	if err != nil {
		return nil, err
	}
	for n, i := range open {
		may[i] = found[n]
	}
	return may, nil
}

// Values reads a record for another part of the server, under the actor's right
// to see it.
func (s *Service) Values(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) (Values, error) {
	v, _, err := s.load(ctx, s.within(ctx), a, o, id, policy.View, false)
	return v, err
}

// shown reads a record as far as the actor may see it: nil where he may not, without
// the fields he may not read.
func (s *Service) shown(ctx context.Context, a *policy.Actor, object string, id int64) (Values, error) {
	o := a.Registry.Object(object)
	if o == nil || id == 0 {
		return nil, nil
	}
	v, err := s.Values(ctx, a, o, id)
	if IsCode(err, "not_found") || IsCode(err, "forbidden") {
		return nil, nil
	}
	return readable(a, o, v), err
}

// readable are those of a record's values that the actor may read.
func readable(a *policy.Actor, o *schema.Object, v Values) Values {
	kept := make(Values, len(v))
	for name, columns := range v {
		if f := o.Field(name); f == nil || a.Readable(o, f) {
			kept[name] = columns
		}
	}
	return kept
}

// Visible tells whether the actor may see a record, or could before it went to
// the recycle bin.
func (s *Service) Visible(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, deleted bool) bool {
	_, _, err := s.look(ctx, s.within(ctx), a, o, id, policy.View, deleted)
	return err == nil
}
