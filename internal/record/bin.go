package record

import (
	"context"
	"maps"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

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
	return nil
}
