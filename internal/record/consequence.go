package record

import (
	"context"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// What follows from a write in other records, as part of it: a rule has another record
// made or changed by the rights of whoever writes.

// make makes a record by an actor's own rights; of the values those are left out that
// he may not write.
func (u *Unit) make(ctx context.Context, a *policy.Actor, object string, values Values) (int64, error) {
	o := a.Registry.Object(object)
	kept := Values{}
	for name, columns := range values {
		if f := o.Field(name); f != nil && columns != nil && (a.Access(o, f) == "write" || name == "owner" || name == "department") {
			kept[name] = columns
		}
	}
	return u.CreateValues(ctx, a, o, kept)
}

// Make makes a record of another object by the rights of whoever writes; values that
// he may not write are left out.
func (c *Change) Make(ctx context.Context, object string, values Values) (int64, error) {
	return unitOf(ctx).make(ctx, c.Actor, object, values)
}

// MakeAgain makes a record like this one in the engine's name, with the values given
// in place of its own: what repeats. It answers the new record's id.
func (c *Change) MakeAgain(ctx context.Context, values Values) (int64, error) {
	again := Values{}
	for _, f := range c.Object.Fields {
		columns := c.After[f.Name]
		if given, ok := values[f.Name]; ok {
			columns = given
		} else if f.System && f.Name != "created_by" || f.Type == "autonumber" || f.Unique {
			continue
		}
		if len(columns) == 0 {
			continue
		}
		if f.Lines() != nil {
			// Rows are the record's own: those of the new one get ids of theirs.
			text, _ := columns[0].(string)
			rows, err := schema.DecodeLines(f, text)
			if err != nil {
				return 0, err
			}
			for i := range rows {
				rows[i].ID = c.service.IDs.Next()
			}
			columns = schema.EncodeLines(f, rows)
		}
		again[f.Name] = columns
	}
	u, engine := unitOf(ctx), engineOf(c.Actor)
	id, err := u.CreateValues(ctx, engine, c.Object, again)
	if err != nil {
		return 0, err
	}
	// Whoever gave it to somebody goes on seeing what comes of it.
	if maker := c.After.Int("created_by"); c.Object.Delegates && maker != 0 && maker != c.After.Int("owner") {
		if _, err = u.Share(ctx, engine, c.Object, id, Share{User: maker, Write: true}); IsCode(err, "invalid") {
			err = nil // he is gone
		}
	}
	return id, err
}

// Fills tells whether the write fills an empty company with what is made up (see Fill):
// whoever makes that up makes what follows from it too, under ids of its own time.
func (c *Change) Fills(ctx context.Context) bool {
	u := unitOf(ctx)
	return u != nil && u.fills
}

// May tells whether whoever writes may do verb to records of an object.
func (c *Change) May(object, verb string) bool {
	o := c.Actor.Registry.Object(object)
	return o != nil && c.Actor.May(o, verb)
}

// Amend changes another record by the rights of whoever writes, in fields that he may
// write. What he may not see is not found.
func (c *Change) Amend(ctx context.Context, object string, id int64, values Values) error {
	o := c.Actor.Registry.Object(object)
	for name := range values {
		if f := o.Field(name); f == nil || c.Actor.Access(o, f) != "write" {
			return fail("forbidden")
		}
	}
	_, err := unitOf(ctx).Write(ctx, c.Actor, o, id, nil, values, 0)
	return err
}

// Expire empties an instant of another record that lies at or before one: what was to
// be done by then was done. Like Derive it raises no version.
func (c *Change) Expire(ctx context.Context, object string, id int64, field string, until int64) error {
	o := c.Actor.Registry.Object(object)
	return store.Expire(ctx, c.tx, o.Table(), o.Field(field).Column(), id, until)
}

// Move puts an instant of another record where it still is what it was here: before and
// after are that of this record, 0 for none. Like Derive it raises no version.
func (c *Change) Move(ctx context.Context, object string, id int64, field string, before, after int64) error {
	o := c.Actor.Registry.Object(object)
	return store.Replace(ctx, c.tx, o.Table(), o.Field(field).Column(), id, before, nullID(after))
}

// DeriveEarlier sets an instant of another record where it has none, a later one, or
// one that is past: what comes next. Like Derive it raises no version.
func (c *Change) DeriveEarlier(ctx context.Context, object string, id int64, field string, value int64) error {
	if err := c.Expire(ctx, object, id, field, c.Now); err != nil {
		return err
	}
	return c.DeriveFirst(ctx, object, id, field, value)
}

// Revisit has the rules of an object look again at a record whose hour has come, in the
// engine's name, as if somebody had saved it as it is.
func (u *Unit) Revisit(ctx context.Context, o *schema.Object, id int64) (bool, error) {
	engine := policy.System(u.registry, "schedule")
	return u.Write(ctx, engine, u.registry.Object(o.Name), id, nil, Values{}, 0)
}
