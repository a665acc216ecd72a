package store

import (
	"context"
	"fmt"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Select reads one page: the rows' columns in the order of o.Columns(), or only
// those asked for.
type Select struct {
	Registry *schema.Registry
	Asker    Asker
	Guard    *query.Node
	Query    query.Query
	Columns  []string
}

func (s Select) compiler(q Querier) *compiler {
	return &compiler{registry: s.Registry, asker: s.Asker, postgres: q.Postgres()}
}

// conditions writes everything behind WHERE.
func (s Select) conditions(c *compiler) error {
	o := s.Query.Object
	if s.Query.Deleted {
		c.write("t.deleted_at IS NOT NULL")
	} else {
		c.write("t.deleted_at IS NULL")
	}
	if s.Guard != nil {
		c.trusted = true
		c.write(" AND ")
		if err := c.where(o, "t", s.Guard); err != nil {
			return err
		}
		c.trusted = false
	}
	if s.Query.Filter != nil {
		c.write(" AND ")
		if err := c.where(o, "t", s.Query.Filter); err != nil {
			return err
		}
	}
	if len(s.Query.Words) > 0 {
		c.write(" AND ")
		c.words(o, "t", s.Query.Words)
	}
	return nil
}

// SortColumn finds the column a sort key orders by.
func SortColumn(o *schema.Object, field string) (column string, nullable, ok bool) {
	if field == "id" {
		return "id", false, true
	}
	f := o.Field(field)
	if f == nil {
		return "", false, false
	}
	if _, many := f.Kind().(schema.Multiple); many || f.Type == "longtext" {
		return "", false, false
	}
	return f.Column(), !(f.Name == "created_at" || f.Name == "updated_at"), true
}

// Rows reads the page.
func (s Select) Rows(ctx context.Context, q Querier) ([][]any, error) {
	c := s.compiler(q)
	o := s.Query.Object
	c.write("SELECT ")
	for i, name := range s.Columns {
		if i > 0 {
			c.write(", ")
		}
		c.write("t." + name)
	}
	c.write(" FROM " + o.Table() + " t WHERE ")
	if err := s.conditions(c); err != nil {
		return nil, err
	}
	if s.Query.After != nil {
		c.write(" AND ")
		s.after(c)
	}
	c.write(" ORDER BY ")
	for i, k := range s.Query.Sort {
		if i > 0 {
			c.write(", ")
		}
		column, nullable, _ := SortColumn(o, k.Field)
		if nullable {
			c.write("(t." + column + " IS NULL), ")
		}
		c.write("t." + column)
		if k.Desc {
			c.write(" DESC")
		}
	}
	c.write(" LIMIT ?", int64(s.Query.Limit))
	return q.Query(ctx, c.b.String(), c.args...)
}

// after writes the condition of the page behind a cursor: greater in the first
// key, or equal there and greater in the next. NULLs come last either way.
func (s Select) after(c *compiler) {
	c.write("(")
	for i := range s.Query.Sort {
		if i > 0 {
			c.write(" OR ")
		}
		c.write("(")
		for j := 0; j <= i; j++ {
			k := s.Query.Sort[j]
			column, nullable, _ := SortColumn(s.Query.Object, k.Field)
			column = "t." + column
			v := s.Query.After[j]
			if j > 0 {
				c.write(" AND ")
			}
			switch {
			case j < i && v == nil:
				c.write(column + " IS NULL")
			case j < i:
				c.write(column+" = ?", v)
			case v == nil:
				c.write("1 = 0")
			default:
				op := " > ?"
				if k.Desc {
					op = " < ?"
				}
				if nullable {
					c.write("("+column+op+" OR "+column+" IS NULL)", v)
				} else {
					c.write(column+op, v)
				}
			}
		}
		c.write(")")
	}
	c.write(")")
}

// CountCap is where a capped count stops.
const CountCap = 10_000

// Count counts what the query finds: exactly, or up to CountCap.
func (s Select) Count(ctx context.Context, q Querier, exact bool) (n int64, err error) {
	c := s.compiler(q)
	c.write("SELECT count(*) FROM (SELECT 1 FROM " + s.Query.Object.Table() + " t WHERE ")
	if err := s.conditions(c); err != nil {
		return 0, err
	}
	if !exact {
		c.write(fmt.Sprintf(" LIMIT %d", CountCap+1))
	}
	c.write(") counted")
	rows, err := q.Query(ctx, c.b.String(), c.args...)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	n, _ = rows[0][0].(int64)
	return n, nil
}
