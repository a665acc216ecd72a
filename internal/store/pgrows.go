package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Asked is a statement that reads, with its arguments.
type Asked struct {
	Statement string
	Args      []any
	// planned statements have a plan that is as good for all values: PostgreSQL is to
	// keep it, rather than plan anew with each call or weigh it by estimates.
	planned bool
}

// one reads the rows of a statement.
func one(ctx context.Context, q Querier, a Asked) ([][]any, error) {
	if db, ok := q.(*DB); ok && db.pool != nil && a.planned {
		return db.queryPlanned(ctx, a)
	}
	return q.Query(ctx, a.Statement, a.Args...)
}

// queryPlanned reads by a connection that keeps its plans.
func (db *DB) queryPlanned(ctx context.Context, a Asked) ([][]any, error) {
	if h := hurryOf(ctx); h != nil && h.pending() {
		found, err := db.hurried(ctx, h, []Asked{a})
		if err != nil {
			return nil, err
		}
		return found[0], nil
	}
	return pgQueryBy(ctx, db.planned, a.Statement, a.Args)
}

// pgQueryBy reads by a connection of a pool, under the budget.
func pgQueryBy(ctx context.Context, pool *pgxpool.Pool, statement string, args []any) ([][]any, error) {
	conn, err := connection(ctx, pool)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	ctx, cancel := context.WithTimeout(ctx, budget(ctx))
	defer cancel()
	rows, err := pgQuery(ctx, conn, statement, args)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, ErrTooExpensive
	}
	return rows, err
}

// connection takes one from a pool, waiting as long as a statement may take. That none comes in time
// says nothing of the statement: the database is away, or others wait for it. So the statement's own
// time begins afterwards.
func connection(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, budget(ctx))
	defer cancel()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("no connection to the database: %v", err) //nolint:errorlint // its deadline is not the statement's
	}
	return conn, nil
}

// QueryAll reads the rows of several statements that do not wait for each other's, in
// their order: with one way to PostgreSQL.
func QueryAll(ctx context.Context, q Querier, list []Asked) ([][][]any, error) {
	if db, ok := q.(*DB); ok && db.pool != nil && len(list) > 1 {
		if h := hurryOf(ctx); h != nil {
			return db.hurried(ctx, h, list)
		}
		return db.queryTogether(ctx, list)
	}
	found := make([][][]any, len(list))
	for i, a := range list {
		var err error
		if found[i], err = q.Query(ctx, a.Statement, a.Args...); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (db *DB) queryTogether(ctx context.Context, list []Asked) (found [][][]any, err error) {
	batch := &pgx.Batch{}
	for _, a := range list {
		batch.Queue(rebind(a.Statement), storable(a.Args)...)
	}
	pool := db.pool
	if !slices.ContainsFunc(list, func(a Asked) bool { return !a.planned }) {
		pool = db.planned
	}
	conn, err := connection(ctx, pool)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	ctx, cancel := context.WithTimeout(ctx, budget(ctx))
	defer cancel()
	answers := conn.SendBatch(ctx, batch)
	defer func() {
		if ended := answers.Close(); err == nil {
			err = translate(ended)
		}
		if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = ErrTooExpensive
		}
	}()
	found = make([][][]any, len(list))
	for i := range list {
		rows, err := answers.Query()
		if err != nil {
			return nil, translate(err)
		}
		if found[i], err = pgRows(rows); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// storable are the arguments as PostgreSQL takes them: it has no text with a NUL or with what is
// not UTF-8. Records are parsed before they come here; what else a client sends, such as a name in
// an address, need not be.
func storable(args []any) []any {
	for i, a := range args {
		text, ok := a.(string)
		if !ok || utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
			continue
		}
		args = slices.Clone(args)
		args[i] = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
		return storable(args)
	}
	return args
}

// pgQuery reads all rows of a statement.
func pgQuery(ctx context.Context, q pgAny, statement string, args []any) ([][]any, error) {
	rows, err := q.Query(ctx, rebind(statement), storable(args)...)
	if err != nil {
		return nil, translate(err)
	}
	return pgRows(rows)
}

func pgRows(rows pgx.Rows) ([][]any, error) {
	defer rows.Close()
	var all [][]any
	var room []any
	for rows.Next() {
		columns := len(rows.FieldDescriptions())
		if len(room) < columns {
			// One piece of memory for many rows, the larger the more there are.
			room = make([]any, columns*min(max(len(all), 1), 64))
		}
		row := room[:columns:columns]
		room = room[columns:]
		if err := pgRow(rows, row); err != nil {
			return nil, translate(err)
		}
		all = append(all, row)
	}
	return all, translate(rows.Err())
}

// pgRow reads the row the rows stand at: int64, string, bool, []byte or nil. What comes
// in the form this program's tables have is read here, which takes a third of the time;
// all else by the library.
func pgRow(rows pgx.Rows, row []any) error {
	raw := rows.RawValues()
	for i, f := range rows.FieldDescriptions() {
		b := raw[i]
		switch {
		case b == nil:
			row[i] = nil
		case f.DataTypeOID == pgtype.TextOID || f.DataTypeOID == pgtype.VarcharOID:
			row[i] = string(b) // alike in both formats
		case f.Format != pgx.BinaryFormatCode:
			return pgValues(rows, row)
		case f.DataTypeOID == pgtype.Int8OID && len(b) == 8:
			row[i] = int64(binary.BigEndian.Uint64(b))
		case f.DataTypeOID == pgtype.Int4OID && len(b) == 4:
			row[i] = int64(int32(binary.BigEndian.Uint32(b)))
		case f.DataTypeOID == pgtype.BoolOID && len(b) == 1:
			row[i] = b[0] == 1
		case f.DataTypeOID == pgtype.ByteaOID:
			row[i] = bytes.Clone(b)
		default:
			return pgValues(rows, row)
		}
	}
	return nil
}

// pgValues reads a row by the library.
func pgValues(rows pgx.Rows, row []any) error {
	values, err := rows.Values()
	if err != nil {
		return err
	}
	widen(values)
	copy(row, values)
	return nil
}
