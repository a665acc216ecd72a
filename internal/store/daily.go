package store

import (
	"context"
	"log/slog"
	"time"

	"ecrm/internal/schema"
)

// days says on which day what is done once a day was done last, and by which program.
var days = Declare(Table{
	Name:    "daily",
	Columns: []schema.Column{{Name: "name", Kind: schema.KindText}, {Name: "day", Kind: schema.KindText}},
	Key:     []string{"name"},
})

// EachDay runs fn once on each day, on one node of all, until ctx ends: also after a start, unless
// this program did it that day already. today says which day it is; what fails is logged and
// tried again.
func (db *DB) EachDay(ctx context.Context, name string, today func() string, fn func(ctx context.Context) error) {
	const pause = 10 * time.Minute
	ctx = Bulk(ctx)
	done := ""
	for {
		if day := today(); day != done {
			ran, err := db.Alone(ctx, name, func(ctx context.Context) error { return db.onDay(ctx, name, day+" "+db.Program, fn) })
			switch {
			case err != nil && ctx.Err() == nil:
				slog.Error("what is done each day", "name", name, "error", err)
			case err == nil && ran: // else another node does it, or did not come to its end
				done = day
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// onDay runs fn unless it was done, and writes down that it is.
func (db *DB) onDay(ctx context.Context, name, day string, fn func(ctx context.Context) error) error {
	rows, err := Find(ctx, db, days.Name, "day", Row{"name": name}, "")
	if err != nil || len(rows) == 1 && rows[0][0] == day {
		return err
	}
	if err := fn(ctx); err != nil {
		return err
	}
	return db.Write(ctx, func(ctx context.Context, q Querier) error {
		if _, err := Delete(ctx, q, days.Name, Row{"name": name}); err != nil {
			return err
		}
		return Insert(ctx, q, days.Name, Row{"name": name, "day": day})
	})
}
