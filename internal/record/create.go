package record

import (
	"context"
	"maps"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

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
	handedOut := s.handsOut(ctx, a, o, v)
	now := clock(ctx)
	u := unitOf(ctx)
	var numbered []*schema.Field
	for _, f := range o.Fields {
		if f.Default != nil && v[f.Name] == nil {
			columns, err := f.Kind().Parse(f, s.Initial(f))
			if err != nil {
				return err
			}
			v[f.Name] = columns
		}
		switch {
		case f.Type != "autonumber":
		case v.Text(f.Name) != "":
			if err := u.give(ctx, o, f, v.Text(f.Name)); err != nil {
				return err
			}
		default:
			n, err := u.numbered(ctx, o, f)
			if err != nil {
				return err
			}
			v[f.Name] = []any{n}
			numbered = append(numbered, f)
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
	if !a.Covers(o, policy.Create, v.Int("owner"), v.Int("department")) && !hands(a, o, policy.Create) {
		return invalid("owner", "outside_scope")
	}
	if v["created_at"] == nil {
		v["created_at"] = []any{now}
	}
	v["updated_at"] = []any{now}
	if a.ID != 0 {
		v["updated_by"] = []any{a.ID}
		if v["created_by"] == nil { // what repeats is whoever's who began it
			v["created_by"] = []any{a.ID}
		}
	}
	row := store.Row{"id": id, "version": int64(1)}
	columnsOf(o, v, row)
	if err := c.inherit(ctx); err != nil {
		return err
	}
	maps.Copy(row, c.inherited)
	if err := store.Insert(ctx, tx, o.Table(), row); err != nil {
		u.clash(ctx, o, numbered, err)
		return err
	}
	if err := s.belongings(ctx, c, nil, 1, "created"); err != nil {
		return err
	}
	if a.Filter(o, policy.View) == nil {
		u.seen[sight{a.ID, o.Name, id}] = true
	}
	if o.Owned {
		u.belongs[thing{o.Name, id}] = [2]any{row["owner_id"], row["department_id"]}
	}
	if err := c.keepSight(ctx); err != nil {
		return err
	}
	if r := s.rules[o.Name]; r.Done != nil {
		if err := r.Done(ctx, c); err != nil {
			return err
		}
	}
	if handedOut {
		return s.HandOut(ctx, u, a, o, id)
	}
	return nil
}

// handsOut tells whether a new record is given to somebody by rules: where nobody was
// named and it was not a person who typed it in.
func (s *Service) handsOut(ctx context.Context, a *policy.Actor, o *schema.Object, v Values) bool {
	return o.HandedOut && s.HandOut != nil && v.Int("owner") == 0 && a.Origin != "form" && !unitOf(ctx).fills
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
