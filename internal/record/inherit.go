package record

import (
	"context"
	"slices"

	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// seenThrough tells whether a reference the object is seen through changed.
func seenThrough(o *schema.Object, changed []string) bool {
	for _, in := range o.Inherited() {
		if slices.Contains(changed, in.Field.Name) {
			return true
		}
	}
	return false
}

// inherit reads the owner and department of the records this one is seen
// through.
func (c *Change) inherit(ctx context.Context) error {
	c.inherited = store.Row{}
	for _, in := range c.Object.Inherited() {
		c.inherited[in.Owner], c.inherited[in.Department] = nil, nil
		id := c.After.Int(in.Field.Name)
		parent := c.Actor.Registry.Object(in.Field.Target())
		if id == 0 || !parent.Owned {
			continue
		}
		belongs, known := unitOf(ctx).belongs[thing{parent.Name, id}]
		if !known {
			// Held until the end: who gives the parent away meanwhile would not see this one.
			rows, err := store.Find(ctx, c.tx, parent.Table(), "owner_id, department_id", store.Row{"id": id}, "AND deleted_at IS NULL"+store.Holding(c.tx))
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				belongs = [2]any{rows[0][0], rows[0][1]}
			}
			unitOf(ctx).belongs[thing{parent.Name, id}] = belongs
		}
		c.inherited[in.Owner], c.inherited[in.Department] = belongs[0], belongs[1]
	}
	return nil
}

// putWords writes the record's search document with its scope tokens.
func (c *Change) putWords(ctx context.Context, deleted bool) error {
	if c.inherited == nil {
		if err := c.inherit(ctx); err != nil {
			return err
		}
	}
	tokens := append(Words(c.Object, c.After), store.ScopeTokens(c.Object, c.column, deleted)...)
	u := unitOf(ctx)
	u.late.documents = append(u.late.documents, document{c.Object, c.ID, tokens, c.Created})
	return nil
}

// column is the value of a policy column after the write.
func (c *Change) column(name string) any {
	switch name {
	case "owner_id":
		return c.After.Int("owner")
	case "department_id":
		return c.After.Int("department")
	}
	return c.inherited[name]
}

// bequeath tells the records seen through this one who owns it now; 0: nobody,
// it went to the recycle bin. Those in the bin themselves are left: the bin asks
// the record directly, and restoring reads it anew. All of them in this transaction: nobody sees the
// new state in part, and a record with very many is rare (docs/adr).
func (c *Change) bequeath(ctx context.Context, owner, department int64) error {
	null := func(id int64) any {
		if id == 0 {
			return nil
		}
		return id
	}
	for _, o := range c.Actor.Registry.Objects() {
		for _, in := range o.Inherited() {
			if in.Field.Target() != c.Object.Name {
				continue
			}
			n, err := store.Bequeath(ctx, c.tx, o, in, c.ID, null(owner), null(department))
			if err != nil {
				return err
			}
			if n > 0 {
				if err := c.rewrite(ctx, o, in); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// rewrite puts the search documents of the records that refer to this one.
func (c *Change) rewrite(ctx context.Context, o *schema.Object, in schema.Inherited) error {
	const chunk = 500
	last := int64(0)
	for {
		rows, err := store.Children(ctx, c.tx, o, in.Field, c.ID, last, chunk)
		if err != nil {
			return err
		}
		found := eachValues(o, rows)
		if err := c.service.withLines(ctx, c.tx, o, found); err != nil {
			return err
		}
		for _, row := range rows {
			last, _ = row[0].(int64)
			kid := &Change{Actor: c.Actor, Object: o, ID: last, After: found[last], Now: c.Now, service: c.service, tx: c.tx}
			if err := kid.putWords(ctx, false); err != nil {
				return err
			}
		}
		if len(rows) < chunk {
			return nil
		}
	}
}

// eachValues sorts rows in the order of o.Columns() by id and field.
func eachValues(o *schema.Object, rows [][]any) map[int64]Values {
	found := make(map[int64]Values, len(rows))
	for _, row := range rows {
		id, _ := row[0].(int64)
		found[id] = valuesOf(o, row)
	}
	return found
}

// valuesOf sorts a row in the order of o.Columns() by field.
func valuesOf(o *schema.Object, row []any) Values {
	v := Values{}
	at := 2
	for _, f := range o.Fields {
		n := len(f.Columns())
		v[f.Name] = row[at : at+n : at+n]
		at += n
	}
	return v
}
