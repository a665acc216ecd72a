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
	rows, err := db.Query(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
	if err != nil {
		return fmt.Errorf("find the file of the database: %w", err)
	}
	from, _ := rows[0][0].(string)
	// A connection of its own: it reads for as long as the copy takes.
	one, err := sql.Open("sqlite", "file:"+from+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	_, err = one.ExecContext(ctx, "VACUUM INTO ?", path)
	return errors.Join(err, one.Close())
}
