package store

import (
	"context"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// Labels reads the names of records by id; those outside the guard are left
// out. Deleted ones keep their name where deleted is true.
func Labels(ctx context.Context, q Querier, r *schema.Registry, asker Asker, o *schema.Object, guard *query.Node, ids []int64, deleted bool) (map[int64]string, error) {
	c := &compiler{registry: r, asker: asker, postgres: q.Postgres(), trusted: true}
	title := "id"
	if f := o.Field(o.Title); f != nil && asker.Readable(o, f) {
		title = f.Column()
	}
	c.write("SELECT t.id, t." + title + " FROM " + o.Table() + " t WHERE t.id")
	c.among(ids)
	fits := c.anywhere
	if !deleted {
		c.write(" AND t.deleted_at IS NULL")
		fits = c.where
	}
	if guard != nil {
		c.write(" AND ")
		if err := fits(o, "t", guard); err != nil {
			return nil, err
		}
	}
	rows, err := q.Query(ctx, c.b.String(), c.args...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]string, len(rows))
	for _, row := range rows {
		id, _ := row[0].(int64)
		label, _ := row[1].(string)
		found[id] = label
	}
	return found, nil
}
