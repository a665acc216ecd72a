package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

// step is one write and the instant it is dated. Millions wait for their day, so what
// is written is made up when it has come.
type step struct {
	at     time.Time
	object string
	id, by int64
	// made tells the making of a record from a change.
	made bool
	in   func() record.Input
	// values are written in place of in where only rules write them.
	values record.Values
}

// add queues the making of a record.
func (m *maker) add(object string, at time.Time, by int64, in func() record.Input) int64 {
	id := m.id(at)
	m.queue(step{at: at, object: object, id: id, by: by, made: true, in: in})
	return id
}

// change queues a change of a record.
func (m *maker) change(object string, id int64, at time.Time, by int64, in func() record.Input) {
	m.queue(step{at: at, object: object, id: id, by: by, in: in})
}

// queue keeps a step until its day is due.
func (m *maker) queue(s step) {
	day := max(m.day, int(s.at.Sub(m.begun)/(24*time.Hour)))
	for len(m.days) <= day {
		m.days = append(m.days, nil)
	}
	m.days[day] = append(m.days[day], s)
}

// due takes the steps of the days that end before an instant, in their order.
func (m *maker) due(before time.Time) {
	for ; m.day < len(m.days) && !m.begun.Add(time.Duration(m.day+1)*24*time.Hour).After(before); m.day++ {
		steps := m.days[m.day]
		m.days[m.day] = nil
		slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
		m.steps = append(m.steps, steps...)
	}
}

// write is one step, ready to be taken in a transaction.
type write struct {
	at time.Time
	do func(ctx context.Context, u *record.Unit) error
}

// ready makes of a step what is written.
func (m *maker) ready(s step) (write, error) {
	a, o := m.as(s.by), m.registry.Object(s.object)
	if s.values != nil {
		return write{s.at, func(ctx context.Context, u *record.Unit) error {
			_, err := u.Write(ctx, a, o, s.id, nil, s.values, 0)
			return err
		}}, nil
	}
	in := s.in()
	switch {
	case !s.made:
		return write{s.at, func(ctx context.Context, u *record.Unit) error {
			if err := u.Update(ctx, a, o, s.id, in, 0); err != nil {
				return fmt.Errorf("go on with a made-up %s: %w", s.object, err)
			}
			return nil
		}}, nil
	case s.object == "user":
		return write{s.at, func(ctx context.Context, u *record.Unit) error {
			return m.people.Plant(ctx, u, a, s.id, in, m.hash)
		}}, nil
	}
	picture := m.pictures[s.id]
	delete(m.pictures, s.id)
	values, err := m.people.Records.ParseInput(context.Background(), a, o, in)
	if err != nil {
		return write{}, fmt.Errorf("make up a %s: %w", s.object, err)
	}
	return write{s.at, func(ctx context.Context, u *record.Unit) error {
		if picture != nil {
			var err error
			name := "logo"
			if o.Capture != nil {
				name = o.Capture.Picture
			}
			if values[name], err = m.keep(ctx, u, a, o.Field(name), picture); err != nil {
				return err
			}
		}
		if err := u.CreateAs(ctx, a, o, s.id, values); err != nil {
			return fmt.Errorf("make up a %s: %w", s.object, err)
		}
		return nil
	}}, nil
}

// as is the engine acting in somebody's name.
func (m *maker) as(user int64) *policy.Actor {
	if m.actors[user] == nil {
		a := policy.System(m.registry, "demo")
		a.ID, a.Language, a.Location = user, m.Locale, m.zone
		m.actors[user] = a
	}
	return m.actors[user]
}

// flush writes what is queued, when it is enough or the last, while the next is
// made up; it answers once all is written if it is the last.
func (m *maker) flush(ctx context.Context, last bool) error {
	ctx = record.Fill(store.Bulk(ctx))
	for len(m.steps) >= m.together || last && len(m.steps) > 0 {
		n := min(m.together, len(m.steps))
		writes := make([]write, 0, n)
		for _, s := range m.steps[:n] {
			w, err := m.ready(s)
			if err != nil {
				return err
			}
			writes = append(writes, w)
		}
		m.steps = slices.Clone(m.steps[n:])
		if err := m.written(); err != nil {
			return err
		}
		m.writing = make(chan error, 1)
		go func(done chan<- error) { done <- m.write(ctx, writes) }(m.writing)
	}
	if last {
		return m.written()
	}
	return nil
}

// written waits for what is being written.
func (m *maker) written() error {
	if m.writing == nil {
		return nil
	}
	err := <-m.writing
	m.writing = nil
	return err
}

func (m *maker) write(ctx context.Context, writes []write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.people.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		for _, w := range writes {
			if err := w.do(record.At(ctx, w.at), u); err != nil {
				return err
			}
		}
		return nil
	})
}
