package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// repeatAfter is how long the same message is not said again.
const repeatAfter = 10 * time.Second

// once says what goes wrong again and again, such as everything while the
// database is away, once in a while.
type once struct {
	slog.Handler
	said *saidBefore
}

type saidBefore struct {
	mu sync.Mutex
	at map[string]time.Time
}

// maxSaid is how many messages are remembered.
const maxSaid = 1000

func sayOnce(h slog.Handler) slog.Handler { return once{h, &saidBefore{at: map[string]time.Time{}}} }

// Handle says a message unless the same was said a moment ago.
func (o once) Handle(ctx context.Context, r slog.Record) error {
	key := r.Level.String() + r.Message
	r.Attrs(func(a slog.Attr) bool { key += " " + a.String(); return true })
	o.said.mu.Lock()
	last, known := o.said.at[key]
	again := known && r.Time.Sub(last) < repeatAfter
	if !again {
		if len(o.said.at) >= maxSaid {
			clear(o.said.at)
		}
		o.said.at[key] = r.Time
	}
	o.said.mu.Unlock()
	if again {
		return nil
	}
	return o.Handler.Handle(ctx, r)
}

// WithAttrs keeps what was said before.
func (o once) WithAttrs(attrs []slog.Attr) slog.Handler {
	return once{o.Handler.WithAttrs(attrs), o.said}
}

// WithGroup keeps what was said before.
func (o once) WithGroup(name string) slog.Handler { return once{o.Handler.WithGroup(name), o.said} }
