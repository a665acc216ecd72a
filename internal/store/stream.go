package store

import (
	"context"
)

// each runs a statement and hands over its rows one after another, holding no
// more than one; it answers how many there were.
func (db *DB) each(ctx context.Context, fn func(row []any) error, statement string, args []any) (n int, err error) {
	if db.pool != nil {
		return db.eachPostgres(ctx, fn, statement, args)
	}
	rows, err := db.reads.db.QueryContext(ctx, statement, args...)
	if err != nil {
		return 0, translate(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	row, pointers := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		pointers[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return n, err
		}
		n++
		if err := fn(row); err != nil {
			return n, err
		}
	}
	return n, translate(rows.Err())
}

func (db *DB) eachPostgres(ctx context.Context, fn func(row []any) error, statement string, args []any) (n int, err error) {
	rows, err := db.pool.Query(ctx, rebind(statement), args...)
	if err != nil {
		return 0, translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rows.Values()
		if err != nil {
			return n, translate(err)
		}
		widen(row)
		n++
		if err := fn(row); err != nil {
			return n, err
		}
	}
	return n, translate(rows.Err())
}

// widen gives every whole number the type SQLite gives it.
func widen(row []any) {
	for i, v := range row {
		switch n := v.(type) {
		case int32:
			row[i] = int64(n)
		case int16:
			row[i] = int64(n)
		}
	}
}
