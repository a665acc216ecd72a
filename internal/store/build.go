package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ecrm/internal/schema"
)

// atOnce is how many rows a table may have for an index on it to be built with
// the schema: that takes some hundredths of a second. On more it is built later,
// while people work.
const atOnce = 20_000

// ErrLocked is answered when the schema cannot be changed because others use what
// is to be changed.
var ErrLocked = errors.New("others hold what is to be changed")

// Later lists the indexes that are still to be built.
func (db *DB) Later(ctx context.Context, r *schema.Registry) ([]Change, error) {
	plan, err := db.Plan(ctx, r)
	var later []Change
	for _, c := range plan {
		if c.Later {
			later = append(later, c)
		}
	}
	return later, err
}

// SyncAll is Sync with all indexes built before it returns, for a database that
// nobody works with.
func (db *DB) SyncAll(ctx context.Context, r *schema.Registry) error {
	if err := db.Sync(ctx, r); err != nil {
		return err
	}
	later, err := db.Later(ctx, r)
	if err != nil {
		return err
	}
	for _, c := range later {
		if _, err := db.Exec(ctx, "DROP INDEX IF EXISTS "+c.Name); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		if _, err := db.Exec(ctx, c.SQL); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
	}
	return nil
}

// Build builds an index while people work; what an earlier attempt left is
// removed first. tell is called now and then with how far it is. PostgreSQL lets
// everybody read and write meanwhile; SQLite lets everybody read, and writes
// wait.
func (db *DB) Build(ctx context.Context, c Change, tell func(done, total int64)) error {
	if db.Postgres() {
		return db.buildPostgres(ctx, c, tell)
	}
	// Reading the table once has the writer find it in memory.
	total, err := db.Rows(ctx, c.Table+" NOT INDEXED")
	if err != nil {
		return err
	}
	if err := db.quiet(ctx, total); err != nil {
		return err
	}
	tell(0, total)
	// What does not fit into memory is sorted in pieces, which takes longer.
	if err := db.tune(ctx, "PRAGMA cache_size = -400000"); err != nil {
		return err
	}
	defer func() { _ = db.tune(context.WithoutCancel(ctx), "PRAGMA cache_size = "+cacheSize) }()
	_, err = db.Exec(Bulk(ctx), strings.Replace(c.SQL, "INDEX ", "INDEX IF NOT EXISTS ", 1))
	if err == nil {
		tell(total, total)
	}
	return err
}

// quiet waits for a moment in which nobody writes: the longer writes will have to
// wait, the longer it looks for one. In the end it waits no more.
func (db *DB) quiet(ctx context.Context, rows int64) error {
	const (
		pause = 400 * time.Millisecond // without a write, and again for each 250,000 rows
		look  = 5 * time.Minute        // at most, for each million rows
		step  = 50 * time.Millisecond
	)
	wanted := pause * time.Duration(1+rows/250_000)
	tick := time.NewTicker(step)
	defer tick.Stop()
	until, still, done := time.Now().Add(look*time.Duration(1+rows/1_000_000)), time.Now(), db.counts.people.Load()
	for time.Now().Before(until) && time.Since(still) < wanted {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if now := db.counts.people.Load(); now != done || db.Wanted() {
			still, done = time.Now(), now
		}
	}
	return nil
}

// buildLock is the advisory lock under which one node builds.
const buildLock = "4711002"

func (db *DB) buildPostgres(ctx context.Context, c Change, tell func(done, total int64)) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to build an index: %w", err)
	}
	// The session has a lock and settings of its own, and ends with this.
	defer func() {
		raw := conn.Hijack()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = raw.Close(closing)
	}()
	run := func(statement string) error {
		_, err := conn.Exec(ctx, statement)
		return err
	}
	// It holds up nobody while it waits for transactions that began before it.
	if err := run("SET lock_timeout = 0"); err != nil {
		return err
	}
	// Asked for again and again: a statement that waits holds a snapshot, for whose
	// end another node's build would wait.
	for {
		var ours bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock("+buildLock+")").Scan(&ours); err != nil {
			return fmt.Errorf("wait for another node: %w", err)
		}
		if ours {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	if there, err := db.columns(ctx); err != nil || there["index "+c.Name] != nil {
		return err
	}
	if err := run("DROP INDEX CONCURRENTLY IF EXISTS " + c.Name); err != nil {
		return fmt.Errorf("remove what is left of an index: %w", err)
	}
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); db.watch(watching, c.Table, tell) }()
	err = run(strings.Replace(c.SQL, "INDEX ", "INDEX CONCURRENTLY ", 1))
	stop()
	<-watched
	return err
}

// watch tells how far PostgreSQL is with building an index on a table.
func (db *DB) watch(ctx context.Context, table string, tell func(done, total int64)) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		rows, err := db.Query(ctx, "SELECT blocks_done, blocks_total FROM pg_stat_progress_create_index WHERE relid = to_regclass(?)", table)
		if err == nil && len(rows) == 1 {
			done, _ := rows[0][0].(int64)
			total, _ := rows[0][1].(int64)
			tell(done, total)
		}
	}
}

// sized remembers whether tables are large, for one plan.
type sized struct {
	db    *DB
	large map[string]bool
}

func (s sized) is(ctx context.Context, table string) (bool, error) {
	large, known := s.large[table]
	if known {
		return large, nil
	}
	few, err := s.db.Fewer(ctx, table, atOnce)
	s.large[table] = !few
	return !few, err
}

// patiently runs a change of the schema, which gives up soon where others hold
// what it needs: all that ask for the same after it would wait behind it.
func patiently(ctx context.Context, do func() error) error {
	for attempt := 0; ; attempt++ {
		err := do()
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "55P03" {
			return err
		}
		if attempt == 20 {
			return fmt.Errorf("%w: %w", ErrLocked, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt+1) * 50 * time.Millisecond):
		}
	}
}
