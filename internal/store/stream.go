package store

import (
	"context"
	"database/sql/driver"
)

// each runs a statement and hands over its rows one after another, holding no
// more than one; it answers how many there were.
func (db *DB) each(ctx context.Context, fn func(row []any) error, statement string, args []any) (n int, err error) {
	if h := hurryOf(ctx); h != nil {
		if err := db.Settle(ctx, h); err != nil {
			return 0, err
		}
	}
	if db.pool != nil {
		return db.eachPostgres(ctx, fn, statement, args)
	}
	var row []any
	return db.reads.each(ctx, statement, args, func(values []driver.Value) error {
		row = row[:0]
		for _, v := range values {
			row = append(row, v)
		}
		return fn(row)
	})
}

func (db *DB) eachPostgres(ctx context.Context, fn func(row []any) error, statement string, args []any) (n int, err error) {
	rows, err := db.pool.Query(ctx, rebind(statement), storable(args)...)
	if err != nil {
		return 0, translate(err)
	}
	defer rows.Close()
	var row []any
	for rows.Next() {
		if row == nil {
			row = make([]any, len(rows.FieldDescriptions()))
		}
		if err := pgRow(rows, row); err != nil {
			return n, translate(err)
		}
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
