package record

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

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

// follow takes a record along to the department of its new owner, so that the
// people who answer for him see it; not where he works in the record's department
// too, nor where the write says a department itself.
func (s *Service) follow(ctx context.Context, tx store.Querier, a *policy.Actor, o *schema.Object, values, before, after Values) error {
	owner := after.Int("owner")
	if _, said := values["department"]; said || !o.Owned || owner == 0 || owner == before.Int("owner") {
		return nil
	}
	home, err := s.home(ctx, tx, a, owner)
	if err != nil || home == nil || home == after.Int("department") {
		return err
	}
	too, err := store.Find(ctx, tx, "v_user_more_departments", "value", store.Row{"record_id": owner, "value": strconv.FormatInt(after.Int("department"), 10)}, "")
	if err == nil && len(too) == 0 {
		after["department"] = []any{home}
	}
	return err
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
	if err := s.follow(ctx, tx, a, o, values, before, after); err != nil {
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
			if err := unitOf(ctx).give(ctx, o, f, after.Text(f.Name)); err != nil {
				return false, err
			}
		}
	}
	if len(changed) == 0 {
		return false, nil
	}
	c.left(ctx)
	c.revalued(row)
	if o.Owned && (c.Changed("owner") || c.Changed("department")) && !hands(a, o, policy.Edit) {
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
	if err := c.keepSight(ctx); err != nil {
		return false, err
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
	rows, err := store.Next(ctx, tx, auditTable.Name, "diff", store.Row{"record_id": id}, "version", since, math.MaxInt32)
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
