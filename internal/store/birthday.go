package store

import (
	"context"
	"fmt"
	"time"

	"ecrm/internal/local"
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// birthday writes a condition on a birthday. Equal to days (next_days(14),
// this_month(), a day) means celebrated on one of them, whatever the year and the
// calendar; equal to a birthday means that one, in any year where it has none.
// More and less compare days of birth.
func (c *compiler) birthday(f *schema.Field, alias string, n *query.Node) error {
	call, isCall := n.Value.(query.Call)
	switch {
	case n.Value == nil && n.Op == query.Eq:
		c.write(alias + "." + f.Column() + " IS NULL")
		return nil
	case n.Op == query.Eq && isCall:
		from, to, err := c.span(n)
		if err != nil || call.Name == "now" {
			return problem(n, "filter_value_unfit")
		}
		c.celebrated(f, alias, from, to)
		return nil
	case n.Op == query.Eq:
		columns, err := f.Kind().Parse(f, n.Value)
		if err != nil || columns == nil {
			return problem(n, "filter_value_unfit")
		}
		if b, err := schema.Birthday(columns); err == nil && b.Year == 0 {
			c.write(c.name(alias, f.Name+"_key")+" = ?", columns[1])
			return nil
		}
		c.write(alias+"."+f.Column()+" = ?", columns[0])
		return nil
	}
	return c.bounds(alias+"."+f.Name+"_born", n, func(t time.Time) any { return t.Format(time.DateOnly) })
}

// celebrated writes that a birthday falls on one of the days from one to before
// another.
func (c *compiler) celebrated(f *schema.Field, alias string, from, to time.Time) {
	column := c.name(alias, f.Name+"_key")
	if to.Sub(from) >= 365*24*time.Hour {
		c.write(column + " IS NOT NULL")
		return
	}
	seen := map[string]bool{}
	c.write(column + " IN (''")
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		for _, key := range local.Celebrated(local.DateOf(day)) {
			if !seen[key] {
				seen[key] = true
				c.write(", ?", key)
			}
		}
	}
	c.write(")")
}

// Anniversary is a birthday with what is kept beside it.
type Anniversary struct {
	ID int64
	// Columns are those of the field.
	Columns []any
}

// Anniversaries reads the birthdays of a field, a page of records behind an id,
// those in the recycle bin too. last is 0 when there is nothing more.
func (db *DB) Anniversaries(ctx context.Context, o *schema.Object, f *schema.Field, after int64, limit int) (found []Anniversary, last int64, err error) {
	names := ""
	for _, c := range f.Columns() {
		names += ", " + c.Name
	}
	rows, err := db.Query(ctx, "SELECT id"+names+" FROM "+o.Table()+" WHERE id > ? ORDER BY id LIMIT ?", after, int64(limit))
	if err != nil {
		return nil, 0, fmt.Errorf("read the birthdays of %s: %w", o.Name, err)
	}
	for _, r := range rows {
		last, _ = r[0].(int64)
		if r[1] != nil {
			found = append(found, Anniversary{last, r[1:]})
		}
	}
	return found, last, nil
}

// PutAnniversaries writes what is kept beside birthdays, where they are still the
// same.
func PutAnniversaries(ctx context.Context, q Querier, o *schema.Object, f *schema.Field, list []Anniversary) error {
	c := f.Columns()
	statement := fmt.Sprintf("UPDATE %s SET %s = ?, %s = ?, %s = ? WHERE id = ? AND %s = ?", o.Table(), c[1].Name, c[2].Name, c[3].Name, c[0].Name)
	for _, a := range list {
		if _, err := q.Exec(ctx, statement, a.Columns[1], a.Columns[2], a.Columns[3], a.ID, a.Columns[0]); err != nil {
			return fmt.Errorf("write the birthdays of %s: %w", o.Name, err)
		}
	}
	return nil
}
