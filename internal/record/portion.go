package record

import (
	"context"
	"encoding/json"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Portion is some records as they are stored, for whoever writes them in a form
// of its own.
type Portion struct {
	// Rows hold id, version and the columns of the fields asked for.
	Rows [][]any
	// Labels are the titles of what the rows refer to, by object and id; what the
	// actor may not see has none.
	Labels map[string]map[int64]string
	// Lines are the rows of the lines fields asked for, by field and record.
	Lines map[*schema.Field]map[int64][]schema.Line
}

// Selection resolves the names of the fields asked for; none means all that the
// actor may read.
func (s *Service) Selection(a *policy.Actor, o *schema.Object, names []string) ([]*schema.Field, error) {
	return selection(a, o, names)
}

// Portion reads those of the records that the actor may see and do verb to, in
// the order of ids.
func (s *Service) Portion(ctx context.Context, a *policy.Actor, o *schema.Object, verb string, fields []*schema.Field, ids []int64) (Portion, error) {
	place := make(map[int64]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	columns := []string{"id", "version"}
	for _, f := range fields {
		for _, c := range f.Columns() {
			columns = append(columns, c.Name)
		}
	}
	guard := query.AllOf(&query.Node{Op: query.In, Field: "id", Value: ids}, a.Filter(o, policy.View))
	if verb != policy.View {
		guard = query.AllOf(guard, a.Filter(o, verb))
	}
	found, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: guard, Columns: columns,
		Query: query.Query{Object: o, Sort: []query.Key{{Field: "id"}}, Limit: len(ids)},
	}.Rows(ctx, s.DB)
	if err != nil {
		return Portion{}, err
	}
	ordered := make([][]any, len(ids))
	for _, row := range found {
		id, _ := row[0].(int64)
		ordered[place[id]] = row
	}
	p := Portion{Rows: found[:0]}
	for _, row := range ordered {
		if row != nil {
			p.Rows = append(p.Rows, row)
		}
	}
	if p.Lines, err = s.linesIn(ctx, s.DB, fields, p.Rows); err != nil {
		return p, err
	}
	p.Labels, err = s.labelsOf(ctx, s.DB, a, fields, p.Rows, p.Lines)
	return p, err
}

// Reference is what a value of a field points to: the object and the id, 0 when
// it points to nothing.
func Reference(f *schema.Field, columns []any) (object string, id int64) {
	object = f.Target()
	if f.Type == "anyreference" {
		object, _ = columns[1].(string)
	}
	id, _ = columns[0].(int64)
	return object, id
}

// linesIn reads the rows of the lines fields among fields for records, with one
// statement a field.
func (s *Service) linesIn(ctx context.Context, q store.Querier, fields []*schema.Field, rows [][]any) (map[*schema.Field]map[int64][]schema.Line, error) {
	var found map[*schema.Field]map[int64][]schema.Line
	for _, f := range fields {
		if f.Lines() == nil {
			continue
		}
		ids := make([]int64, 0, len(rows))
		for _, row := range rows {
			if id, ok := row[0].(int64); ok {
				ids = append(ids, id)
			}
		}
		records, err := s.linesOf(ctx, q, f, ids)
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = map[*schema.Field]map[int64][]schema.Line{}
		}
		found[f] = records
	}
	return found, nil
}

// labelsOf reads the labels of everything that rows of [id, version, field
// columns…] refer to, with one statement an object.
func (s *Service) labelsOf(ctx context.Context, q store.Querier, a *policy.Actor, fields []*schema.Field, rows [][]any, lines map[*schema.Field]map[int64][]schema.Line) (map[string]map[int64]string, error) {
	wanted := map[string]map[int64]bool{}
	want := func(object string, id int64) {
		if object == "" || id == 0 {
			return
		}
		if wanted[object] == nil {
			wanted[object] = map[int64]bool{}
		}
		wanted[object][id] = true
	}
	at := 2
	for _, f := range fields {
		n := len(f.Columns())
		for _, row := range rows {
			if many := f.Many(); many != "" {
				stored, _ := row[at].(string)
				for _, id := range schema.IDs(stored) {
					want(many, id)
				}
			} else if f.Target() != "" || f.Type == "anyreference" {
				want(Reference(f, row[at:at+n]))
			}
		}
		at += n
	}
	for f, records := range lines {
		for _, sub := range f.Rows {
			if sub.Target() == "" {
				continue
			}
			for _, rows := range records {
				for _, l := range rows {
					want(Reference(sub, l.Values[sub.Name]))
				}
			}
		}
	}
	labels := map[string]map[int64]string{}
	for object, set := range wanted {
		ids := make([]int64, 0, len(set))
		for id := range set {
			ids = append(ids, id)
		}
		found, err := s.labels(ctx, q, a, object, ids, true)
		if err != nil {
			return nil, err
		}
		labels[object] = found
	}
	return labels, nil
}

// Log writes into the audit what was done with an object as a whole, such as an
// export; the details are JSON.
func (s *Service) Log(ctx context.Context, a *policy.Actor, o *schema.Object, action string, details any) error {
	text, err := json.Marshal(details)
	if err != nil {
		return err
	}
	diff, err := json.Marshal(map[string][2]json.RawMessage{action: {json.RawMessage("null"), text}})
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		entry := auditRow(a.Address, s.IDs.Next(), time.Now().UnixMicro(), a.ID, o.Name, int64(0), int64(0), action, a.Origin, string(diff))
		return store.InsertMany(ctx, tx, auditTable.Name, auditColumns, [][]any{entry})
	})
}
