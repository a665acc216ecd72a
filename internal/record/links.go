package record

import (
	"context"
	"maps"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// hung refuses a link on a record that the actor may not edit.
func (s *Service) hung(ctx context.Context, c *Change) error {
	if !c.Object.IsLink() || !c.Changed(c.Object.Links[0]) {
		return nil
	}
	f := c.Object.End(0)
	_, _, err := s.look(ctx, c.tx, c.Actor, c.Actor.Registry.Object(f.Target()), c.After.Int(f.Name), policy.Edit, false)
	if IsCode(err, "not_found") {
		return invalid(f.Name, "may_not_link")
	}
	return err
}

// ends refuses to bring a link back while one of its ends is gone.
func (s *Service) ends(ctx context.Context, c *Change) error {
	if !c.Object.IsLink() {
		return nil
	}
	ends := Values{}
	for _, name := range c.Object.Links {
		ends[name] = c.After[name]
	}
	return s.references(ctx, c.tx, c.Actor, c.Object, ends)
}

// linked reads the links that have the record at one of their ends: the live
// ones, or those that went to the recycle bin at an instant.
func (c *Change) linked(ctx context.Context, o *schema.Object, gone int64) (map[int64]Current, error) {
	names := make([]string, 0, len(o.Columns()))
	for _, column := range o.Columns() {
		names = append(names, column.Name)
	}
	found := map[int64]Current{}
	for i := range o.Links {
		if o.End(i).Target() != c.Object.Name {
			continue
		}
		rows, err := store.Linked(ctx, c.tx, o, o.End(i), names, c.ID, gone)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			id, _ := row[0].(int64)
			version, _ := row[1].(int64)
			found[id] = Current{valuesOf(o, row), version}
		}
	}
	records := make(map[int64]Values, len(found))
	for id, one := range found {
		records[id] = one.Values
	}
	return found, c.service.withLines(ctx, c.tx, o, records)
}

// eachLink runs fn on the links of the record, in the order they were made.
func (c *Change) eachLink(ctx context.Context, gone int64, fn func(link *Change, version int64) error) error {
	for _, o := range c.Actor.Registry.Objects() {
		if !o.IsLink() {
			continue
		}
		found, err := c.linked(ctx, o, gone)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(found)) {
			one := found[id]
			link := &Change{Actor: c.Actor, Object: o, ID: id, Before: one.Values, After: one.Values, Now: c.Now, service: c.service, tx: c.tx}
			if err := fn(link, one.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlink takes the links of a record to the recycle bin with it: all at the same
// instant, by which they are known again.
func (u *Unit) unlink(ctx context.Context, c *Change) error {
	return c.eachLink(ctx, 0, func(link *Change, version int64) error {
		return u.moveLink(ctx, link, version, store.Row{"deleted_at": c.Now}, "deleted")
	})
}

// relink brings back the links that went with a record. One whose other end is in
// the bin waits for that end.
func (u *Unit) relink(ctx context.Context, c *Change, gone int64) error {
	return c.eachLink(ctx, gone, func(link *Change, version int64) error {
		for i := range link.Object.Links {
			f := link.Object.End(i)
			rows, err := store.Find(ctx, u.tx, link.Actor.Registry.Object(f.Target()).Table(), "deleted_at", store.Row{"id": link.After.Int(f.Name)}, "")
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				return nil // its other end is gone for good
			}
			if since, there := rows[0][0].(int64); there {
				_, err := store.Update(ctx, u.tx, link.Object.Table(), store.Row{"deleted_at": since}, store.Row{"id": link.ID})
				return err
			}
		}
		if err := link.inherit(ctx); err != nil {
			return err
		}
		row := store.Row{"deleted_at": nil}
		maps.Copy(row, link.inherited)
		return u.moveLink(ctx, link, version, row, "restored")
	})
}

func (u *Unit) moveLink(ctx context.Context, link *Change, version int64, row store.Row, action string) error {
	row["version"] = version + 1
	n, err := store.Update(ctx, u.tx, link.Object.Table(), row, store.Row{"id": link.ID, "version": version})
	if err != nil {
		return u.service.explain(link.Object, err)
	}
	if n == 0 {
		return store.ErrOvertaken
	}
	return u.service.belongings(ctx, link, nil, version+1, action)
}

// linkLabels names links by their ends; what the actor may not see has no name.
func (s *Service) linkLabels(ctx context.Context, q store.Querier, a *policy.Actor, o *schema.Object, ids []int64, deleted bool) (map[int64]string, error) {
	rows, err := store.LinkEnds(ctx, q, a.Registry, a, o, a.Filter(o, policy.View), ids, deleted)
	if err != nil {
		return nil, err
	}
	var names [2]map[int64]string
	for i := range names {
		ends := make([]int64, len(rows))
		for j, row := range rows {
			ends[j], _ = row[1+i].(int64)
		}
		if names[i], err = s.labels(ctx, q, a, o.End(i).Target(), ends, deleted); err != nil {
			return nil, err
		}
	}
	found := make(map[int64]string, len(rows))
	for _, row := range rows {
		id, _ := row[0].(int64)
		first, _ := row[1].(int64)
		second, _ := row[2].(int64)
		found[id] = names[1][second] + " · " + names[0][first]
	}
	return found, nil
}
