package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

var (
	errCancelled = errors.New("the job was cancelled")
	errLost      = errors.New("another run holds the job")
	errPanic     = errors.New("the job panicked")
)

const (
	// leaseSpan is how long a run that says nothing keeps its job.
	leaseSpan = 10 * time.Second
	// beatEvery is how often a run looks whether it was cancelled.
	beatEvery = 400 * time.Millisecond
	// keepEvery is how often progress is kept; it renews the lease.
	keepEvery = time.Second
	// finishEvery is how often it is tried to keep the end of a run.
	finishEvery = time.Second
	// tellEvery is how often progress is told to those who watch.
	tellEvery = 250 * time.Millisecond
	// actorEvery is how often it is asked whether the person may still act.
	actorEvery = 2 * time.Second
	// maxFailures is how often something unforeseen may stop a job before it is
	// given up, without any progress in between: a database that is away for a
	// moment every hour is no reason.
	maxFailures = 3
)

// Run is one job at work.
type Run struct {
	service    *Service
	holder     int64
	origin     string
	grants     policy.Grants
	input      []byte
	checkpoint string
	// failures is how often something unforeseen stopped the job at the same place
	// before, from how far it was when this run began.
	failures, from int64

	mu     sync.Mutex
	job    Job
	result json.RawMessage
	since  time.Time
	base   int64
	told   time.Time
}

// Job is how the job stands.
func (r *Run) Job() Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.job
}

// Input reads what the job was begun with.
func (r *Run) Input(v any) error {
	if err := json.Unmarshal(r.input, v); err != nil {
		return fmt.Errorf("read the input of a job: %w", err)
	}
	return nil
}

// Actor reads anew who began the job and what he may do now, within the scopes of the token
// through which he did; ErrActor when he may no longer act.
func (r *Run) Actor() (*policy.Actor, error) {
	a, err := r.service.actor(context.Background(), r.job.CreatedBy, r.origin)
	if err == nil && r.grants != nil {
		a.Grants = r.grants
	}
	return a, err
}

// actor tells in whose name a job acts; 0 is the system itself.
func (s *Service) actor(ctx context.Context, user int64, origin string) (*policy.Actor, error) {
	if user == 0 {
		return policy.System(s.Records.Current.Load(), origin), nil
	}
	a, err := s.actorOf(ctx, user)
	if err != nil {
		return nil, err
	}
	copied := *a
	copied.Origin = origin
	return &copied, nil
}

// Progress says how far the job is.
func (r *Run) Progress(done, total int64) {
	r.mu.Lock()
	now := time.Now()
	if r.since.IsZero() {
		// What an earlier run did says nothing of today's speed.
		r.since, r.base = now, done
	}
	r.job.Done, r.job.Total = done, total
	if span := now.Sub(r.since).Seconds(); span > 0.2 {
		r.job.Rate = float64(done-r.base) / span
	}
	r.job.left()
	tell := now.Sub(r.told) >= tellEvery
	if tell {
		r.told = now
	}
	j := r.job
	r.mu.Unlock()
	if tell {
		r.service.tell(j)
	}
}

// Checkpoint reads what the last Save kept; false when there was none.
func (r *Run) Checkpoint(v any) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.checkpoint == "" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(r.checkpoint), v); err != nil {
		return false, fmt.Errorf("read the checkpoint of a job: %w", err)
	}
	return true, nil
}

// Save keeps how far the job is in the transaction of the work itself, so that
// the two are kept together or not at all. It refuses when another run has taken
// the job over.
func (r *Run) Save(ctx context.Context, tx store.Querier, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep the checkpoint of a job: %w", err)
	}
	n, err := store.Update(ctx, tx, table.Name, store.Row{"checkpoint": string(text)}, store.Row{"id": r.job.ID, "holder": r.holder})
	if err != nil {
		return err
	}
	if n == 0 {
		return errLost
	}
	return nil
}

// Result says what came of the job; the last word counts.
func (r *Run) Result(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		slog.Error("the result of a job is lost", "job", r.job.ID, "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result = text
}

// work runs a job if it is free, to its end or to the end of ctx.
func (s *Service) work(node context.Context, id int64) {
	ctx, cancel := context.WithCancelCause(node)
	defer cancel(nil)
	s.mu.Lock()
	if s.running[id] != nil {
		s.mu.Unlock()
		return
	}
	s.running[id] = cancel
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, id)
	}()
	r, err := s.claim(ctx, id)
	if err != nil || r == nil {
		if err != nil && ctx.Err() == nil {
			slog.Warn("a job could not be taken", "job", id, "error", err)
		}
		return
	}
	s.tell(r.Job())
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	beat := make(chan struct{})
	go func() { defer close(beat); r.beat(beating, cancel) }()
	err = s.run(store.Bulk(ctx), r)
	stop()
	<-beat
	if cause := context.Cause(ctx); cause != nil && err != nil {
		switch {
		case errors.Is(cause, errCancelled), errors.Is(cause, errLost), errors.Is(cause, ErrActor):
			err = cause
		default: // the node stops
			err = context.Canceled
		}
	}
	// A database that is away is mostly there again before the lease is over.
	for tries := time.Duration(0); ; tries++ {
		kept := r.finish(context.WithoutCancel(ctx), err)
		if kept == nil {
			return
		}
		if tries*finishEvery >= leaseSpan || node.Err() != nil {
			slog.Error("the end of a job could not be kept", "job", id, "error", kept)
			return
		}
		select {
		case <-node.Done():
		case <-time.After(finishEvery):
		}
	}
}

// claim takes a job that waits or whose run died; nil when it is not free.
func (s *Service) claim(ctx context.Context, id int64) (*Run, error) {
	r := &Run{service: s, holder: s.Records.IDs.Next()}
	free := false
	err := s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		free = false
		now := time.Now()
		claimed, err := store.ClaimJob(ctx, tx, id, r.holder, now.UnixMicro(), now.Add(leaseSpan).UnixMicro(), []string{Queued, Running}, Running)
		if err != nil || !claimed {
			return err
		}
		rows, err := store.Find(ctx, tx, table.Name, columns+", scopes, origin, input, checkpoint, failures", store.Row{"id": id}, "")
		if err != nil {
			return err
		}
		r.job, _ = scan(rows[0])
		at := len(rows[0]) - 4
		if scopes, ok := rows[0][at-1].(string); ok {
			r.grants = policy.Grants(strings.Fields(scopes))
		}
		r.origin, _ = rows[0][at].(string)
		input, _ := rows[0][at+1].(string)
		r.input = []byte(input)
		r.checkpoint, _ = rows[0][at+2].(string)
		r.failures, _ = rows[0][at+3].(int64)
		r.from = r.job.Done
		r.result = r.job.Result
		free = true
		return nil
	})
	if err != nil || !free {
		return nil, err
	}
	return r, nil
}

// run calls the kind; a panic ends the job alone.
func (s *Service) run(ctx context.Context, r *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("a job panicked", "job", r.job.ID, "kind", r.job.Kind, "panic", p, "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	k := s.kind(r.job.Kind)
	if k.Run == nil {
		return fmt.Errorf("no job is of the kind %q", r.job.Kind)
	}
	if _, err := r.Actor(); err != nil {
		return err
	}
	return k.Run(ctx, r)
}

// kind is the kind of this name; its Run is nil where there is none.
func (s *Service) kind(name string) Kind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kinds[name]
}

// beat keeps progress and the lease, and ends the run when it was cancelled or
// taken over, or when its person may no longer act.
func (r *Run) beat(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	kept, asked := time.Now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		rows, err := store.Find(ctx, r.service.Records.DB, table.Name, "holder, cancel", store.Row{"id": r.job.ID}, "")
		switch {
		case err != nil:
		case len(rows) == 0 || rows[0][0] != r.holder:
			cancel(errLost)
			return
		case record.Values{"cancel": {rows[0][1]}}.True("cancel"):
			cancel(errCancelled)
			return
		}
		if time.Since(asked) >= actorEvery {
			asked = time.Now()
			if _, err := r.Actor(); errors.Is(err, ErrActor) {
				cancel(ErrActor)
				return
			}
		}
		if time.Since(kept) >= keepEvery {
			kept = time.Now()
			if err := r.keep(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("the progress of a job could not be kept", "job", r.job.ID, "error", err)
			}
		}
	}
}

func (r *Run) keep(ctx context.Context) error {
	j := r.Job()
	now := time.Now()
	// No person waits for it.
	_, err := store.Update(store.Bulk(ctx), r.service.Records.DB, table.Name, store.Row{
		"done": j.Done, "total": j.Total, "rate": int64(j.Rate * 1000), "changed_at": now.UnixMicro(), "lease_until": now.Add(leaseSpan).UnixMicro(),
	}, store.Row{"id": j.ID, "holder": r.holder})
	return err
}

// problem is why a job failed, as it is kept: a code and the fields at fault.
type problem struct {
	Code   string             `json:"code"`
	Token  string             `json:"token,omitempty"`
	Fields []record.FieldNote `json:"fields,omitempty"`
}

// explain turns an error into what is kept of it; false when nobody foresaw it.
func explain(err error) (problem, bool) {
	var re *record.Error
	var sp *schema.Problem
	var qp *query.Problem
	switch {
	case errors.As(err, &re):
		return problem{Code: re.Code, Fields: re.Notes()}, true
	case errors.As(err, &sp):
		return problem{Code: sp.Code}, true
	case errors.As(err, &qp):
		return problem{Code: qp.Code, Token: qp.Token}, true
	case errors.Is(err, ErrActor):
		return problem{Code: "actor_disabled"}, true
	case errors.Is(err, store.ErrTooExpensive):
		return problem{Code: "too_expensive"}, true
	}
	return problem{Code: "unavailable"}, errors.Is(err, errPanic)
}

// finish keeps how a run ended: for good, or to be gone on with.
func (r *Run) finish(ctx context.Context, err error) error {
	if errors.Is(err, errLost) {
		return nil
	}
	now := time.Now()
	r.mu.Lock()
	j, result := &r.job, r.result
	set := store.Row{"holder": int64(0), "lease_until": int64(0), "changed_at": now.UnixMicro()}
	stopped := errors.Is(err, context.Canceled)
	failures := r.failures
	if j.Done > r.from {
		failures = 0
	}
	p, foreseen := problem{}, true
	if err != nil && !stopped {
		p, foreseen = explain(err)
	}
	switch {
	case err == nil:
		j.State = Done
	case errors.Is(err, errCancelled):
		j.State = Cancelled
	case stopped:
		j.State = Queued
	case !foreseen && failures+1 < maxFailures:
		slog.Warn("a job is tried again", "job", j.ID, "kind", j.Kind, "error", err)
		j.State = Queued
		set["failures"], set["lease_until"] = failures+1, now.Add(time.Duration(failures+1)*time.Second).UnixMicro()
	default:
		if !foreseen {
			slog.Error("a job failed", "job", j.ID, "kind", j.Kind, "error", err)
		}
		j.State = Failed
		text, err := json.Marshal(p)
		if err != nil {
			r.mu.Unlock()
			return err
		}
		j.Error = text
		set["error"] = string(text)
	}
	if j.Ended() {
		j.FinishedAt = now.UTC()
		set["finished_at"] = now.UnixMicro()
	}
	if result != nil {
		j.Result = result
		set["result"] = string(result)
	}
	j.left()
	set["state"], set["done"], set["total"], set["rate"] = j.State, j.Done, j.Total, int64(j.Rate*1000)
	copied := *j
	r.mu.Unlock()
	var n int64
	err = r.service.Records.Together(ctx, func(ctx context.Context, u *record.Unit) (err error) {
		if copied.State == Done && r.service.kind(copied.Kind).Fleeting {
			n, err = store.Delete(ctx, u.Store(), table.Name, store.Row{"id": copied.ID, "holder": r.holder})
			return err
		}
		n, err = store.Update(ctx, u.Store(), table.Name, set, store.Row{"id": copied.ID, "holder": r.holder})
		if err != nil || n == 0 || !copied.Ended() || r.service.Ended == nil {
			return err
		}
		return r.service.Ended(ctx, u, copied)
	})
	if err == nil && n > 0 {
		r.service.tell(copied)
	}
	return err
}
