package store

import (
	"context"
	"errors"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/schema"
)

// What is done each day is done once that day, however often servers start, and again where it
// came to no end or by another program.
func TestDailyWorkIsDoneOncePerDayAndProgram(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		db, err := Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		r, err := schema.NewRegistry(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Sync(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		ran := 0
		fail := errors.New("no")
		for _, step := range []struct {
			day  string
			fail error
			want int
		}{{"2026-11-27 1", fail, 1}, {"2026-11-27 1", nil, 2}, {"2026-11-27 1", nil, 2}, {"2026-11-27 2", nil, 3}, {"2026-11-28 2", nil, 4}} {
			err := db.onDay(t.Context(), "x", step.day, func(context.Context) error { ran++; return step.fail })
			if !errors.Is(err, step.fail) || ran != step.want {
				t.Errorf("on %s it ran %d times and answered %v", step.day, ran, err)
			}
		}
	})
}
