// Package exchange knows what currencies are worth, by the day, and keeps what
// amounts are worth in the company's in step with that: when a rate is changed,
// added or removed, and when one comes into force. docs/adr has the decisions.
package exchange

import (
	"context"
	"fmt"
	"sort"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Object is the name of the object whose records are the rates; its module
// declares it.
const Object = "exchange_rate"

// Kind is the job that values amounts anew.
const Kind = "revalue"

// page is how many amounts are read together, and chunk how many are written.
const (
	page  = 2000
	chunk = 100
)

// Service values amounts.
type Service struct {
	records *record.Service
	jobs    *jobs.Service
}

// New makes the service and has the records ask it for rates.
func New(r *record.Service, j *jobs.Service) *Service {
	s := &Service{records: r, jobs: j}
	r.Rates = s.rate
	j.Register(jobs.Kind{Name: Kind, Run: s.run})
	r.Consume(s.heard)
	return s
}

// rate finds the newest rate that was in force on a day.
func (s *Service) rate(ctx context.Context, q store.Querier, currency, day string) (int64, bool, error) {
	o := s.records.Current.Load().Object(Object)
	if o == nil {
		return 0, false, nil
	}
	return store.Rate(ctx, q, o, currency, day)
}

// heard has amounts valued anew once rates were changed. A job that still waits
// will see what changed since.
func (s *Service) heard(ctx context.Context, events []record.Event) error {
	for _, e := range events {
		if e.Object != Object {
			continue
		}
		waiting, err := s.jobs.Waiting(ctx, Kind)
		if err != nil || waiting {
			return err
		}
		_, err = s.jobs.Start(ctx, policy.System(s.records.Current.Load(), Kind), Kind, Object, "", nil)
		return err
	}
	return nil
}

func (s *Service) run(ctx context.Context, r *jobs.Run) error {
	done, err := s.Revalue(ctx, func(seen int64) { r.Progress(seen, 0) })
	if err == nil {
		r.Result(done)
	}
	return err
}

// Result is what a revaluation found.
type Result struct {
	// Changed counts the amounts whose worth is another now.
	Changed int64 `json:"changed"`
	// Unknown counts, by currency, those without a rate.
	Unknown map[string]int64 `json:"without_rate,omitempty"`
}

// table holds all rates in memory, by currency, oldest first.
type table map[string][]entry

type entry struct {
	day  string
	rate int64
}

func (s *Service) table(ctx context.Context) (table, error) {
	o := s.records.Current.Load().Object(Object)
	rows, err := store.Rates(ctx, s.records.DB, o)
	rates := table{}
	for _, row := range rows {
		code, _ := row[0].(string)
		day, _ := row[1].(string)
		rate, _ := row[2].(int64)
		rates[code] = append(rates[code], entry{day, rate})
	}
	return rates, err
}

// worth values an amount on a day.
func (t table) worth(a store.Amount, company, today string) any {
	if a.Currency == company {
		return a.Value
	}
	day := a.Settled
	if day == "" {
		day = today
	}
	list := t[a.Currency]
	at := sort.Search(len(list), func(i int) bool { return list[i].day > day })
	if at == 0 {
		return nil
	}
	if worth, ok := schema.Convert(a.Value, list[at-1].rate); ok {
		return worth
	}
	return nil
}

// amounts goes over every amount there is.
func (s *Service) amounts(ctx context.Context, fn func(o *schema.Object, lines, f *schema.Field, amounts []store.Amount) error) error {
	pace := s.records.DB.NewPace(0, 0)
	for _, o := range s.records.Current.Load().Objects() {
		for _, f := range o.Fields {
			fields := []*schema.Field{f}
			var lines *schema.Field
			if f.Lines() != nil {
				lines, fields = f, f.Lines().Fields
			}
			for _, one := range fields {
				if one.Type != "money" {
					continue
				}
				for after := int64(0); ; {
					pace.Begin()
					amounts, last, err := s.records.DB.Amounts(ctx, o, lines, one, after, page)
					if err != nil {
						return err
					}
					if last == 0 {
						break
					}
					after = last
					if err := fn(o, lines, one, amounts); err != nil {
						return err
					}
					pace.GiveWay(ctx)
				}
			}
		}
	}
	return nil
}

// Revalue brings every amount in step with the rates and writes those alone that
// are worth something else. It raises no version: what an amount is worth follows
// from it.
func (s *Service) Revalue(ctx context.Context, told func(seen int64)) (Result, error) {
	result := Result{Unknown: map[string]int64{}}
	rates, err := s.table(ctx)
	if err != nil {
		return result, err
	}
	seen := int64(0)
	err = s.amounts(ctx, func(o *schema.Object, lines, f *schema.Field, amounts []store.Amount) error {
		if err := s.put(ctx, o, lines, f, rates, amounts, &result); err != nil {
			return err
		}
		seen += int64(len(amounts))
		told(seen)
		return nil
	})
	return result, err
}

// Verify tells of amounts that are worth something no rate gives them. One that is
// not settled may still stand at the rate of an earlier day: it is valued with the
// next day a server sees. While a revaluation waits nothing is asked.
func (s *Service) Verify(ctx context.Context, tell func(record.Finding)) error {
	waiting, err := s.jobs.Waiting(ctx, Kind)
	if err != nil || waiting {
		return err
	}
	rates, err := s.table(ctx)
	if err != nil {
		return err
	}
	company, today := s.records.Currency(), s.records.Today()
	return s.amounts(ctx, func(o *schema.Object, lines, f *schema.Field, amounts []store.Amount) error {
		name := o.Name
		if lines != nil {
			name += "." + lines.Name
		}
		for _, a := range amounts {
			if should := rates.worth(a, company, today); a.Worth != should && !rates.earlier(a, company, today) {
				tell(record.Finding{Object: name, ID: a.ID, Rule: "worth", Detail: fmt.Sprintf("%s is worth %v, kept as %v", f.Name, should, a.Worth)})
			}
		}
		return nil
	})
}

// earlier tells whether an amount that is not settled is worth what it was on an
// earlier day.
func (t table) earlier(a store.Amount, company, today string) bool {
	if a.Settled != "" || a.Currency == company {
		return false
	}
	for _, e := range t[a.Currency] {
		if worth, ok := schema.Convert(a.Value, e.rate); ok && e.day <= today && a.Worth == any(worth) {
			return true
		}
	}
	return false
}

// put writes those of some amounts that are worth something else now.
func (s *Service) put(ctx context.Context, o *schema.Object, lines, f *schema.Field, rates table, amounts []store.Amount, result *Result) error {
	company := s.records.Currency()
	today := s.records.Today()
	var changed []store.Amount
	for _, a := range amounts {
		worth := rates.worth(a, company, today)
		if worth == nil {
			result.Unknown[a.Currency]++
		}
		if worth != a.Worth {
			a.Worth = worth
			changed = append(changed, a)
		}
	}
	for len(changed) > 0 {
		some := changed[:min(chunk, len(changed))]
		changed = changed[len(some):]
		err := s.records.DB.Write(store.Bulk(ctx), func(ctx context.Context, q store.Querier) error {
			return store.PutWorth(ctx, q, o, lines, f, some)
		})
		if err != nil {
			return err
		}
		result.Changed += int64(len(some))
	}
	return nil
}

// Daily values open amounts by the rates of each new day until ctx ends, and once
// at the beginning: a database of an older program holds them at par.
func (s *Service) Daily(ctx context.Context) {
	s.records.DB.EachDay(ctx, Kind, s.records.Today, func(ctx context.Context) error {
		_, err := s.Revalue(ctx, func(int64) {})
		return err
	})
}
