package store

import (
	"slices"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// staged writes what is asked of a stage as a whole: open(), won(), lost(), and
// rotten(), in which a record has been longer than its stage lets it. Days are
// those of the asker's calendar.
func (c *compiler) staged(o *schema.Object, alias string, f *schema.Field, call query.Call, n *query.Node) error {
	since := o.StageSince()
	if n.Op != query.Eq || len(call.Args) > 0 || call.Name == "rotten" && (since == nil || !c.trusted && !c.asker.Readable(o, since)) {
		return problem(n, "filter_value_unfit")
	}
	if !slices.Contains([]string{schema.Open, schema.Won, schema.Lost, "rotten"}, call.Name) {
		return problem(n, "filter_value_unfit")
	}
	column := c.name(alias, f.Column())
	byDays := map[int][]any{}
	var some []any
	for _, s := range f.Options {
		kind := s.Kind
		if kind == "" {
			kind = schema.Open
		}
		switch {
		case kind == call.Name:
			some = append(some, s.Value)
		case call.Name == "rotten" && kind == schema.Open && s.Rotten > 0:
			byDays[s.Rotten] = append(byDays[s.Rotten], s.Value)
		}
	}
	in := func(values []any) {
		c.write(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
	}
	if call.Name != "rotten" {
		if len(some) == 0 {
			c.write("1 = 0")
			return nil
		}
		in(some)
		return nil
	}
	days := make([]int, 0, len(byDays))
	for d := range byDays {
		days = append(days, d)
	}
	slices.Sort(days)
	c.write("(1 = 0")
	for _, d := range days {
		c.write(" OR ")
		in(byDays[d])
		c.write(" AND ")
		before := query.Node{Op: query.Le, Field: since.Name, Value: query.Call{Name: "today", Args: []int{-d}}}
		if err := c.instant(c.name(alias, since.Column()), &before); err != nil {
			return err
		}
	}
	c.write(")")
	return nil
}
