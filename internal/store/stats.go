package store

import (
	"context"
	"sync/atomic"
	"time"
)

// counts is what the store tells of its writes.
type counts struct{ waiting, bulk, people, done, failed, nanos atomic.Int64 }

// Stats is how busy the database is.
type Stats struct {
	// Waiting are the writes that run or wait for their turn now; Bulk those of
	// them that let people go first.
	Waiting, Bulk int64
	// Done and Failed are the writes since the start.
	Done, Failed int64
	// Taken is the time all writes took together, waiting included.
	Taken time.Duration
	// Connections are those in use and, on PostgreSQL, callers waiting for one.
	Connections, WaitingForConnection int64
}

// begin counts a write until the function answered is called with its end.
func (c *counts) begin(ctx context.Context) func(error) {
	started := time.Now()
	bulk := ctx.Value(bulkKey{}) != nil
	c.waiting.Add(1)
	if bulk {
		c.bulk.Add(1)
	}
	return func(err error) {
		c.waiting.Add(-1)
		if bulk {
			c.bulk.Add(-1)
		}
		c.nanos.Add(int64(time.Since(started)))
		if !bulk {
			c.people.Add(1)
		}
		if err != nil {
			c.failed.Add(1)
			return
		}
		c.done.Add(1)
	}
}

// Stats tells how busy the database is.
func (db *DB) Stats() Stats {
	s := Stats{
		Waiting: db.counts.waiting.Load(), Bulk: db.counts.bulk.Load(), Done: db.counts.done.Load(), Failed: db.counts.failed.Load(),
		Taken: time.Duration(db.counts.nanos.Load()),
	}
	if db.pool != nil {
		pool := db.pool.Stat()
		s.Connections, s.WaitingForConnection = int64(pool.AcquiredConns()), pool.EmptyAcquireCount()
		return s
	}
	s.Connections = int64(db.reads.busy())
	return s
}

// Size is what the database takes on its disk, in bytes.
func (db *DB) Size(ctx context.Context) (int64, error) {
	statement := "SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())"
	if db.Postgres() {
		statement = "SELECT pg_database_size(current_database())"
	}
	rows, err := db.Query(ctx, statement)
	if err != nil {
		return 0, err
	}
	n, _ := rows[0][0].(int64)
	return n, nil
}

// Tally counts the rows of a service's table by the value of a column.
func Tally(ctx context.Context, q Querier, table, column string) (map[string]int64, error) {
	rows, err := q.Query(ctx, "SELECT "+column+", COUNT(*) FROM "+table+" GROUP BY "+column)
	found := map[string]int64{}
	for _, r := range rows {
		name, _ := r[0].(string)
		found[name], _ = r[1].(int64)
	}
	return found, err
}
