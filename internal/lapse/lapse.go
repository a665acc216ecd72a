// Package lapse has records go on by themselves once a day of theirs is past, as their
// objects declare it (schema.Lapse): a quote that nobody answered expires. It catches up
// after days on which no server ran, does nothing twice with several, and the history
// says that the system did it.
package lapse

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Origin is what the history says through what the changes came.
const Origin = "lapse"

const (
	// often is how often it is looked; a day that begins in the company's time zone is
	// noticed by then.
	often = 10 * time.Minute
	// together is how many records are written in one transaction.
	together = 100
)

// Service keeps records in step with the day.
type Service struct {
	Records *record.Service
}

// Always looks now and then until ctx ends, on one node of all.
func (s *Service) Always(ctx context.Context) {
	for {
		_, err := s.Records.DB.Alone(ctx, "lapse", func(ctx context.Context) error {
			_, err := s.Run(ctx, s.Records.Today())
			return err
		})
		if err != nil && ctx.Err() == nil {
			slog.Error("have records go on by their day", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(often):
		}
	}
}

// Run has everything go on whose day lies before today, and tells how many records it
// changed. What a rule refuses stays as it is and is logged.
func (s *Service) Run(ctx context.Context, today string) (changed int, err error) {
	r := s.Records.Current.Load()
	for _, o := range r.Objects() {
		if o.Lapse == nil {
			continue
		}
		for after := int64(0); ; {
			ids, err := store.Lapsed(ctx, s.Records.DB, o, today, after, together)
			if err != nil || len(ids) == 0 {
				if err != nil {
					return changed, err
				}
				break
			}
			n, err := s.some(ctx, r, o, today, ids)
			changed += n
			if err != nil {
				return changed, err
			}
			after = ids[len(ids)-1]
		}
	}
	return changed, nil
}

// some changes records that were found, as far as they are as they were.
func (s *Service) some(ctx context.Context, r *schema.Registry, o *schema.Object, today string, ids []int64) (changed int, err error) {
	a := policy.System(r, Origin)
	a.Location = s.Records.Zone()
	err = s.Records.Together(store.Bulk(ctx), func(ctx context.Context, u *record.Unit) error {
		changed = 0
		found, err := u.Read(ctx, a, o, policy.Edit, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known, ok := found[id]
			if !ok || !o.Lapse.Due(known.Values.Text(o.Lapse.When.Field), known.Values.Text(o.Lapse.Day), today) {
				continue // somebody was faster
			}
			var refused *record.Error
			err := u.Try(ctx, func() error {
				_, err := u.Write(ctx, a, o, id, &known, record.Values{o.Lapse.When.Field: {o.Lapse.To}}, 0)
				return err
			})
			switch {
			case errors.As(err, &refused):
				slog.Warn("a record does not go on by its day", "object", o.Name, "id", id, "error", err)
				continue
			case err != nil:
				return err
			}
			changed++
			if owner := known.Values.Int("owner"); owner != 0 {
				u.Tell(record.Event{Object: o.Name, ID: id, Kind: "changed", Detail: &record.Detail{Origin: Origin, Lapsed: []int64{owner}}})
			}
		}
		return nil
	})
	return changed, err
}
