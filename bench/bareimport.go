package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/store"
)

// bareImport writes the rows of the customers made behind an id once more, under other ids and
// numbers, into the same database, 500 with each transaction: what no import can be quicker than.
func (t *stage) bareImport(ctx context.Context, behind int64) (took time.Duration, n int, err error) {
	o := customer()
	tables, err := t.h.belonging(ctx, o, fmt.Sprintf("SELECT id FROM r_customer WHERE id > %d AND id < %d", behind, bareIDs))
	if err != nil {
		return 0, 0, err
	}
	for i, table := range tables {
		again(table, i == 0)
	}
	rows := tables[0].rows
	documents := make([]store.Document, len(rows))
	for i, row := range rows {
		id, _ := row[0].(int64)
		documents[i] = store.Document{ID: id, Tokens: tokens(o, row), Fresh: true}
	}
	write, left, err := t.bareWrites(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer left()
	began := time.Now()
	for from := 0; from < len(rows); from += 500 {
		to := min(len(rows), from+500)
		if err := write(func(ctx context.Context, q store.Querier) error {
			for _, table := range tables {
				all := len(table.rows)
				if err := store.InsertMany(ctx, q, table.table, table.columns, table.rows[all*from/len(rows):all*to/len(rows)]); err != nil {
					return err
				}
			}
			return store.PutWords(ctx, q, o, documents[from:to])
		}); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(began), len(rows), nil
}

// again makes of rows those of other customers.
func again(t bareRows, own bool) {
	for _, name := range []string{"id", "record_id"} {
		if c := slices.Index(t.columns, name); c >= 0 {
			for _, row := range t.rows {
				if id, ok := row[c].(int64); ok {
					row[c] = id + bareIDs
				}
			}
		}
	}
	if c := slices.Index(t.columns, "number"); own && c >= 0 {
		for _, row := range t.rows {
			row[c] = fmt.Sprint("B", row[c])
		}
	}
}

// bareWrites is what writes transactions beside the server: on PostgreSQL as another server would,
// on SQLite, which has one, by a connection of the floors.
func (t *stage) bareWrites(ctx context.Context) (write func(fn func(ctx context.Context, q store.Querier) error) error, left func(), err error) {
	if t.h.database == "postgres" {
		folder, err := os.MkdirTemp(t.o.cache, "bare-")
		if err != nil {
			return nil, nil, err
		}
		a, err := app.Open(ctx, app.Config{Database: t.h.args[3], Data: folder}, app.Modules())
		if err != nil {
			return nil, nil, errors.Join(err, os.RemoveAll(folder))
		}
		return func(fn func(ctx context.Context, q store.Querier) error) error { return a.DB.Write(ctx, fn) }, func() { a.Close(); _ = os.RemoveAll(folder) }, nil
	}
	w := &bareWriter{h: t.h, prepared: map[string]*sql.Stmt{}}
	return func(fn func(ctx context.Context, q store.Querier) error) error {
		tx, err := t.h.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		if err := fn(ctx, bareTx{w, tx}); err != nil {
			return err
		}
		return tx.Commit()
	}, func() {}, nil
}

// bareTx is a transaction of the floors on SQLite as the store's functions know one.
type bareTx struct {
	w  *bareWriter
	tx *sql.Tx
}

// Postgres tells the dialect.
func (bareTx) Postgres() bool { return false }

// Exec runs a statement that writes.
func (b bareTx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	prepared, err := b.w.statement(ctx, statement)
	if err != nil {
		return 0, err
	}
	done, err := b.tx.StmtContext(ctx, prepared).ExecContext(ctx, args...) //nolint:sqlclosecheck // ends with its transaction
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// Query is asked by nothing that only writes.
func (bareTx) Query(context.Context, string, ...any) ([][]any, error) {
	return nil, errors.New("the floors of writing read nothing")
}
