package store

import (
	"encoding/json"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// refers writes that a reference leads to a record. Of one the asker may not see
// a record says no more than that it is hidden, so no filter confirms its id
// either; ids of the engine's own, which it writes as numbers, are no guesses.
func (c *compiler) refers(f *schema.Field, column string, n *query.Node) error {
	id, guessed := typedID(n)
	if !guessed {
		return c.ids(column, n)
	}
	c.write("(")
	if err := c.visible(f, id); err != nil {
		return err
	}
	if err := c.ids(column, n); err != nil {
		return err
	}
	c.write(")")
	return nil
}

// typedID is the id that a client typed as a value.
func typedID(n *query.Node) (int64, bool) {
	switch v := n.Value.(type) {
	case string:
		return schema.ParseID(v)
	case json.Number:
		return schema.ParseID(v.String())
	}
	return 0, false
}

// visible writes that the asker may see the record a field's value names, be it in
// the recycle bin, with an AND behind it; nothing where he sees all there are.
func (c *compiler) visible(f *schema.Field, id int64) error {
	if c.trusted {
		return nil
	}
	targets := f.Targets
	if t := f.Target(); t != "" {
		targets = []string{t}
	}
	limited := false
	for _, name := range targets {
		target := c.registry.Object(name)
		limited = limited || target == nil || c.asker.Guard(target) != nil
	}
	if !limited {
		return nil
	}
	// A subquery of its own, which is answered once and not for each row.
	c.write("? IN (", id)
	for i, name := range targets {
		if i > 0 {
			c.write(" UNION ALL ")
		}
		target, a := c.registry.Object(name), c.alias()
		c.write("SELECT "+a+".id FROM "+target.Table()+" "+a+" WHERE "+a+".id = ?", id)
		if guard := c.guarded(target, nil); guard != nil {
			c.write(" AND ")
			if err := c.anywhere(target, a, guard); err != nil {
				return err
			}
		}
	}
	c.write(") AND ")
	return nil
}
