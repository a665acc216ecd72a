package notice

import (
	"context"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

const (
	// remindEvery is how often it is looked for reminders that are due.
	remindEvery = 15 * time.Second
	// remindAgain is how far behind the last look one looks again, for what was entered
	// a little late; what is older was in the past when it was entered.
	remindAgain = 10 * time.Minute
	// remindLate is how long ago a reminder may have been due that is told after the
	// server was away.
	remindLate = 3 * 24 * time.Hour
	// remindMost is how many are told together.
	remindMost = 200
	// reminded is the counter that keeps up to which instant was told.
	reminded = "reminders"
)

// RemindAlways tells people of what they wanted to be reminded of until ctx ends, on
// one node of all.
func (s *Service) RemindAlways(ctx context.Context) {
	s.every(ctx, remindEvery, "reminders", func(ctx context.Context) error { return s.Remind(ctx, time.Now()) })
}

// Remind tells owners of the reminders that were due by an instant and not told yet,
// and open pages of the shares that ended.
func (s *Service) Remind(ctx context.Context, now time.Time) error {
	last, err := store.Counter(ctx, s.Records.DB, reminded)
	if err != nil {
		return err
	}
	from := now
	if last != 0 {
		from = time.UnixMicro(last)
	}
	if err := s.Records.ShareEnds(ctx, from.UnixMicro(), now.UnixMicro()); err != nil {
		return err
	}
	from = from.Add(-remindAgain)
	if earliest := now.Add(-remindLate); from.Before(earliest) {
		from = earliest
	}
	for _, o := range s.Records.Current.Load().Objects() {
		if o.Due == nil {
			continue
		}
		for _, one := range asked(o) {
			if err := s.remind(ctx, o, one, from, now); err != nil {
				return err
			}
		}
	}
	return s.Records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
		return store.CountPast(ctx, q, reminded, now.UnixMicro())
	})
}

// asking is one way in which people ask to be reminded of records of an object: at an
// instant, or some time before they are due.
type asking struct {
	lead string
	// ahead is how far before the day, 0 with an instant of its own.
	ahead time.Duration
}

// asked are the ways there are.
func asked(o *schema.Object) []asking {
	var ways []asking
	if o.Due.Remind != "" {
		ways = append(ways, asking{})
	}
	if f := o.Field(o.Due.Before); f != nil {
		for _, option := range f.Options {
			if minutes, err := strconv.Atoi(option.Value); err == nil {
				ways = append(ways, asking{option.Value, time.Duration(minutes) * time.Minute})
			}
		}
	}
	return ways
}

// rows reads records whose reminder of this kind lies between two instants.
func (w asking) rows(ctx context.Context, q store.Querier, o *schema.Object, from, to time.Time, after int64) ([][]any, error) {
	if w.lead == "" {
		return store.Reminders(ctx, q, o, from.UnixMicro(), to.UnixMicro(), after, remindMost)
	}
	return store.RemindersBefore(ctx, q, o, o.Field(o.Due.Before), w.lead, store.Undone(o), from.Add(w.ahead).UnixMicro(), to.Add(w.ahead).UnixMicro(), after, remindMost)
}

func (s *Service) remind(ctx context.Context, o *schema.Object, way asking, from, to time.Time) error {
	for after := int64(0); ; {
		rows, err := way.rows(ctx, s.Records.DB, o, from, to, after)
		if err != nil || len(rows) == 0 {
			return err
		}
		var list []candidate
		for _, r := range rows {
			c := candidate{kind: Reminder, object: o.Name, at: to.UnixMicro(), count: 1, once: true}
			c.record, _ = r[0].(int64)
			c.user, _ = r[1].(int64)
			at, _ := r[2].(int64)
			c.about, _ = r[3].(int64)
			c.records, after = []int64{c.record}, c.record
			c.topic = strings.Join([]string{Reminder, o.Name, strconv.FormatInt(c.record, 10), strconv.FormatInt(at-way.ahead.Microseconds(), 10)}, " ")
			if c.user != 0 {
				list = append(list, c)
			}
		}
		if list, err = s.fresh(ctx, list); err != nil {
			return err
		}
		if list, err = s.allowed(ctx, list); err != nil {
			return err
		}
		if len(list) > 0 {
			if err := s.Records.Together(store.Bulk(ctx), func(ctx context.Context, u *record.Unit) error { return s.write(ctx, u, list) }); err != nil {
				return err
			}
		}
		if len(rows) < remindMost {
			return nil
		}
	}
}

// fresh leaves those that were not told before.
func (s *Service) fresh(ctx context.Context, list []candidate) ([]candidate, error) {
	var out []candidate
	for _, c := range list {
		rows, err := store.Find(ctx, s.Records.DB, table.Name, "id", store.Row{"user_id": c.user, "topic": c.topic}, "")
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			out = append(out, c)
		}
	}
	return out, nil
}
