package oracle

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"
)

// change is one thing that happens to the company: it is applied to what is kept in
// memory when it is made up, and written to each database afterwards.
type change func(ctx context.Context, s *side) error

// happen makes up a change; at is its instant.
func (d dice) happen(c *company, at time.Time) change {
	switch d.IntN(14) {
	case 10, 11, 12, 13: // what many others hang on changes hands
		return d.edit(c, pick(d, []string{"star", "star", "planet"}), true, at)
	case 0:
		return d.moveDepartment(c)
	case 1:
		n := d.IntN(len(c.people))
		d.place(c, n)
		return func(ctx context.Context, s *side) error {
			return s.app.Records.Update(ctx, s.system(), s.object("user"), s.ids[thing{"user", n}], s.personIn(c, n), 0)
		}
	case 2:
		n := d.IntN(len(c.roles))
		admin := c.roles[n].admin
		c.roles[n] = d.role(c)
		c.roles[n].admin = admin
		return func(ctx context.Context, s *side) error {
			return s.app.Records.Update(ctx, s.system(), s.object("role"), s.roles[n], s.roleIn(c.roles[n]), 0)
		}
	case 3, 4:
		return d.reshare(c)
	case 5, 6:
		return d.bin(c, at)
	}
	return d.edit(c, pick(d, asked), d.chance(2), at)
}

func (d dice) moveDepartment(c *company) change {
	n := d.IntN(len(c.departments))
	parent := none
	if !d.chance(4) {
		if parent = d.IntN(len(c.departments)); c.within(parent, n) {
			parent = none
		}
	}
	c.departments[n].parent = parent
	return func(ctx context.Context, s *side) error {
		return s.app.Records.Update(ctx, s.system(), s.object("department"), s.ids[thing{"department", n}], s.departmentIn(c.departments[n]), 0)
	}
}

func (d dice) reshare(c *company) change {
	if d.chance(2) {
		t, one := d.share(c)
		return func(ctx context.Context, s *side) error { return s.share(ctx, t, one) }
	}
	shared := c.shared()
	if shared == nil {
		return nil
	}
	t := pick(d, shared)
	with := c.shares[t][0].with
	c.shares[t] = c.shares[t][1:]
	return func(ctx context.Context, s *side) error { return s.unshare(ctx, t, with) }
}

// shared are the records that are shared with somebody.
func (c *company) shared() []thing {
	var shared []thing
	for t, list := range c.shares {
		if len(list) > 0 {
			shared = append(shared, t)
		}
	}
	slices.SortFunc(shared, func(x, y thing) int { return cmp.Or(cmp.Compare(x.object, y.object), cmp.Compare(x.n, y.n)) })
	return shared
}

// bin takes a record to the recycle bin, or brings it back. Its links go with it
// and come back with it; one whose other end is in the bin meanwhile waits for
// that.
func (d dice) bin(c *company, at time.Time) change {
	t := d.existing(c, pick(d, asked))
	if shared := c.shared(); shared != nil && d.chance(2) {
		t = pick(d, shared)
	}
	r := c.record(t)
	gone := r.deleted
	if gone != 0 && objects[t.object].links != nil {
		for _, end := range objects[t.object].links {
			if !c.live(as[thing](r.values[end])) {
				return nil
			}
		}
		for _, l := range c.records[t.object] {
			if l.deleted == 0 && l.values["planet"] == r.values["planet"] && l.values["moon"] == r.values["moon"] {
				return nil // linked anew meanwhile
			}
		}
	}
	clash := false
	links := c.records["pass"]
	if gone == 0 {
		r.deleted = at.UnixMicro()
		for _, l := range links {
			if l.deleted == 0 && (l.values["planet"] == any(t) || l.values["moon"] == any(t)) {
				l.deleted = r.deleted
			}
		}
	} else {
		r.deleted = 0
		for _, l := range links {
			if l.deleted != gone || l.values["planet"] != any(t) && l.values["moon"] != any(t) {
				continue
			}
			l.deleted = 0
			for _, end := range objects["pass"].links {
				if other := c.record(as[thing](l.values[end])).deleted; other != 0 {
					l.deleted = other
				}
			}
			for _, twin := range links {
				if l.deleted == 0 && twin != l && twin.deleted == 0 && twin.values["planet"] == l.values["planet"] && twin.values["moon"] == l.values["moon"] {
					clash = true
				}
			}
		}
		if clash {
			panic("a link came back beside its twin")
		}
	}
	return func(ctx context.Context, s *side) error {
		ctx = atInstant(ctx, at)
		if gone == 0 {
			return s.app.Records.Delete(ctx, s.system(), s.object(t.object), s.ids[t])
		}
		return s.app.Records.Restore(ctx, s.system(), s.object(t.object), s.ids[t])
	}
}

// edit gives a record other values, and another owner if it is to change hands.
func (d dice) edit(c *company, object string, hands bool, at time.Time) change {
	t, ok := d.living(c, object)
	if !ok {
		return nil
	}
	o, r := objects[t.object], c.record(t)
	before := maps.Clone(r.values)
	if o.owned && hands {
		d.give(c, r)
	}
	for range 1 + d.IntN(3) {
		f := pick(d, o.fields)
		if f.target != "" && o.links != nil || f.name == "owner" || f.name == "department" || f.name == "created_at" || f.name == "updated_at" {
			continue
		}
		if v := d.value(c, o, &f); v != nil {
			r.values[f.name] = v
		} else {
			delete(r.values, f.name)
		}
	}
	if !reflect.DeepEqual(before, r.values) {
		r.values["updated_at"] = at.UnixMicro()
	}
	return func(ctx context.Context, s *side) error {
		return s.edit(atInstant(ctx, at), r)
	}
}
