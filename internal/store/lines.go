package store

import (
	"context"
	"strings"

	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// withLine writes that one of a record's rows fits n. Rows have no rights of
// their own: who may read the field may ask for what is in it.
func (c *compiler) withLine(f *schema.Field, alias string, n *query.Node) error {
	line, a := f.Lines(), c.alias()
	c.write(alias + ".id IN (SELECT " + a + ".parent_id FROM " + line.Table() + " " + a + " WHERE ")
	if err := c.where(line, a, n); err != nil {
		return err
	}
	c.write(")")
	return nil
}

// lines writes a comparison with a lines field: that it is empty, or that one of
// its rows fits.
func (c *compiler) lines(f *schema.Field, alias, rest string, n *query.Node) error {
	switch {
	case rest != "":
		inner := *n
		inner.Field = rest
		return c.withLine(f, alias, &inner)
	case n.Op == query.Empty:
		c.write("NOT EXISTS (SELECT 1 FROM " + f.Lines().Table() + " e WHERE e.parent_id = " + alias + ".id)")
		return nil
	}
	return problem(n, "filter_operator_unfit")
}

// LineRow is a row of a lines field as it is stored.
type LineRow struct {
	Parent int64
	schema.Line
}

// Lines reads the rows that records have in a lines field, with one statement,
// in their order.
func Lines(ctx context.Context, q Querier, f *schema.Field, parents []int64) ([]LineRow, error) {
	if len(parents) == 0 {
		return nil, nil
	}
	line := f.Lines()
	names := []string{"parent_id", "id"}
	for _, sub := range line.Fields {
		for _, column := range sub.Columns() {
			names = append(names, column.Name)
		}
	}
	c := &compiler{postgres: q.Postgres()}
	c.write("SELECT " + strings.Join(names, ", ") + " FROM " + line.Table() + " WHERE parent_id")
	c.among(parents)
	c.write(" ORDER BY parent_id, position")
	rows, err := q.Query(ctx, c.b.String(), c.args...)
	if err != nil {
		return nil, err
	}
	found := make([]LineRow, len(rows))
	for i, row := range rows {
		l := LineRow{Line: schema.Line{Values: make(map[string][]any, len(line.Fields))}}
		l.Parent, _ = row[0].(int64)
		l.ID, _ = row[1].(int64)
		at := 2
		for _, sub := range line.Fields {
			n := len(sub.Columns())
			l.Values[sub.Name] = row[at : at+n : at+n]
			at += n
		}
		found[i] = l
	}
	return found, nil
}

// PutLines brings the stored rows of one record's lines field from before to
// after: what changed or moved is written anew, what is gone is removed.
func PutLines(ctx context.Context, q Querier, f *schema.Field, parent int64, before, after []schema.Line) error {
	line := f.Lines()
	old := make(map[int64]int, len(before))
	for i, l := range before {
		old[l.ID] = i
	}
	gone := make(map[int64]bool, len(before))
	for _, l := range before {
		gone[l.ID] = true
	}
	columns := []string{"id", "parent_id", "position"}
	for _, sub := range line.Fields {
		for _, c := range sub.Columns() {
			columns = append(columns, c.Name)
		}
	}
	var rows [][]any
	for i, l := range after {
		at, known := old[l.ID]
		if known && at == i && string(schema.AppendLine(nil, f, before[at], nil)) == string(schema.AppendLine(nil, f, l, nil)) {
			delete(gone, l.ID)
			continue
		}
		row := []any{l.ID, parent, int64(i)}
		for _, sub := range line.Fields {
			value := l.Values[sub.Name]
			for j := range sub.Columns() {
				if j < len(value) {
					row = append(row, value[j])
				} else {
					row = append(row, nil)
				}
			}
		}
		rows = append(rows, row)
	}
	if len(gone) > 0 {
		ids := make([]int64, 0, len(gone))
		for _, l := range before {
			if gone[l.ID] {
				ids = append(ids, l.ID)
			}
		}
		c := &compiler{postgres: q.Postgres()}
		c.write("DELETE FROM "+line.Table()+" WHERE parent_id = ? AND id", parent)
		c.among(ids)
		if _, err := q.Exec(ctx, c.b.String(), c.args...); err != nil {
			return err
		}
	}
	return InsertMany(ctx, q, line.Table(), columns, rows)
}
