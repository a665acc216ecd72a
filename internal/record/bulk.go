package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Current is a record as a unit of work read it.
type Current struct {
	Values  Values
	Version int64
}

// Read reads those of the records that the actor may do verb to, with one
// statement.
func (u *Unit) Read(ctx context.Context, a *policy.Actor, o *schema.Object, verb string, ids []int64) (map[int64]Current, error) {
	found := map[int64]Current{}
	if len(ids) == 0 {
		return found, nil
	}
	names := make([]string, 0, len(o.Columns()))
	for _, c := range o.Columns() {
		names = append(names, c.Name)
	}
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: query.AllOf(&query.Node{Op: query.In, Field: "id", Value: ids}, seen(a, o, verb)), Columns: names,
		Query: query.Query{Object: o, Sort: []query.Key{{Field: "id"}}, Limit: len(ids)},
	}.Rows(ctx, u.tx)
	for _, row := range rows {
		id, _ := row[0].(int64)
		version, _ := row[1].(int64)
		found[id] = Current{valuesOf(o, row), version}
	}
	if err != nil {
		return found, err
	}
	records := make(map[int64]Values, len(found))
	for id, c := range found {
		records[id] = c.Values
	}
	return found, u.service.withLines(ctx, u.tx, o, records)
}

// Write changes a record to parsed values and tells whether anything changed.
// known is what Read gave; without it the record is read now. ifMatch is as in
// Service.Update.
func (u *Unit) Write(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, known *Current, values Values, ifMatch int64) (bool, error) {
	changed, err := u.service.amend(ctx, u.tx, a, o, id, known, values, ifMatch)
	if err != nil {
		return false, u.service.explain(o, err)
	}
	return changed, nil
}

// Delete moves a record to the recycle bin as Service.Delete does.
func (u *Unit) Delete(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) error {
	return u.bin(ctx, a, o, id, false)
}

// Restore brings a record back as Service.Restore does.
func (u *Unit) Restore(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) error {
	return u.bin(ctx, a, o, id, true)
}

// ParseInput parses values for a record to be made by Unit.CreateAs, before its
// transaction begins.
func (s *Service) ParseInput(ctx context.Context, a *policy.Actor, o *schema.Object, in Input) (Values, error) {
	return s.parse(ctx, s.within(ctx), a, o, in)
}

// Parse reads and checks values for many records at once: what no record could
// take is refused before the first is touched.
func (s *Service) Parse(ctx context.Context, a *policy.Actor, o *schema.Object, in Input) (Values, error) {
	values, err := s.parse(ctx, s.DB, a, o, in)
	if err != nil {
		return nil, err
	}
	return values, s.references(ctx, s.DB, a, o, values)
}

// Pick lists everything that a list finds and to which the actor may do verb, by
// id and version, in the order of the list, up to a limit. It holds no more than
// one row in memory.
func (s *Service) Pick(ctx context.Context, a *policy.Actor, o *schema.Object, verb string, r ListRequest, fn func(id, version int64) error) error {
	if !a.May(o, policy.View) || !a.May(o, verb) {
		return fail("forbidden")
	}
	sel, possible, err := s.request(a, o, r)
	if err != nil || !possible {
		return err
	}
	if sel.Query.Sort, err = s.sort(ctx, a, o, r.Sort, schema.OrderIn(a.Language), len(sel.Query.Words) > 0); err != nil {
		return err
	}
	if verb != policy.View {
		sel.Guard = query.AllOf(sel.Guard, a.Filter(o, verb))
	}
	sel.Columns = []string{"id", "version"}
	return sel.Each(ctx, s.DB, func(row []any) error {
		id, _ := row[0].(int64)
		version, _ := row[1].(int64)
		return fn(id, version)
	})
}

// Undo takes back, in one record, what was written under an origin: each field
// only where its value is still the one written. It answers the fields that were
// changed since, and whether anything was put back.
func (u *Unit) Undo(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, origin string) (since []string, changed bool, err error) {
	// What waits of this unit was written under another origin.
	rows, err := store.Find(ctx, u.tx, auditTable.Name, "action, version, diff", store.Row{"record_id": id, "origin": origin}, "ORDER BY id DESC")
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows {
		action, _ := row[0].(string)
		version, _ := row[1].(int64)
		var diff map[string][2]json.RawMessage
		if err := decodeDiff(row[2], &diff); err != nil {
			return nil, false, err
		}
		var late []string
		var some bool
		switch action {
		case "changed":
			late, some, err = u.undoFields(ctx, a, o, id, diff)
		case "deleted":
			late, some, err = u.undoDelete(ctx, a, o, id)
		case "restored":
			late, some, err = u.undoRestore(ctx, a, o, id, version)
		case "shared", "unshared":
			late, some, err = u.undoShare(ctx, a, o, id, diff)
		}
		if err != nil {
			return nil, false, err
		}
		since, changed = append(since, late...), changed || some
	}
	return since, changed, nil
}

// Since lists the fields of a live record that were written under other origins
// than one before this unit; updated_at alone for what is no change of a field.
func (u *Unit) Since(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, origin string) ([]string, error) {
	if _, _, err := u.service.look(ctx, u.tx, a, o, id, policy.View, false); err != nil {
		return nil, err
	}
	rows, err := store.Find(ctx, u.tx, auditTable.Name, "origin, diff", store.Row{"record_id": id}, "ORDER BY id DESC LIMIT 200")
	if err != nil {
		return nil, err
	}
	changed, some := map[string]bool{}, false
	// What jobs wrote may have been put back: first and last are what stood before
	// and behind all they did.
	first, last := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, row := range rows {
		from, _ := row[0].(string)
		if from == origin {
			continue
		}
		var diff map[string][2]json.RawMessage
		if err := decodeDiff(row[1], &diff); err != nil {
			return nil, err
		}
		job := len(diff) > 0 && ofJob(from)
		some = some || !job
		for name, pair := range diff {
			if f := o.Field(name); f != nil && !a.Readable(o, f) {
				some = true
				continue
			}
			if !job {
				changed[name] = true
				continue
			}
			if first[name] = pair[0]; last[name] == nil {
				last[name] = pair[1]
			}
		}
	}
	for name := range first {
		if !bytes.Equal(first[name], last[name]) {
			changed[name] = true
		}
	}
	if some && len(changed) == 0 {
		changed["updated_at"] = true
	}
	return slices.Sorted(maps.Keys(changed)), nil
}

// ofJob tells whether an origin is work that is taken back whole: an import, a
// bulk job, the undo of either.
func ofJob(origin string) bool {
	return slices.ContainsFunc([]string{"import ", "bulk ", "undo of "}, func(kind string) bool { return strings.HasPrefix(origin, kind) })
}

func (u *Unit) undoFields(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, diff map[string][2]json.RawMessage) (since []string, changed bool, err error) {
	v, version, err := u.service.writable(ctx, u.tx, a, o, id, policy.Edit, false)
	if err != nil {
		return nil, false, err
	}
	back := Values{}
	problem := fail("invalid")
	for _, f := range o.Fields {
		pair, ok := diff[f.Name]
		switch {
		case !ok:
		case !a.Readable(o, f):
			// Neither its name nor whether it was changed since is told.
			return nil, false, &Error{Code: "forbidden"}
		case f.Lines() != nil:
			now, err := schema.DecodeLines(f, v.Text(f.Name))
			if err != nil {
				return nil, false, err
			}
			lines, same, err := undoLines(f, now, pair)
			switch {
			case err != nil:
				return nil, false, err
			case !same:
				since = append(since, f.Name)
			case a.Access(o, f) != "write":
				problem.Fields = append(problem.Fields, FieldError{f.Name, schema.Bad("read_only")})
			default:
				back[f.Name] = schema.EncodeLines(f, lines)
			}
		case !bytes.Equal(encode(f, v[f.Name]), pair[1]):
			since = append(since, f.Name)
		case !f.System && !f.ReadOnly && a.Access(o, f) != "write":
			problem.Fields = append(problem.Fields, FieldError{f.Name, schema.Bad("read_only")})
		default:
			value, err := decoded(pair[0])
			if err != nil {
				return nil, false, err
			}
			columns, err := f.Kind().Parse(f, value)
			var bad *schema.Problem
			if errors.As(err, &bad) {
				problem.Fields = append(problem.Fields, FieldError{f.Name, bad})
				continue
			} else if err != nil {
				return nil, false, err
			}
			if columns == nil {
				columns = make([]any, len(f.Columns()))
			}
			back[f.Name] = columns
		}
	}
	if problem.Fields != nil {
		return nil, false, problem
	}
	// What was not changed with the owner does not follow him back either.
	if _, ok := back["department"]; !ok && back["owner"] != nil && o.Owned {
		back["department"] = v["department"]
	}
	changed, err = u.Write(context.WithValue(ctx, undoKey{}, true), a, o, id, &Current{v, version}, back, 0)
	return since, changed, err
}

// undoDelete brings a record back unless somebody else did.
func (u *Unit) undoDelete(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) (since []string, changed bool, err error) {
	err = u.bin(ctx, a, o, id, true)
	if IsCode(err, "not_found") {
		if _, _, back := u.service.load(ctx, u.tx, a, o, id, policy.View, false); back == nil {
			return []string{"deleted_at"}, false, nil
		}
	}
	return nil, err == nil, err
}

// undoRestore puts a record back into the recycle bin unless it was worked on.
func (u *Unit) undoRestore(ctx context.Context, a *policy.Actor, o *schema.Object, id, version int64) (since []string, changed bool, err error) {
	_, now, err := u.service.writable(ctx, u.tx, a, o, id, policy.Remove, false)
	if err != nil {
		return nil, false, err
	}
	if now != version {
		return []string{"updated_at"}, false, nil
	}
	return nil, true, u.bin(ctx, a, o, id, false)
}

// undoShare takes back a share, or gives back the one there was.
func (u *Unit) undoShare(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, diff map[string][2]json.RawMessage) (since []string, changed bool, err error) {
	for name, pair := range diff {
		share, ok := ShareOf(name)
		if !ok {
			continue
		}
		now, err := u.service.shared(ctx, u.tx, o, id, share.Token())
		if err != nil {
			return nil, false, err
		}
		if !bytes.Equal(null(now), pair[1]) {
			since = append(since, "share")
			continue
		}
		changed = true
		if string(pair[0]) == "null" {
			if err := u.Unshare(ctx, a, o, id, share.Token()); err != nil {
				return nil, false, err
			}
			continue
		}
		if err := share.recall(pair[0]); err != nil {
			return nil, false, err
		}
		if _, err := u.Share(ctx, a, o, id, share); err != nil {
			return nil, false, err
		}
	}
	return since, changed, nil
}

// decoded reads JSON as a client's would be read.
func decoded(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	return v, d.Decode(&v)
}

// FieldNote is a FieldError as it is kept.
type FieldNote struct {
	Field  string            `json:"field"`
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// Notes are the fields at fault as they are kept.
func (e *Error) Notes() []FieldNote {
	var notes []FieldNote
	for _, f := range e.Fields {
		notes = append(notes, FieldNote{f.Field, f.Problem.Code, f.Params})
	}
	return notes
}

// Refused is the error for a field whose value a type refused.
func Refused(field string, err error) error {
	var p *schema.Problem
	if !errors.As(err, &p) {
		return err
	}
	return &Error{Code: "invalid", Fields: []FieldError{{field, p}}}
}

// Versions reads the versions of those of the records that the actor sees.
func (s *Service) Versions(ctx context.Context, a *policy.Actor, o *schema.Object, ids []int64, deleted bool) (map[int64]int64, error) {
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: a.Filter(o, policy.View), Columns: []string{"id", "version"},
		Query: query.Query{Object: o, Sort: []query.Key{{Field: "id"}}, Limit: len(ids), Deleted: deleted,
			Filter: &query.Node{Op: query.In, Field: "id", Value: ids}},
	}.Rows(ctx, s.DB)
	found := map[int64]int64{}
	for _, r := range rows {
		id, _ := r[0].(int64)
		found[id], _ = r[1].(int64)
	}
	return found, err
}
