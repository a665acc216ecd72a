package store

import (
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// manyRelated writes how many records that point here fit a filter, compared with a
// number: of this record, or of one that it refers to (customer.activities). Only those
// the asker may see are counted.
func (c *compiler) manyRelated(o *schema.Object, alias string, n *query.Node) error {
	counted, ok := n.Value.(query.Counted)
	op := comparisons[counted.Op]
	if counted.Op == query.Ne {
		op = "<>"
	}
	if !ok || op == "" {
		return problem(n, "filter_value_unfit")
	}
	column := alias + ".id"
	name := n.Field
	var seen func() error
	if first, rest, deeper := strings.Cut(n.Field, "."); deeper {
		f := o.Field(first)
		if f == nil || !c.trusted && !c.asker.Readable(o, f) {
			return problem(n, "filter_unknown_field")
		}
		target := c.registry.Object(f.Target())
		if target == nil || f.Many() != "" || strings.Contains(rest, ".") {
			return problem(n, "filter_unknown_relation")
		}
		column, name = alias+"."+f.Column(), rest
		seen = func() error {
			// What hangs on a record the asker does not see is not counted for him.
			up := c.alias()
			c.write(" AND EXISTS (SELECT 1 FROM " + target.Table() + " " + up + " WHERE " + up + ".id = " + column + " AND " + up + ".deleted_at IS NULL")
			if guard := c.guarded(target, nil); guard != nil {
				c.write(" AND ")
				if err := c.where(target, up, guard); err != nil {
					return err
				}
			}
			c.write(")")
			return nil
		}
		o = target
	}
	target := c.registry.ByPlural(name)
	if target == nil {
		return problem(n, "filter_unknown_relation")
	}
	var back *schema.Field
	for _, f := range target.Fields {
		if f.Target() == o.Name && !f.System && f.Many() == "" && c.asker.Readable(target, f) {
			back = f
			break
		}
	}
	if back == nil {
		return problem(n, "filter_unknown_relation")
	}
	a := c.alias()
	c.write("((SELECT count(*) FROM " + target.Table() + " " + a + " WHERE " + a + "." + back.Column() + " = " + column + " AND " + a + ".deleted_at IS NULL")
	var kid *query.Node
	if len(n.Kids) > 0 {
		kid = n.Kids[0]
	}
	if what := c.guarded(target, kid); what != nil {
		c.write(" AND ")
		if err := c.where(target, a, what); err != nil {
			return err
		}
	}
	if seen != nil {
		if err := seen(); err != nil {
			return err
		}
	}
	c.write(") "+op+" ?)", counted.N)
	return nil
}
