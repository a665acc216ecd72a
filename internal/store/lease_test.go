package store

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/schema"
)

func openPostgres(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := schema.NewRegistry(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Sync(t.Context(), registry); err != nil {
		t.Fatal(err)
	}
	return db
}

// Writers that wait for a right to make ids hold every connection of the pool;
// the right is got back all the same.
func TestLeaseIsRenewedWhileAllWritersWaitForIt(t *testing.T) {
	db := openPostgres(t)
	ids := NewIDs(0)
	leave, err := db.LeaseNode(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	node, _ := ids.held()
	ids.hold(node, 0, time.Now().Add(-time.Second)) // away for too long
	const writers = 40                              // more than the pool has
	done := make(chan error, writers)
	for range writers {
		go func() {
			done <- db.Write(context.Background(), func(context.Context, Querier) error {
				ids.Next()
				return nil
			})
		}()
	}
	time.Sleep(200 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := db.keepNode(ctx, ids, "somebody new"); err != nil {
		ids.hold(node, 0, time.Time{}) // lets the writers go
		t.Fatalf("the lease is not renewed: %v", err)
	}
	for range writers {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a writer waits for ever")
		}
	}
}

// A unit of PostgreSQL that panics or ends its goroutine leaves no transaction.
func TestFaultyUnitLeavesNoTransaction(t *testing.T) {
	db := openPostgres(t)
	for name, fault := range map[string]func(){"panic": func() { panic("on purpose") }, "goexit": runtime.Goexit} {
		ended := make(chan error, 1)
		go func() {
			err := errors.New("its goroutine ended")
			defer func() { ended <- err }()
			err = db.Write(t.Context(), func(ctx context.Context, q Querier) error {
				if _, err := Count(ctx, q, name); err != nil {
					return err
				}
				fault()
				return nil
			})
		}()
		if err := <-ended; err == nil {
			t.Errorf("%s: the unit is told to be kept", name)
		}
		if n, err := Counter(t.Context(), db, name); n != 0 || err != nil {
			t.Errorf("%s: %d was kept, %v", name, n, err)
		}
		if busy := db.pool.Stat().AcquiredConns(); busy != 0 {
			t.Errorf("%s: %d connections are still held", name, busy)
		}
	}
}
