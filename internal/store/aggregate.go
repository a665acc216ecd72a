package store

import (
	"context"
	"fmt"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Aggregate groups what the query finds. A row holds the groups, then the
// measures.
func (s Select) Aggregate(ctx context.Context, q Querier, groups []query.Group, measures []query.Measure) ([][]any, error) {
	c := s.compiler(q)
	o := s.Query.Object
	var by []string
	column := func(name string) (string, *schema.Field, error) {
		f := o.Field(name)
		if f == nil || !s.Asker.Readable(o, f) {
			return "", nil, &query.Problem{Code: "filter_unknown_field", Pos: -1, Token: name}
		}
		return "t." + f.Column(), f, nil
	}
	c.write("SELECT ")
	for _, g := range groups {
		expr, f, err := column(g.Field)
		if err != nil {
			return nil, err
		}
		switch {
		case f.Type == "date" && g.By != "" && g.By != "day":
			n, ok := map[string]int{"month": 7, "year": 4}[g.By]
			if !ok {
				return nil, &query.Problem{Code: "group_unfit", Pos: -1, Token: g.By}
			}
			expr = fmt.Sprintf("substr(%s, 1, %d)", expr, n)
		case f.Type != "date" && g.By != "":
			return nil, &query.Problem{Code: "group_unfit", Pos: -1, Token: g.Field}
		}
		by = append(by, expr)
		c.write(expr + ", ")
	}
	for i, m := range measures {
		if i > 0 {
			c.write(", ")
		}
		if m.Fn == "count" && m.Field == "" {
			c.write("count(*)")
			continue
		}
		expr, f, err := column(m.Field)
		if err != nil {
			return nil, err
		}
		numeric := f.Type == "money" || f.Type == "integer" || f.Type == "decimal" || f.Type == "percent"
		if f.Type == "money" {
			expr = "t." + f.Name + "_base"
		}
		switch {
		case m.Fn == "count":
			c.write("count(" + expr + ")")
		case !numeric:
			return nil, &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Field}
		case m.Fn == "sum" || m.Fn == "avg":
			if c.postgres {
				c.write(m.Fn + "(" + expr + ")::bigint")
			} else {
				c.write("CAST(" + m.Fn + "(" + expr + ") AS INTEGER)")
			}
		case m.Fn == "min" || m.Fn == "max":
			c.write(m.Fn + "(" + expr + ")")
		default:
			return nil, &query.Problem{Code: "measure_unfit", Pos: -1, Token: m.Fn}
		}
	}
	c.write(" FROM " + o.Table() + " t WHERE ")
	if err := s.conditions(c); err != nil {
		return nil, err
	}
	if len(by) > 0 {
		c.write(" GROUP BY " + strings.Join(by, ", ") + " ORDER BY " + strings.Join(by, ", "))
	}
	c.write(" LIMIT 5000")
	return q.Query(ctx, c.b.String(), c.args...)
}
