package record

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Input is what a client sends: field names to decoded JSON, numbers as
// json.Number.
type Input map[string]any

// parse reads the input; every problem is reported, not only the first.
func (s *Service) parse(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, in Input) (Values, error) {
	values := Values{}
	problem := &Error{Code: "invalid"}
	for name, raw := range in {
		f := o.Field(name)
		if f == nil || a.Access(o, f) == "hidden" {
			problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("unknown_field")})
			continue
		}
		if m, ok := raw.(map[string]any); ok && m["hidden"] == true {
			continue // a reference one may not see, sent back, changes nothing
		}
		if a.Access(o, f) != "write" {
			problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("read_only")})
			continue
		}
		if f.Lines() != nil {
			lines, err := s.parseLines(ctx, q, a, f, raw, problem)
			if err != nil {
				return nil, err
			}
			values[name] = []any{lines}
			continue
		}
		columns, err := s.parseValue(ctx, q, a, f, raw)
		var p *schema.Problem
		if errors.As(err, &p) {
			problem.Fields = append(problem.Fields, FieldError{name, p})
			continue
		} else if err != nil {
			return nil, err
		}
		values[name] = columns
	}
	if problem.Fields != nil {
		return nil, problem
	}
	return values, nil
}

// parseValue reads one value; what is cleared has as many empty columns as the
// field.
func (s *Service) parseValue(ctx context.Context, q store.Querier, a *policy.Actor, f *schema.Field, raw any) ([]any, error) {
	raw, err := s.resolve(ctx, q, a, f, raw)
	if err != nil {
		return nil, err
	}
	columns, err := f.Kind().Parse(f, raw)
	if err != nil {
		return nil, err
	}
	if f.Type == "money" && columns != nil && columns[1] == "" {
		columns[1] = s.Currency()
	}
	if columns == nil {
		columns = make([]any, len(f.Columns()))
	}
	return columns, nil
}

// required refuses a record without a value it must have. One that had none before
// the field was required may be changed elsewhere.
func required(o *schema.Object, before, v Values) error {
	problem := &Error{Code: "invalid"}
	without := func(v Values, f *schema.Field) bool { return v[f.Name] == nil || v[f.Name][0] == nil }
	for _, f := range o.Fields {
		if f.Required && without(v, f) && (before == nil || !without(before, f)) {
			problem.Fields = append(problem.Fields, FieldError{f.Name, schema.Bad("required")})
		}
	}
	if problem.Fields != nil {
		return problem
	}
	return nil
}

// references checks that every reference set points to a record the actor may
// see.
func (s *Service) references(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, v Values) error {
	for name, columns := range v {
		f := o.Field(name)
		if f.Lines() != nil {
			continue // see lineReferences
		}
		if many := f.Many(); many != "" && columns[0] != nil && !f.System {
			text, _ := columns[0].(string)
			ids := schema.IDs(text)
			found, err := s.labels(ctx, tx, a, many, ids, false)
			if err != nil {
				return err
			}
			if len(found) != len(ids) {
				return invalid(name, "no_such_record")
			}
		}
		target := f.Target()
		if f.Type == "anyreference" && columns[0] != nil {
			target, _ = columns[1].(string)
		}
		id, ok := columns[0].(int64)
		if target == "" || !ok || f.System {
			continue
		}
		u := unitOf(ctx)
		look := sight{a.ID, target, id}
		if u != nil && u.seen[look] {
			continue
		}
		found, err := s.labels(ctx, tx, a, target, []int64{id}, false)
		if err != nil {
			return err
		}
		if _, ok := found[id]; !ok {
			return invalid(name, "no_such_record")
		}
		if u != nil {
			u.seen[look] = true
		}
	}
	return nil
}

// Create makes a record and answers its id.
func (s *Service) Create(ctx context.Context, a *policy.Actor, o *schema.Object, in Input) (int64, error) {
	if !a.May(o, policy.Create) {
		return 0, fail("forbidden")
	}
	values, err := s.parse(ctx, s.DB, a, o, in)
	if err != nil {
		return 0, err
	}
	return s.CreateValues(ctx, a, o, values)
}

// insert writes a new record with everything that belongs to it.
func (s *Service) insert(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, id int64, v Values) error {
	a, o, err := unitOf(ctx).current(a, o, v)
	if err != nil {
		return err
	}
	if err := s.touched(ctx, tx, o); err != nil {
		return err
	}
	if err := s.grow(ctx, tx, a, o, v); err != nil {
		return err
	}
	if err := s.settle(o, nil, v); err != nil {
		return err
	}
	now := clock(ctx)
	for _, f := range o.Fields {
		if f.Default != nil && v[f.Name] == nil {
			columns, err := f.Kind().Parse(f, f.Default)
			if err != nil {
				return err
			}
			v[f.Name] = columns
		}
		if f.Type == "autonumber" && v.Text(f.Name) == "" {
			n, err := s.number(ctx, o, f)
			if err != nil {
				return err
			}
			v[f.Name] = []any{n}
		} else if n, ours := ordinal(f, v.Text(f.Name)); ours {
			unitOf(ctx).give(o.Name+"."+f.Name, n)
		}
	}
	if o.Owned {
		if v["owner"] == nil && a.ID != 0 {
			owner, err := s.ownerFor(ctx, tx, a, o, v)
			if err != nil {
				return err
			}
			v["owner"] = []any{owner}
		}
		if v.Int("department") == 0 {
			home, err := s.home(ctx, tx, a, v.Int("owner"))
			if err != nil {
				return err
			}
			v["department"] = []any{home}
		}
	}
	c := &Change{Actor: a, Object: o, ID: id, Created: true, After: v, Now: now, service: s, tx: tx}
	if err := s.check(ctx, c); err != nil {
		return err
	}
	c.since()
	if !a.Covers(o, policy.Create, v.Int("owner"), v.Int("department")) {
		return invalid("owner", "outside_scope")
	}
	if v["created_at"] == nil {
		v["created_at"] = []any{now}
	}
	v["updated_at"] = []any{now}
	if a.ID != 0 {
		v["created_by"], v["updated_by"] = []any{a.ID}, []any{a.ID}
	}
	row := store.Row{"id": id, "version": int64(1)}
	columnsOf(o, v, row)
	if err := c.inherit(ctx); err != nil {
		return err
	}
	maps.Copy(row, c.inherited)
	if err := store.Insert(ctx, tx, o.Table(), row); err != nil {
		return err
	}
	if err := s.belongings(ctx, c, nil, 1, "created"); err != nil {
		return err
	}
	u := unitOf(ctx)
	if a.Filter(o, policy.View) == nil {
		u.seen[sight{a.ID, o.Name, id}] = true
	}
	if o.Owned {
		u.belongs[thing{o.Name, id}] = [2]any{row["owner_id"], row["department_id"]}
	}
	if r := s.rules[o.Name]; r.Done != nil {
		return r.Done(ctx, c)
	}
	return nil
}

func columnsOf(o *schema.Object, v Values, row store.Row) {
	for name, columns := range v {
		for i, c := range o.Field(name).Columns() {
			if i < len(columns) {
				row[c.Name] = columns[i]
			} else {
				row[c.Name] = nil
			}
		}
	}
	sortKeys(o, v, row)
}

// home is the main department of a record's owner.
func (s *Service) home(ctx context.Context, tx store.Querier, a *policy.Actor, owner int64) (any, error) {
	if owner == a.ID {
		if a.Home() == 0 {
			return nil, nil
		}
		return a.Home(), nil
	}
	if owner == 0 {
		return nil, nil
	}
	rows, err := store.Find(ctx, tx, "r_user", "department_id", store.Row{"id": owner}, "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0][0], nil
}

// since keeps the instants at which other fields changed last.
func (c *Change) since() {
	for _, f := range c.Object.Fields {
		if f.Since != "" && c.Changed(f.Since) {
			c.After[f.Name] = []any{c.Now}
		}
	}
}

func (s *Service) check(ctx context.Context, c *Change) error {
	if r := s.rules[c.Object.Name]; r.Check != nil {
		if err := r.Check(ctx, c); err != nil {
			return err
		}
	}
	if err := required(c.Object, c.Before, c.After); err != nil {
		return err
	}
	sent := Values{}
	for name := range c.After {
		if c.Changed(name) {
			sent[name] = c.After[name]
		}
	}
	if err := s.references(ctx, c.tx, c.Actor, c.Object, sent); err != nil {
		return err
	}
	if err := s.hung(ctx, c); err != nil {
		return err
	}
	if err := s.lineReferences(ctx, c); err != nil {
		return err
	}
	if err := s.value(ctx, c); err != nil {
		return err
	}
	s.celebrate(c)
	return s.warn(ctx, c)
}

// load reads a live record that the actor may do verb to.
func (s *Service) load(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) (Values, int64, error) {
	v, version, err := s.look(ctx, q, a, o, id, verb, deleted)
	if err != nil {
		return nil, 0, err
	}
	return v, version, s.withLines(ctx, q, o, map[int64]Values{id: v})
}

// look is load without the rows of lines fields.
func (s *Service) look(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) (Values, int64, error) {
	names := make([]string, 0, len(o.Columns()))
	for _, c := range o.Columns() {
		names = append(names, c.Name)
	}
	rows, err := store.Select{
		Registry: a.Registry, Asker: a, Guard: query.AllOf(query.Is("id", id), a.Filter(o, verb)), Columns: names,
		Query: query.Query{Object: o, Sort: []query.Key{{Field: "id"}}, Limit: 1, Deleted: deleted},
	}.Rows(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	if len(rows) == 0 {
		return nil, 0, fail("not_found")
	}
	version, _ := rows[0][1].(int64)
	return valuesOf(o, rows[0]), version, nil
}

// writable loads a record for a write: not found when it is invisible,
// forbidden when it may only be read.
func (s *Service) writable(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, id int64, verb string, deleted bool) (Values, int64, error) {
	v, version, err := s.load(ctx, tx, a, o, id, verb, deleted)
	if IsCode(err, "not_found") {
		if _, _, seen := s.look(ctx, tx, a, o, id, policy.View, deleted); seen == nil {
			return nil, 0, fail("forbidden")
		}
	}
	return v, version, err
}

// Update changes the fields sent. ifMatch is the version the client read, 0
// when it does not care: a stale one is refused only if a field sent was
// changed since.
func (s *Service) Update(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, in Input, ifMatch int64) error {
	if !a.May(o, policy.Edit) {
		if _, _, err := s.load(ctx, s.DB, a, o, id, policy.View, false); err != nil {
			return err
		}
		return fail("forbidden")
	}
	values, err := s.parse(ctx, s.DB, a, o, in)
	if err != nil {
		return err
	}
	return s.update(ctx, a, o, id, values, ifMatch)
}

func (s *Service) update(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, values Values, ifMatch int64) error {
	err := s.Together(ctx, func(ctx context.Context, u *Unit) error {
		u.events = append(u.events, Event{o.Name, id, "changed"})
		return s.change(ctx, u.tx, a, o, id, values, ifMatch)
	})
	return s.explain(o, err)
}

func (s *Service) change(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, id int64, values Values, ifMatch int64) error {
	_, err := s.amend(ctx, tx, a, o, id, nil, values, ifMatch)
	return err
}

// amend changes a record, which is read now where it is not known, and tells
// whether anything changed.
func (s *Service) amend(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, id int64, known *Current, values Values, ifMatch int64) (bool, error) {
	a, o, err := unitOf(ctx).current(a, o, values)
	if err != nil {
		return false, err
	}
	if err := s.touched(ctx, tx, o); err != nil {
		return false, err
	}
	if known == nil {
		v, version, err := s.writable(ctx, tx, a, o, id, policy.Edit, false)
		if err != nil {
			return false, err
		}
		known = &Current{v, version}
	}
	if ifMatch != 0 && ifMatch < known.Version {
		if err := s.stale(ctx, tx, id, ifMatch, values); err != nil {
			return false, err
		}
	}
	return s.apply(ctx, tx, a, o, id, known.Values, known.Version, values)
}

// apply writes values over a record that was read as before, at version, and
// tells whether anything changed.
func (s *Service) apply(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, id int64, before Values, version int64, values Values) (bool, error) {
	after := Values{}
	for k, v := range before {
		after[k] = v
	}
	for k, v := range values {
		after[k] = v
	}
	if err := s.settle(o, before, after); err != nil {
		return false, err
	}
	if err := s.grow(ctx, tx, a, o, after); err != nil {
		return false, err
	}
	c := &Change{Actor: a, Object: o, ID: id, Before: before, After: after, Now: clock(ctx), service: s, tx: tx}
	if err := s.check(ctx, c); err != nil {
		return false, err
	}
	c.since()
	var changed []string
	row := store.Row{}
	for _, f := range o.Fields {
		if c.Changed(f.Name) {
			changed = append(changed, f.Name)
			columnsOf(o, Values{f.Name: after[f.Name]}, row)
		}
	}
	if len(changed) == 0 {
		return false, nil
	}
	c.revalued(row)
	if o.Owned && (c.Changed("owner") || c.Changed("department")) {
		if !a.Covers(o, policy.Assign, before.Int("owner"), before.Int("department")) {
			return false, invalid("owner", "may_not_assign")
		}
		if !a.Covers(o, policy.Assign, after.Int("owner"), after.Int("department")) {
			return false, invalid("owner", "outside_scope")
		}
	}
	if seenThrough(o, changed) {
		if err := c.inherit(ctx); err != nil {
			return false, err
		}
		maps.Copy(row, c.inherited)
	}
	row["version"], row["updated_at"] = version+1, c.Now
	if a.ID != 0 {
		row["updated_by_id"] = a.ID
	}
	n, err := store.Update(ctx, tx, o.Table(), row, store.Row{"id": id, "version": version})
	if err != nil {
		return false, err
	}
	if n == 0 {
		return false, store.ErrOvertaken
	}
	if err := s.belongings(ctx, c, changed, version+1, "changed"); err != nil {
		return false, err
	}
	if o.Owned && (c.Changed("owner") || c.Changed("department")) {
		unitOf(ctx).forget()
		if err := c.bequeath(ctx, after.Int("owner"), after.Int("department")); err != nil {
			return false, err
		}
	}
	if r := s.rules[o.Name]; r.Done != nil {
		return true, r.Done(ctx, c)
	}
	return true, nil
}

// stale answers a conflict naming the fields sent that were changed since a
// version.
func (s *Service) stale(ctx context.Context, tx store.Querier, id, since int64, sent Values) error {
	if err := unitOf(ctx).flush(ctx); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT diff FROM audit WHERE record_id = ? AND version > ?", id, since)
	if err != nil {
		return err
	}
	problem := fail("conflict")
	seen := map[string]bool{}
	for _, r := range rows {
		var diff map[string]json.RawMessage
		if err := decodeDiff(r[0], &diff); err != nil {
			return err
		}
		for name := range diff {
			if _, ok := sent[name]; ok && !seen[name] {
				seen[name] = true
				problem.Fields = append(problem.Fields, FieldError{name, schema.Bad("changed_since")})
			}
		}
	}
	if problem.Fields != nil {
		return problem
	}
	return nil
}

// Delete moves a record to the recycle bin.
func (s *Service) Delete(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) error {
	return s.bin(ctx, a, o, id, false)
}

// Restore brings a record back out of the recycle bin.
func (s *Service) Restore(ctx context.Context, a *policy.Actor, o *schema.Object, id int64) error {
	return s.bin(ctx, a, o, id, true)
}

func (s *Service) bin(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, back bool) error {
	return s.Together(ctx, func(ctx context.Context, u *Unit) error { return u.bin(ctx, a, o, id, back) })
}

// bin moves a record to the recycle bin or back.
func (u *Unit) bin(ctx context.Context, a *policy.Actor, o *schema.Object, id int64, back bool) error {
	s, tx := u.service, u.tx
	action := map[bool]string{false: "deleted", true: "restored"}[back]
	err := func() error {
		u.forget()
		if err := s.touched(ctx, tx, o); err != nil {
			return err
		}
		v, version, err := s.writable(ctx, tx, a, o, id, policy.Remove, back)
		if err != nil {
			return err
		}
		c := &Change{Actor: a, Object: o, ID: id, Before: v, After: v, Now: clock(ctx), service: s, tx: tx}
		row := store.Row{"version": version + 1, "deleted_at": c.Now}
		if back {
			row["deleted_at"] = nil
			// What it is seen through may have changed hands meanwhile.
			if err := c.inherit(ctx); err != nil {
				return err
			}
			maps.Copy(row, c.inherited)
			if err := s.ends(ctx, c); err != nil {
				return err
			}
		} else if r := s.rules[o.Name]; r.Remove != nil {
			if err := r.Remove(ctx, c); err != nil {
				return err
			}
		}
		if n, err := store.Update(ctx, tx, o.Table(), row, store.Row{"id": id, "version": version}); err != nil {
			return err
		} else if n == 0 {
			return store.ErrOvertaken
		}
		if err := s.belongings(ctx, c, nil, version+1, action); err != nil {
			return err
		}
		if !back {
			if err := u.unlink(ctx, c); err != nil {
				return err
			}
			return c.bequeath(ctx, 0, 0)
		}
		if err := c.bequeath(ctx, v.Int("owner"), v.Int("department")); err != nil {
			return err
		}
		return u.relink(ctx, c, v.Int("deleted_at"))
	}()
	if err != nil {
		return s.explain(o, err)
	}
	u.events = append(u.events, Event{o.Name, id, action})
	return nil
}

// explain turns what the store says into what a client is told.
func (s *Service) explain(o *schema.Object, err error) error {
	if !errors.Is(err, store.ErrUnique) {
		return err
	}
	problem := fail("conflict")
	if o.IsLink() && (strings.Contains(err.Error(), o.Pair()) || strings.Contains(err.Error(), o.Table()+"."+o.End(1).Column())) {
		problem.Fields = append(problem.Fields, FieldError{o.Links[1], schema.Bad("linked")})
	}
	for _, f := range o.Fields {
		if f.Unique && (strings.Contains(err.Error(), "i_"+o.Name+"_"+f.Name+"_u") || strings.Contains(err.Error(), o.Table()+"."+f.Column())) {
			problem.Fields = append(problem.Fields, FieldError{f.Name, schema.Bad("taken")})
		}
	}
	return problem
}
