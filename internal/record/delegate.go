package record

import (
	"context"
	"slices"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Of objects that are delegated whoever may make or change a record may give it to a
// colleague, though his role lets him hand over no others: a task. Whoever gave it away
// goes on seeing it, and so do those who watch it: the record is shared with them.

// hands tells whether the actor may give a record of an object to somebody outside his
// scope.
func hands(a *policy.Actor, o *schema.Object, verb string) bool { return o.Delegates && a.May(o, verb) }

// keepSight shares a record with whoever gave it away and with whom it names as
// watchers, where they would not see it otherwise.
func (c *Change) keepSight(ctx context.Context) error {
	o := c.Object
	if o.Delegates && c.Actor.ID != 0 && (c.Created || c.Changed("owner")) && c.After.Int("owner") != c.Actor.ID {
		if !c.Actor.Covers(o, policy.Edit, c.After.Int("owner"), c.After.Int("department")) {
			if err := c.admit(ctx, c.Actor.ID, true); err != nil {
				return err
			}
		}
	}
	for _, f := range o.Fields {
		if !f.Watches || !c.Created && !c.Changed(f.Name) {
			continue
		}
		before := schema.IDs(c.Before.Text(f.Name))
		for _, id := range schema.IDs(c.After.Text(f.Name)) {
			if slices.Contains(before, id) || id == c.After.Int("owner") || id == c.Actor.ID {
				continue
			}
			if err := c.admit(ctx, id, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// admit shares the record with a person, in the name of whoever writes; a share he has
// already stays as it is.
func (c *Change) admit(ctx context.Context, person int64, write bool) error {
	share := Share{User: person, Write: write}
	had, err := c.service.shared(ctx, c.tx, c.Object, c.ID, share.Token())
	if err != nil || had != nil {
		return err
	}
	_, err = unitOf(ctx).Share(ctx, engineOf(c.Actor), c.Object, c.ID, share)
	if IsCode(err, "invalid") {
		return nil // somebody who is gone
	}
	return err
}

// Waiting lists who waits for a record to be done: whoever made it and those who watch
// it. Whether they may see it is not asked.
func (s *Service) Waiting(ctx context.Context, o *schema.Object, id int64) ([]int64, error) {
	names := "created_by_id"
	var watched []string
	for _, f := range o.Fields {
		if f.Watches {
			watched = append(watched, f.Column())
			names += ", " + f.Column()
		}
	}
	rows, err := store.Find(ctx, s.DB, o.Table(), names, store.Row{"id": id}, "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var people []int64
	if maker, _ := rows[0][0].(int64); maker != 0 {
		people = append(people, maker)
	}
	for i := range watched {
		text, _ := rows[0][1+i].(string)
		for _, person := range schema.IDs(text) {
			if !slices.Contains(people, person) {
				people = append(people, person)
			}
		}
	}
	return people, nil
}
