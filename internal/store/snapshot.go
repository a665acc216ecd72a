package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrNoSnapshot is answered on PostgreSQL, which has tools of its own for this.
var ErrNoSnapshot = errors.New("a snapshot is of SQLite; use pg_dump for PostgreSQL")

// Snapshot writes the database as it stands now into a new file, while others go
// on reading and writing.
func (db *DB) Snapshot(ctx context.Context, path string) error {
	if db.Postgres() {
		return ErrNoSnapshot
	}
	return db.aside(ctx, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "VACUUM INTO ?", path)
		return err
	})
}

// aside runs fn on a connection of its own to the file of SQLite: one that may be
// held for minutes and may make temporary tables, which those of the pool must
// not.
func (db *DB) aside(ctx context.Context, fn func(conn *sql.Conn) error) error {
	rows, err := db.Query(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
	if err != nil {
		return fmt.Errorf("find the file of the database: %w", err)
	}
	path, _ := rows[0][0].(string)
	one, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	conn, err := one.Conn(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("open the database: %w", err), one.Close())
	}
	return errors.Join(fn(conn), conn.Close(), one.Close())
}
