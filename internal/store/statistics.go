package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// stale is the condition that a table changed so much that PostgreSQL plans by what no
// longer holds, or by nothing at all: a thousand rows, and a fifth of what it knows.
const stale = "s.n_mod_since_analyze > 1000 AND s.n_mod_since_analyze > 0.2 * greatest(c.reltuples, 0)"

// Learn has PostgreSQL look at the tables that changed much since it last did, and
// answers which. Its own watch does the same, once a minute and where it is switched on:
// too late for whoever filters what was just brought in by what belongs to it, which
// without an idea of the sizes takes seconds. SQLite's plans are steered (ADR 2).
func (db *DB) Learn(ctx context.Context) (tables []string, err error) {
	if !db.Postgres() {
		return nil, nil
	}
	rows, err := db.Query(ctx, "SELECT c.relname::text FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE s.schemaname = current_schema() AND "+stale+" ORDER BY c.reltuples")
	if err != nil {
		return nil, fmt.Errorf("look which tables changed: %w", err)
	}
	var errs []error
	for _, row := range rows {
		name, _ := row[0].(string)
		// A sample of it is read; nobody waits for that.
		if _, err := db.pool.Exec(ctx, `ANALYZE "`+strings.ReplaceAll(name, `"`, `""`)+`"`); err != nil {
			errs = append(errs, fmt.Errorf("look at %s: %w", name, err))
			continue
		}
		tables = append(tables, name)
	}
	return tables, errors.Join(errs...)
}
