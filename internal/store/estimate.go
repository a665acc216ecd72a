package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// estimateCap is where counting for an estimate stops: more is "many".
	estimateCap = 20_000
	// rare is how few matches are fetched and sorted rather than walked to.
	rare = 2_000
	// estimateAge is how long an estimate is believed. It only chooses a plan,
	// never what is answered.
	estimateAge = time.Minute
	// estimateBudget bounds one estimate; what takes longer is "many".
	estimateBudget = 50 * time.Millisecond
)

// estimates remembers about how many rows conditions find.
type estimates struct {
	mu    sync.Mutex
	known map[string]estimated
}

type estimated struct {
	n  int64
	at time.Time
}

// estimate counts the rows of a selection up to estimateCap+1, from memory
// where it was counted lately.
func (db *DB) estimate(selection string, args []any) int64 {
	return db.estimateAs(fmt.Sprint(selection, args), func() (string, []any, error) { return selection, args, nil })
}

// estimateAs is estimate where the selection has a name, and is not written where its
// estimate is known.
func (db *DB) estimateAs(key string, selection func() (string, []any, error)) int64 {
	db.estimates.mu.Lock()
	e, ok := db.estimates.known[key]
	db.estimates.mu.Unlock()
	if ok && time.Since(e.at) < estimateAge {
		return e.n
	}
	ctx, cancel := context.WithTimeout(context.Background(), estimateBudget)
	defer cancel()
	e = estimated{n: estimateCap + 1, at: time.Now()}
	if text, args, err := selection(); err == nil {
		rows, err := db.Query(ctx, fmt.Sprintf("SELECT count(*) FROM (%s LIMIT %d) counted", text, estimateCap+1), args...)
		if err == nil && len(rows) == 1 {
			e.n, _ = rows[0][0].(int64)
		}
	}
	db.estimates.mu.Lock()
	defer db.estimates.mu.Unlock()
	if db.estimates.known == nil || len(db.estimates.known) > 20_000 {
		db.estimates.known = map[string]estimated{}
	}
	db.estimates.known[key] = e
	return e.n
}

// size guesses how many live rows an object's table has. Past sizeCap an SQLite
// table counts as largeTable: counting on would cost more than it tells.
func (db *DB) size(table string) int64 {
	statement := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE deleted_at IS NULL LIMIT %d) counted", table, sizeCap)
	if db.Postgres() {
		rows, err := db.cached("reltuples "+table, "SELECT reltuples::bigint FROM pg_class WHERE relname = ? AND relnamespace = current_schema()::regnamespace", table)
		if err == nil && rows > estimateCap {
			return rows
		}
	}
	rows, err := db.cached(statement, statement)
	if err != nil || rows >= sizeCap {
		return largeTable
	}
	return rows
}

const (
	sizeCap    = 200_000
	largeTable = 1_000_000
)

// cached answers a number that is asked for every query and changes slowly.
func (db *DB) cached(key, statement string, args ...any) (int64, error) {
	db.estimates.mu.Lock()
	e, ok := db.estimates.known[key]
	db.estimates.mu.Unlock()
	// A table that was small may have grown; a large one stays large.
	if ok && (time.Since(e.at) < estimateAge || e.n >= sizeCap) {
		return e.n, nil
	}
	rows, err := db.Query(context.Background(), statement, args...)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	e.n, _ = rows[0][0].(int64)
	e.at = time.Now()
	db.estimates.mu.Lock()
	defer db.estimates.mu.Unlock()
	if db.estimates.known == nil {
		db.estimates.known = map[string]estimated{}
	}
	db.estimates.known[key] = e
	return e.n, nil
}
