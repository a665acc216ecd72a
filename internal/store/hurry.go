package store

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrStale is answered to a request in a hurry that began with what no longer holds: it
// is to be run again, at leisure.
var ErrStale = errors.New("what the request began with does not hold any more")

// Hurry is a request that only reads, on PostgreSQL, where each question is a way to
// another process: it begins with what was remembered of whoever makes it, and has that
// tested with the first thing it asks. Nothing that was read may leave the server before
// Settle says that it held.
type Hurry struct {
	mu sync.Mutex
	// asked are the questions whose answers it took on trust, known those answers.
	asked []Asked
	known []stood
	stale bool
}

type hurryKey struct{}

// InHurry makes what is asked under a context a request in a hurry; h is nil, and nothing
// changes, on SQLite, which is asked nothing.
func (db *DB) InHurry(ctx context.Context) (_ context.Context, h *Hurry) {
	if db.pool == nil {
		return ctx, nil
	}
	h = &Hurry{}
	return context.WithValue(ctx, hurryKey{}, h), h
}

func hurryOf(ctx context.Context) *Hurry {
	h, _ := ctx.Value(hurryKey{}).(*Hurry)
	return h
}

// trust takes an answer on trust.
func (h *Hurry) trust(asked Asked, k stood) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked, h.known = append(h.asked, asked), append(h.known, k)
}

// Stale tells whether what was taken on trust did not hold.
func (h *Hurry) Stale() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stale
}

// Settle tests what was taken on trust and not yet tested; the error is ErrStale where
// it did not hold, now or before.
func (db *DB) Settle(ctx context.Context, h *Hurry) error {
	_, err := db.hurried(ctx, h, nil)
	return err
}

// hurried asks what is to be tested, and with it what else is asked.
func (db *DB) hurried(ctx context.Context, h *Hurry, list []Asked) ([][][]any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stale {
		return nil, ErrStale
	}
	tests := len(h.asked)
	if tests+len(list) == 0 {
		return nil, nil
	}
	found, err := db.queryTogether(ctx, append(slices.Clone(h.asked), list...))
	if err != nil {
		return nil, err
	}
	for i, k := range h.known {
		if !k.holds(found[i]) {
			h.stale = true
			return nil, ErrStale
		}
	}
	h.asked, h.known = nil, nil
	return found[tests:], nil
}

// holds tells whether rows say the same.
func (k stood) holds(rows [][]any) bool {
	if len(rows) != 1 || len(rows[0]) != len(k.counters)+len(k.row) {
		return false
	}
	for i, v := range rows[0] {
		if i < len(k.counters) {
			if n, _ := v.(int64); n != k.counters[i] {
				return false
			}
		} else if v != k.row[i-len(k.counters)] {
			return false
		}
	}
	return true
}

// pending tells whether something is to be tested, or was and did not hold.
func (h *Hurry) pending() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked) > 0 || h.stale
}
