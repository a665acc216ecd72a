// Package wake has the rules of objects look again at records whose hour has come: the
// next of a task that repeats is made when this one is due, whether or not somebody
// touches it. An object names the instant (schema.Object.Wakes), and its rules take it
// away when they have seen to it.
package wake

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

const (
	// every is how often it is looked.
	every = 30 * time.Second
	// most is how many records of an object are woken at a time; the others wait for
	// the next look.
	most = 500
)

// Service wakes records.
type Service struct{ Records *record.Service }

// Always wakes records until ctx ends, on one node of all.
func (s *Service) Always(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if _, err := s.Records.DB.Alone(ctx, "wake", func(ctx context.Context) error { return s.Wake(ctx, time.Now()) }); err != nil && ctx.Err() == nil {
			slog.Error("wake records", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Wake has the rules look at the records whose hour came by an instant. One that they
// refuse stays as it is, and is tried again when somebody saves it.
func (s *Service) Wake(ctx context.Context, now time.Time) error {
	var failed error
	for _, o := range s.Records.Current.Load().Objects() {
		if o.Wakes == "" {
			continue
		}
		ids, err := store.Woken(ctx, s.Records.DB, o, now.UnixMicro(), most)
		if err != nil {
			return err
		}
		for _, id := range ids {
			failed = errors.Join(failed, s.wake(ctx, o, id, now))
		}
	}
	return failed
}

func (s *Service) wake(ctx context.Context, o *schema.Object, id int64, now time.Time) error {
	ctx = store.Bulk(record.At(ctx, now))
	var problem *record.Error
	err := s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		_, err := u.Revisit(ctx, o, id)
		return err
	})
	switch {
	case record.IsCode(err, "not_found"):
		return nil // it went to the recycle bin
	case errors.As(err, &problem):
		slog.Warn("a record could not be woken", "object", o.Name, "record", id, "problem", problem.Error())
		return s.Records.DB.Write(ctx, func(ctx context.Context, q store.Querier) error {
			return store.Expire(ctx, q, o.Table(), o.Field(o.Wakes).Column(), id, now.UnixMicro())
		})
	}
	return err
}
