package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/store"
)

// The clock was an hour ahead, was put right, and the server started again: ids go on behind those
// of that hour, so that none is made twice and the newest stays the newest.
func TestIDsGoOnBehindThoseOfAClockThatWasAhead(t *testing.T) {
	c := placeOf(t, dbtest.SQLite(t))
	a, err := Open(context.Background(), c, Modules())
	if err != nil {
		t.Fatal(err)
	}
	ahead := store.IDOf(time.Now().Add(time.Hour))
	_, err = a.DB.Exec(t.Context(), fmt.Sprintf("INSERT INTO r_customer (id, version, name, created_at, updated_at) VALUES (%d, 1, '未來', 1, 1)", ahead))
	a.Close()
	if err != nil {
		t.Fatal(err)
	}
	if a, err = Open(context.Background(), c, Modules()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	last := ahead
	for range 10_000 {
		id := a.Records.IDs.Next()
		if id <= last {
			t.Fatalf("%d was made after %d", id, last)
		}
		last = id
	}
}
