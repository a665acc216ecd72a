package store_test

import (
	"slices"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/store"
)

// What was brought in is known to the planner before anybody asks much of it.
func TestLearnLooksAtWhatChangedMuch(t *testing.T) {
	db, err := store.Open(t.Context(), dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"CREATE TABLE full_one (id BIGINT)", "CREATE TABLE small_one (id BIGINT)",
		"INSERT INTO full_one SELECT generate_series(1, 5000)", "INSERT INTO small_one SELECT generate_series(1, 10)",
	} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	// PostgreSQL counts changes when a connection rests.
	var found []string
	for end := time.Now().Add(10 * time.Second); found == nil && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if found, err = db.Learn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(found, []string{"full_one"}) {
		t.Errorf("looked at %v", found)
	}
	rows, err := db.Query(t.Context(), "SELECT reltuples::bigint FROM pg_class WHERE relname = 'full_one'")
	if err != nil || rows[0][0] != int64(5000) {
		t.Errorf("it knows of %v rows (%v)", rows, err)
	}
}
