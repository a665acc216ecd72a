package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Copied is a table as it goes from one database to another, of either kind:
// values are int64, string, bool, []byte or nil in both.
type Copied struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// ErrNotEmpty is answered where an empty database is wanted.
var ErrNotEmpty = errors.New("the database is not empty: name an empty one")

// follows tells of tables that are not copied: search documents follow from
// their records, the queue from the jobs, the version from the program.
func follows(table string) bool {
	return table == versions.Name || strings.HasPrefix(table, "f_") || strings.HasPrefix(table, "river_") || strings.HasPrefix(table, "sqlite_")
}

// Frozen is the database as it stood at one instant.
type Frozen struct {
	tx   pgx.Tx
	conn *sql.Conn
}

// Freeze runs fn on the database as it stands now, while others go on reading and
// writing. Fields cannot be made on PostgreSQL meanwhile.
func (db *DB) Freeze(ctx context.Context, fn func(f *Frozen) error) error {
	if !db.Postgres() {
		return db.aside(ctx, func(conn *sql.Conn) error {
			if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
				return fmt.Errorf("freeze the database: %w", err)
			}
			defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
			return fn(&Frozen{conn: conn})
		})
	}
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT 1"); err != nil { // the instant is that of the first statement
			return err
		}
		return fn(&Frozen{tx: tx})
	})
}

// Tables lists what is to be copied.
func (f *Frozen) Tables(ctx context.Context) ([]Copied, error) {
	statement := `SELECT m.name, p.name FROM sqlite_schema m, pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.cid`
	if f.tx != nil {
		statement = `SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`
	}
	var list []Copied
	err := f.each(ctx, statement, func(row []any) error {
		table, _ := row[0].(string)
		column, _ := row[1].(string)
		if follows(table) {
			return nil
		}
		if n := len(list); n == 0 || list[n-1].Table != table {
			list = append(list, Copied{Table: table})
		}
		last := &list[len(list)-1]
		last.Columns = append(last.Columns, column)
		return nil
	})
	return list, err
}

// Rows hands over every row of a table, by id where it has one; fn must not keep
// them.
func (f *Frozen) Rows(ctx context.Context, t Copied, fn func(row []any) error) error {
	columns := slices.Clone(t.Columns)
	statement := " FROM " + t.Table
	switch t.Table {
	case "outbox":
		// What was handed on is of no use elsewhere, nor are numbers of transactions.
		statement += " WHERE done_at IS NULL"
		if at := slices.Index(columns, "xid"); at >= 0 {
			columns[at] = "0"
		}
	case leases.Name:
		if at := slices.Index(columns, "until"); at >= 0 {
			columns[at] = "0" // whoever held it does so elsewhere
		}
	}
	if slices.Contains(t.Columns, "id") {
		statement += " ORDER BY id"
	}
	return f.each(ctx, "SELECT "+strings.Join(columns, ", ")+statement, fn)
}

func (f *Frozen) each(ctx context.Context, statement string, fn func(row []any) error) error {
	if f.tx != nil {
		rows, err := f.tx.Query(ctx, statement)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, err := rows.Values()
			if err != nil {
				return err
			}
			widen(row)
			if err := fn(row); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	rows, err := f.conn.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	row, pointers := make([]any, len(types)), make([]any, len(types))
	for i := range row {
		pointers[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		for i, v := range row {
			if n, ok := v.(int64); ok && types[i].DatabaseTypeName() == "BOOLEAN" {
				row[i] = n != 0 // SQLite has none of its own
			}
		}
		if err := fn(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fillChunk is how many rows are written to SQLite at once.
const fillChunk = 2000

// Fill writes the rows of a table that next gives until io.EOF, and answers how
// many. A column this database does not have is refused.
func (db *DB) Fill(ctx context.Context, t Copied, next func() ([]any, error)) (int64, error) {
	have, err := db.columns(ctx)
	if err != nil {
		return 0, err
	}
	for _, c := range t.Columns {
		if !have[t.Table][c] {
			return 0, fmt.Errorf("this program knows no column %s of %s: use the program that made the backup, or a newer one", c, t.Table)
		}
	}
	if db.Postgres() {
		n, err := db.pool.CopyFrom(ctx, pgx.Identifier{t.Table}, t.Columns, &copying{next: next})
		if err != nil {
			err = fmt.Errorf("fill %s: %w", t.Table, err)
		}
		return n, err
	}
	var n int64
	for ended := false; !ended; {
		var rows [][]any
		for len(rows) < fillChunk {
			row, err := next()
			if errors.Is(err, io.EOF) {
				ended = true
				break
			}
			if err != nil {
				return n, err
			}
			rows = append(rows, slices.Clone(row))
		}
		if err := db.Write(ctx, func(ctx context.Context, q Querier) error {
			return InsertMany(ctx, q, t.Table, t.Columns, rows)
		}); err != nil {
			return n, fmt.Errorf("fill %s: %w", t.Table, err)
		}
		n += int64(len(rows))
	}
	return n, nil
}

// copying gives rows to PostgreSQL's COPY.
type copying struct {
	next func() ([]any, error)
	row  []any
	err  error
}

// Next reads a row.
func (c *copying) Next() bool {
	c.row, c.err = c.next()
	return c.err == nil
}

// Values is the row read.
func (c *copying) Values() ([]any, error) { return c.row, nil }

// Err is what ended the rows.
func (c *copying) Err() error {
	if errors.Is(c.err, io.EOF) {
		return nil
	}
	return c.err
}

// Empty answers ErrNotEmpty where the database has tables.
func (db *DB) Empty(ctx context.Context) error {
	have, err := db.columns(ctx)
	if err == nil && len(have) > 0 {
		return ErrNotEmpty
	}
	return err
}

// Clear drops all tables: of a database that was empty and is half filled.
func (db *DB) Clear(ctx context.Context) error {
	have, err := db.columns(ctx)
	if err != nil {
		return err
	}
	for table := range have {
		if strings.Contains(table, " ") { // an index or trigger, which go with their tables
			continue
		}
		if _, err := db.Exec(ctx, `DROP TABLE IF EXISTS "`+table+`" CASCADE`); err != nil {
			return err
		}
	}
	return nil
}

// Analyze has the database count what it holds, for its plans, after much was
// written at once.
func (db *DB) Analyze(ctx context.Context) error {
	if !db.Postgres() {
		return nil
	}
	_, err := db.pool.Exec(ctx, "ANALYZE")
	return err
}
