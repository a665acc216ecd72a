package store

import (
	"context"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Verdicts tells of one live record which of some rules it fits, with one
// statement; nil rules fit all. A record that is not there fits none.
func Verdicts(ctx context.Context, q Querier, r *schema.Registry, asker Asker, o *schema.Object, id int64, rules []*query.Node) ([]bool, error) {
	c := &compiler{registry: r, asker: asker, postgres: q.Postgres(), trusted: true}
	verdicts := make([]bool, len(rules))
	c.write("SELECT ")
	for i, rule := range rules {
		if i > 0 {
			c.write(", ")
		}
		if rule == nil {
			c.write("1")
			continue
		}
		c.write("CASE WHEN ")
		if err := c.where(o, "t", rule); err != nil {
			return nil, err
		}
		c.write(" THEN 1 ELSE 0 END")
	}
	c.write(" FROM "+o.Table()+" t WHERE t.deleted_at IS NULL AND t.id = ?", id)
	rows, err := q.Query(ctx, c.b.String(), c.args...)
	if err != nil || len(rows) == 0 {
		return verdicts, err
	}
	for i, v := range rows[0] {
		n, _ := v.(int64)
		verdicts[i] = n == 1
	}
	return verdicts, nil
}
