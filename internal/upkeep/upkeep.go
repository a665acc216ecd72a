// Package upkeep does what a large database needs after its schema changed, as a
// job that people see and that goes on after a restart: the keys by which names
// are sorted, and indexes. Neither delays a start.
package upkeep

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Kind names the job.
const Kind = "upkeep"

// Service begins the job when there is something to do.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
}

// New registers the job.
func New(records *record.Service, js *jobs.Service) *Service {
	s := &Service{records, js}
	js.Register(jobs.Kind{Name: Kind, Run: s.run})
	return s
}

// again is how soon it is looked whether a job that ran has left anything.
const again = 2 * time.Second

// Watch begins the job at the start and whenever a change of the schema leaves
// something for later, until ctx ends.
func (s *Service) Watch(ctx context.Context) {
	for {
		active, err := s.begin(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("begin the upkeep of the database", "error", err)
		}
		var look <-chan time.Time
		if active {
			look = time.After(again)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.Records.Renewed():
		case <-look:
		}
	}
}

// learnEvery is how soon a table that changed much is looked at.
const learnEvery = 5 * time.Second

// Learn keeps the database's idea of its tables in step with what is brought in, from one
// node of all, until ctx ends.
func (s *Service) Learn(ctx context.Context) {
	tick := time.NewTicker(learnEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, err := s.Records.DB.Alone(ctx, "learn", func(ctx context.Context) error {
			_, err := s.Records.DB.Learn(ctx)
			return err
		})
		if err != nil && ctx.Err() == nil {
			slog.Warn("look at tables that changed much", "error", err)
		}
	}
}

// begin begins the job where there is something to do, and tells whether one
// that began earlier has not ended yet.
func (s *Service) begin(ctx context.Context) (active bool, err error) {
	later, err := s.Records.DB.Later(ctx, s.Records.Current.Load())
	if err != nil || len(later)+len(s.Records.Unordered()) == 0 {
		return false, err
	}
	if active, err = s.Jobs.Active(ctx, Kind); err != nil || active {
		return active, err
	}
	_, err = s.Jobs.Start(ctx, policy.System(s.Records.Current.Load(), Kind), Kind, "", "", nil)
	return false, err
}

// checkpoint is up to which record an object has its sort keys.
type checkpoint struct {
	Object string `json:"object"`
	Last   int64  `json:"last"`
}

// result tells what was done.
type result struct {
	Ordered int64    `json:"ordered"`
	Indexes []string `json:"indexes"`
}

func (s *Service) run(ctx context.Context, r *jobs.Run) error {
	done := result{Indexes: []string{}}
	if before := r.Job().Result; before != nil {
		if err := json.Unmarshal(before, &done); err != nil {
			return fmt.Errorf("read what was done: %w", err)
		}
	}
	db := s.Records.DB
	var at checkpoint
	if _, err := r.Checkpoint(&at); err != nil {
		return err
	}
	for _, o := range s.Records.Unordered() {
		after := int64(0)
		if at.Object == o.Name {
			after = at.Last
		}
		if err := s.order(ctx, r, o, after, &done); err != nil {
			return err
		}
	}
	// What a change leaves meanwhile is done too.
	for tried := map[string]bool{}; ; {
		later, err := db.Later(ctx, s.Records.Current.Load())
		if err != nil {
			return err
		}
		next := -1
		for i, c := range later {
			if !tried[c.Name] {
				next = i
				break
			}
		}
		if next < 0 {
			break
		}
		c := later[next]
		tried[c.Name] = true
		if err := db.Build(ctx, c, r.Progress); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		done.Indexes = append(done.Indexes, c.Name)
		r.Result(done)
	}
	r.Result(done)
	return nil
}

// order computes the sort keys of an object's records.
func (s *Service) order(ctx context.Context, r *jobs.Run, o *schema.Object, after int64, done *result) error {
	total, err := s.Records.DB.Rows(ctx, o.Table())
	if err != nil {
		return err
	}
	count := int64(0)
	return s.Records.Order(ctx, o, after, func(ctx context.Context, tx store.Querier, last int64, records int) error {
		count += int64(records)
		done.Ordered += int64(records)
		r.Progress(count, total)
		r.Result(*done)
		return r.Save(ctx, tx, checkpoint{o.Name, last})
	})
}
