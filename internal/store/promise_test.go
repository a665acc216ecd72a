package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ecrm/internal/dbtest"
)

func opened(t *testing.T, dsn string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// What is acknowledged survives a power cut: each commit is synced before Write returns, as
// both databases are told on every connection that writes.
func TestEveryCommitIsSynced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := opened(t, dsn)
		settings := map[string]string{"PRAGMA synchronous": "2", "PRAGMA journal_mode": "wal"} // 2 is FULL
		if db.Postgres() {
			settings = map[string]string{"SHOW synchronous_commit": "on"}
		}
		for range 3 { // of a pool, another connection each time perhaps
			err := db.Write(t.Context(), func(ctx context.Context, q Querier) error {
				for statement, want := range settings {
					rows, err := q.Query(ctx, statement)
					if err != nil {
						return err
					}
					if got := fmt.Sprint(rows[0][0]); got != want {
						t.Errorf("%s is %s, want %s", statement, got, want)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A statement that would read for ever is ended when its time is over, and harms nobody who
// reads or writes meanwhile or afterwards.
func TestStatementOutOfTimeIsEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db := opened(t, dsn)
		endless := "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
		if db.Postgres() {
			endless = "SELECT pg_sleep(60)::text"
		}
		ended := make(chan error, 3)
		began := time.Now()
		for range cap(ended) {
			go func() {
				_, err := db.Query(t.Context(), endless)
				ended <- err
			}()
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("beside it: %v", err)
		}
		if err := db.Write(t.Context(), func(ctx context.Context, q Querier) error {
			_, err := q.Query(ctx, "SELECT 1")
			return err
		}); err != nil {
			t.Errorf("a write beside it: %v", err)
		}
		if beside := time.Since(began); beside > Budget {
			t.Errorf("others waited %s", beside)
		}
		for range cap(ended) {
			if err := <-ended; !errors.Is(err, ErrTooExpensive) {
				t.Errorf("it ended with %v", err)
			}
		}
		if took := time.Since(began); took < Budget || took > 3*Budget {
			t.Errorf("it took %s of %s", took, Budget)
		}
		for range 20 {
			if err := db.Ping(t.Context()); err != nil {
				t.Fatalf("afterwards: %v", err)
			}
		}
	})
}

// Whoever keeps the file of a stopped server keeps everything: nothing is left in a
// log beside it, and the next start has no log to read.
func TestClosedDatabaseIsOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecrm.db")
	db, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(ctx context.Context, q Querier) error {
		_, err := q.Exec(ctx, "CREATE TABLE kept (n INTEGER)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Query(t.Context(), "SELECT count(*) FROM kept"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
		t.Errorf("%v stay beside the file", left)
	}
	again := opened(t, "sqlite:"+path)
	if _, err := again.Query(t.Context(), "SELECT count(*) FROM kept"); err != nil {
		t.Errorf("the table is not in the file: %v", err)
	}
}

// A statement that waited for one of the connections has all of its own time still: on a machine where
// connecting takes long, what takes a moment is not called too expensive.
func TestWaitingForAConnectionIsNotTheStatementsTime(t *testing.T) {
	db := openPostgres(t)
	held := make([]*pgxpool.Conn, db.pool.Config().MaxConns)
	for i := range held {
		conn, err := db.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held[i] = conn
	}
	time.AfterFunc(Budget*3/4, func() {
		for _, conn := range held {
			conn.Release()
		}
	})
	if _, err := db.Query(t.Context(), "SELECT pg_sleep(1)::text"); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
