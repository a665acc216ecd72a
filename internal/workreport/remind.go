package workreport

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/notice"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/store"
)

const (
	// lookEvery is how often it is looked whether somebody is to be reminded.
	lookEvery = time.Minute
	// lateMost is for how long after its time people are reminded, where the server was
	// away.
	lateMost = 3 * time.Hour
)

// RemindAlways reminds those who have not handed in at the times the rules say until ctx
// ends, on one node of all.
func (s *Service) RemindAlways(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		_, err := s.Records.DB.Alone(ctx, "reports", func(ctx context.Context) error { return s.RemindDue(ctx, time.Now()) })
		if err != nil && ctx.Err() == nil {
			slog.Error("remind of reports", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// RemindDue reminds those who have not handed in what a rule asks for by now, each once
// for a period.
func (s *Service) RemindDue(ctx context.Context, now time.Time) error {
	local := now.In(s.Records.Zone())
	today := local.Format(time.DateOnly)
	for _, kind := range []string{Day, Week, Month} {
		p, ok := PeriodOf(kind, today)
		if !ok {
			continue
		}
		rules, err := s.rules(ctx, kind)
		if err != nil {
			return err
		}
		for _, r := range rules {
			if !r.due(p, local) {
				continue
			}
			if err := s.remindBy(ctx, r, p, today); err != nil {
				return err
			}
		}
	}
	return nil
}

// due tells whether it is the time of a rule: on the last working day of the period, from
// its minute on.
func (r rule) due(p Period, local time.Time) bool {
	if r.remindAt == "" {
		return false
	}
	days := p.days(r.weekdays)
	if len(days) == 0 || days[len(days)-1] != local.Format(time.DateOnly) {
		return false
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", local.Format(time.DateOnly)+" "+r.remindAt, local.Location())
	return err == nil && !local.Before(at) && local.Before(at.Add(lateMost))
}

func (s *Service) remindBy(ctx context.Context, r rule, p Period, today string) error {
	// The day as a number, which only grows.
	day, err := strconv.ParseInt(today[:4]+today[5:7]+today[8:], 10, 64)
	if err != nil {
		return err
	}
	counter := "report_rule." + strconv.FormatInt(r.id, 10)
	last, err := store.Counter(ctx, s.Records.DB, counter)
	if err != nil || last >= day {
		return err
	}
	people, err := s.Records.Rows(ctx, "user", &query.Node{Op: query.Eq, Field: "active", Value: true}, mostPeople)
	if err != nil {
		return err
	}
	handed, err := s.Records.Rows(ctx, Object, query.AllOf(is("kind", p.Kind), is("begins", p.Begins)), mostPeople)
	if err != nil {
		return err
	}
	var asked []notice.Asked
	for id, v := range people {
		if !memberOf(id, v, s).owes([]rule{r}, p) {
			continue
		}
		if done := func() bool {
			for _, report := range handed {
				if report.Int("owner") == id {
					return true
				}
			}
			return false
		}(); done {
			continue
		}
		a, err := s.acting(ctx, id)
		if err != nil {
			return err
		}
		if a == nil || !Writes(a) {
			continue
		}
		asked = append(asked, notice.Asked{User: id, Object: Object, Kind: p.Kind, Day: p.Begins, Once: true})
	}
	slices.SortFunc(asked, func(x, y notice.Asked) int { return int(min(max(x.User-y.User, -1), 1)) })
	return s.Records.Together(store.Bulk(ctx), func(ctx context.Context, u *record.Unit) error {
		if err := s.Notices.Ask(ctx, u, asked); err != nil {
			return err
		}
		return store.CountPast(ctx, u.Store(), counter, day)
	})
}
