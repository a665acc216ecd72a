package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ecrm/internal/store"
)

const (
	// relayEvery is how often the outbox is looked at, and at PostgreSQL what
	// other nodes committed.
	relayEvery = 250 * time.Millisecond
	// relayMost is how many transactions are handed on together.
	relayMost = 500
	// relayKept is how long what was handed on stays for other nodes to see.
	relayKept = time.Minute
	// relayAway is how long a node may not have looked before its open pages are
	// told to read anew.
	relayAway = relayKept / 2
	// sentMost is how many events one row of the outbox holds.
	sentMost = 500
)

// Missed is the kind of the event that tells listeners that some may have been
// lost.
const Missed = "missed"

// Consume has fn called with everything that is committed, on one node of all,
// in batches and at least once: what fn refuses it is given again.
func (s *Service) Consume(fn func(ctx context.Context, events []Event) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.consumers = append(s.consumers, fn)
}

// Settler looks at what was committed and answers what is to be written of it,
// nil for nothing. What write writes is kept together with the mark that the events
// were handed on, or neither is: it happens once.
type Settler func(ctx context.Context, events []Event) (write func(ctx context.Context, u *Unit) error, err error)

// Settle has fn see everything that is committed, on one node of all, in batches:
// again where what it answered could not be kept, and never once it was.
func (s *Service) Settle(fn Settler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settlers = append(s.settlers, fn)
}

// send writes what the unit changed into the outbox.
func (u *Unit) send(ctx context.Context, events []Event) error {
	u.events = append(u.events, events...)
	for len(events) > 0 {
		n := min(sentMost, len(events))
		text, err := json.Marshal(events[:n])
		if err != nil {
			return err
		}
		if err := store.Send(ctx, u.tx, store.Sent{ID: u.service.IDs.Next(), Sender: u.service.name, Events: string(text)}); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// Relay hands on what is committed until ctx ends: to consumers, from one node
// of all, and what other nodes commit to the listeners of this one.
func (s *Service) Relay(ctx context.Context) {
	if s.DB.Postgres() {
		go s.overhear(ctx)
	}
	tick := time.NewTicker(relayEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("hand on what was changed", "error", err)
			select { // whoever refuses is given time
			case <-ctx.Done():
			case <-time.After(2 * time.Second):
			}
		}
	}
}

// Deliver hands on what waits in the outbox, unless another node does.
func (s *Service) Deliver(ctx context.Context) error {
	_, err := s.DB.Alone(ctx, "relay", func(ctx context.Context) error {
		for {
			n, err := s.handOn(ctx)
			if err != nil || n < relayMost {
				return err
			}
		}
	})
	return err
}

// handOn gives the oldest of the outbox to the consumers.
func (s *Service) handOn(ctx context.Context) (int, error) {
	list, err := s.DB.Unsent(ctx, relayMost)
	if err != nil {
		return 0, err
	}
	var events []Event
	for _, sent := range list {
		some, err := eventsOf(sent)
		if err != nil {
			return 0, err
		}
		events = append(events, some...)
	}
	s.mu.Lock()
	consumers, settlers := s.consumers, s.settlers
	s.mu.Unlock()
	var writes []func(ctx context.Context, u *Unit) error
	if len(events) > 0 {
		for _, fn := range consumers {
			if err := fn(ctx, events); err != nil {
				return 0, err
			}
		}
		for _, fn := range settlers {
			write, err := fn(ctx, events)
			if err != nil {
				return 0, err
			}
			if write != nil {
				writes = append(writes, write)
			}
		}
	}
	now := time.Now()
	if err := s.handed(ctx, list, now, writes); err != nil {
		return 0, err
	}
	if len(list) < relayMost && now.Sub(s.swept) > relayKept/4 {
		s.swept = now
		return len(list), s.DB.ForgetSent(ctx, now.Add(-relayKept).UnixMicro())
	}
	return len(list), nil
}

// handed says that rows were handed on, together with what is written of them.
func (s *Service) handed(ctx context.Context, list []store.Sent, now time.Time, writes []func(ctx context.Context, u *Unit) error) error {
	if writes == nil {
		_, err := store.MarkSent(store.Bulk(ctx), s.DB, list, now.UnixMicro())
		return err
	}
	return s.Together(store.Bulk(ctx), func(ctx context.Context, u *Unit) error {
		n, err := store.MarkSent(ctx, u.Store(), list, now.UnixMicro())
		if err != nil {
			return err
		}
		if n != int64(len(list)) {
			return errHandedOn
		}
		for _, write := range writes {
			if err := write(ctx, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// errHandedOn is met where another node took over while this one was cut off.
var errHandedOn = errors.New("another node handed some of it on meanwhile")

func eventsOf(sent store.Sent) ([]Event, error) {
	if sent.Events == "" {
		return nil, nil
	}
	var events []Event
	if err := json.Unmarshal([]byte(sent.Events), &events); err != nil {
		return nil, fmt.Errorf("outbox row %d: %w", sent.ID, err)
	}
	return events, nil
}

// overhear tells the listeners what other nodes commit.
func (s *Service) overhear(ctx context.Context) {
	var following *store.Committed
	looked := time.Now()
	for {
		err := func() (err error) {
			if following == nil {
				following, err = s.DB.Following(ctx)
				return err
			}
			list, err := following.Next(ctx)
			if err != nil {
				return err
			}
			if away := time.Since(looked); away > relayAway {
				s.tell(Event{Kind: Missed})
			}
			looked = time.Now()
			for _, sent := range list {
				if sent.Sender == s.name {
					continue
				}
				events, err := eventsOf(sent)
				if err != nil {
					return err
				}
				s.tell(events...)
			}
			return nil
		}()
		if err != nil && ctx.Err() == nil {
			slog.Error("follow what other nodes change", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(relayEvery):
		}
	}
}
