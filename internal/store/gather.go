package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Gatherer is a transaction that keeps rows to be added until somebody reads, and
// then adds those of a table together.
type Gatherer interface {
	// Gather keeps rows for a table, each with a value for every column.
	Gather(ctx context.Context, table string, columns []string, rows [][]any) error
}

// copier adds rows quicker than statements do.
type copier interface {
	copyRows(ctx context.Context, table string, columns []string, rows [][]any) error
}

const (
	// copyLeast is how many rows PostgreSQL copies rather than inserts: copying
	// asks first what the columns are.
	copyLeast = 8
	// most parameters a statement has on SQLite and PostgreSQL alike.
	most = 30_000
)

// InsertMany adds rows, each with a value for every column, up to a hundred with
// each statement.
func InsertMany(ctx context.Context, q Querier, table string, columns []string, rows [][]any) error {
	if g, ok := q.(Gatherer); ok {
		return g.Gather(ctx, table, columns, rows)
	}
	if c, ok := q.(copier); ok && len(rows) >= copyLeast {
		return c.copyRows(ctx, table, columns, rows)
	}
	together := max(1, min(100, most/len(columns)))
	tuple := "(" + marks(len(columns)) + ")"
	for len(rows) > 0 {
		n := min(together, len(rows))
		args := make([]any, 0, n*len(columns))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		tuples := strings.TrimSuffix(strings.Repeat(tuple+", ", n), ", ")
		if _, err := q.Exec(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES "+tuples, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (t pgTx) copyRows(ctx context.Context, table string, columns []string, rows [][]any) error {
	_, err := t.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return translate(err)
}

// Gathered are rows that wait to be added, by table.
type Gathered struct {
	tables map[string]*gathered
	order  []string
}

// gathered are the rows of one table; a row may be shorter than the columns.
type gathered struct {
	columns []string
	at      map[string]int
	rows    [][]any
}

// Empty tells that no row waits.
func (g *Gathered) Empty() bool { return len(g.order) == 0 }

// Add keeps rows. Rows of a table may have different columns: no column has
// another default than NULL.
func (g *Gathered) Add(table string, columns []string, rows [][]any) {
	t := g.tables[table]
	if t == nil {
		if g.tables == nil {
			g.tables = map[string]*gathered{}
		}
		t = &gathered{at: map[string]int{}}
		g.tables[table] = t
		g.order = append(g.order, table)
	}
	to := make([]int, len(columns))
	for i, c := range columns {
		n, ok := t.at[c]
		if !ok {
			n = len(t.columns)
			t.at[c] = n
			t.columns = append(t.columns, c)
		}
		to[i] = n
	}
	for _, row := range rows {
		kept := make([]any, len(t.columns))
		for i, v := range row {
			kept[to[i]] = v
		}
		t.rows = append(t.rows, kept)
	}
}

// Sort puts the rows of each table in the order of their values: a table whose key
// they are is then written from its beginning to its end.
func (g *Gathered) Sort() {
	for _, t := range g.tables {
		slices.SortStableFunc(t.rows, func(a, b []any) int {
			for i := range min(len(a), len(b)) {
				if c := compare(a[i], b[i]); c != 0 {
					return c
				}
			}
			return 0
		})
	}
}

// compare orders texts and whole numbers; others stay as they are.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	}
	return 0
}

// Write adds the rows that wait, table by table; none waits afterwards.
func (g *Gathered) Write(ctx context.Context, q Querier) error {
	waiting := *g
	*g = Gathered{}
	for _, name := range waiting.order {
		t := waiting.tables[name]
		for i, row := range t.rows {
			if len(row) < len(t.columns) {
				t.rows[i] = append(row, make([]any, len(t.columns)-len(row))...)
			}
		}
		if err := InsertMany(ctx, q, name, t.columns, t.rows); err != nil {
			return err
		}
	}
	return nil
}
