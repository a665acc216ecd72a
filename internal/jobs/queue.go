package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	_ "modernc.org/sqlite" // River's own database beside an embedded one

	"ecrm/internal/store"
)

const (
	// atOnce is how many jobs one node runs at the same time.
	atOnce = 4
	// sweepEvery is how often jobs are looked for that River does not know:
	// those of a node that died, those to be tried again.
	sweepEvery = 2 * time.Second
	// memoryPoll is how often River looks by itself for what it was told of.
	memoryPoll = 2 * time.Second
	// postgresPoll is how long a job waits at most where a notice was lost.
	postgresPoll = 300 * time.Millisecond
	// watchEvery is how often other nodes' jobs are looked at.
	watchEvery = 500 * time.Millisecond
	// stopPatience is how long a stopping node waits for its jobs to leave.
	stopPatience = 10 * time.Second
)

// queue is River, whichever database it works on.
type queue interface {
	add(ctx context.Context, id, attempt int64) error
	stop(ctx context.Context) error
}

// task is all River is told of a job.
type task struct {
	ID int64 `json:"id" river:"unique"`
	// Attempt tells a job taken over from the one River believes to be running.
	Attempt int64 `json:"attempt" river:"unique"`
}

// Kind names the task to River.
func (task) Kind() string { return "ecrm_job" }

type worker struct {
	river.WorkerDefaults[task]
	service *Service
}

// Timeout: a job may take as long as it needs.
func (worker) Timeout(*river.Job[task]) time.Duration { return -1 }

// Work runs the job the task names.
func (w worker) Work(ctx context.Context, job *river.Job[task]) error {
	w.service.work(ctx, job.Args.ID)
	return nil
}

type riverQueue[TTx any] struct {
	client *river.Client[TTx]
	close  func()
}

func (q *riverQueue[TTx]) add(ctx context.Context, id, attempt int64) error {
	_, err := q.client.Insert(ctx, task{id, attempt}, &river.InsertOpts{
		MaxAttempts: 1,
		// While one waits another need not; after five minutes one may have been
		// lost with its node before it was claimed.
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: 5 * time.Minute, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	})
	return err
}

func (q *riverQueue[TTx]) stop(ctx context.Context) error {
	err := q.client.StopAndCancel(ctx)
	q.close()
	return err
}

func open[TTx any](ctx context.Context, s *Service, driver riverdriver.Driver[TTx], closeDB func()) (queue, error) {
	logger := slog.New(quiet{slog.Default().Handler()})
	if _, err := migrate(ctx, driver, logger, false); err != nil {
		return nil, err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, worker{service: s})
	memory := driver.DatabaseName() == riverdriver.DatabaseNameSQLite
	poll := postgresPoll
	if memory {
		poll = memoryPoll
	}
	client, err := river.NewClient(driver, &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}}, Workers: workers, Logger: logger,
		JobTimeout: -1, PollOnly: memory, FetchCooldown: 20 * time.Millisecond, FetchPollInterval: poll,
		CompletedJobRetentionPeriod: time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start the job queue: %w", err)
	}
	return &riverQueue[TTx]{client, closeDB}, nil
}

// migrate makes River's tables, or with dry only tells what it would run.
func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], logger *slog.Logger, dry bool) ([]rivermigrate.MigrateVersion, error) {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("prepare the job queue: %w", err)
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{DryRun: dry})
	if err != nil {
		return nil, fmt.Errorf("prepare the job queue: %w", err)
	}
	return result.Versions, nil
}

// Plan lists what running jobs would change in the database; nothing on SQLite,
// where the queue is in memory.
func Plan(ctx context.Context, db *store.DB) ([]store.Change, error) {
	if !db.Postgres() {
		return nil, nil
	}
	steps, err := migrate(ctx, riverpgxv5.New(db.Pool()), slog.New(quiet{slog.Default().Handler()}), true)
	var plan []store.Change
	for _, v := range steps {
		name := fmt.Sprintf("%d (%s)", v.Version, v.Name)
		plan = append(plan, store.Change{Kind: store.AddStep, Table: "the job queue", Name: name, SQL: strings.TrimSpace(v.SQL)})
	}
	return plan, err
}

// Prepare makes the tables of the queue where the database keeps it.
func Prepare(ctx context.Context, db *store.DB) error {
	if !db.Postgres() {
		return nil
	}
	return inTurn(ctx, db, func() error {
		_, err := migrate(ctx, riverpgxv5.New(db.Pool()), slog.New(quiet{slog.Default().Handler()}), false)
		return err
	})
}

// inTurn lets nodes that start together make River's tables one after another.
func inTurn(ctx context.Context, db *store.DB, do func() error) error {
	if err := db.InTurn(ctx, do); err != nil {
		return fmt.Errorf("open the job queue: %w", err)
	}
	return nil
}

// quiet drops what River says of its own coming and going.
type quiet struct{ slog.Handler }

// Enabled lets warnings and errors through.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// alone is River's driver for a database that no other process writes to: there
// is nothing to listen for, and what is added here is fetched at once.
type alone struct{ *riversqlite.Driver }

// SupportsListener tells River to wake itself.
func (alone) SupportsListener() bool { return false }

// SupportsListenNotify tells River that there is nobody to notify.
func (alone) SupportsListenNotify() bool { return false }

var memories atomic.Int64

// openMemory opens River on a database in memory: all it holds there follows
// from the table job, and dies with the process as the runs do.
func (s *Service) openMemory(ctx context.Context) (queue, error) {
	db, err := sql.Open("sqlite", "file:/ecrm-jobs-"+strconv.FormatInt(memories.Add(1), 10)+"?vfs=memdb&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	// One connection only holds the database alive, should the other break.
	db.SetMaxOpenConns(2)
	db.SetMaxIdleConns(2)
	held, err := db.Conn(ctx)
	if err == nil {
		err = held.PingContext(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the job queue: %w", err), db.Close())
	}
	shut := func() { _ = held.Close(); _ = db.Close() }
	q, err := open(ctx, s, riverdriver.Driver[*sql.Tx](alone{riversqlite.New(db)}), shut)
	if err != nil {
		shut()
	}
	return q, err
}

// openPostgres opens River on the common database, whose nodes share the work.
func (s *Service) openPostgres(ctx context.Context, db *store.DB) (q queue, err error) {
	err = inTurn(ctx, db, func() (err error) {
		q, err = open(ctx, s, riverpgxv5.New(db.Pool()), func() {})
		return err
	})
	return q, err
}

// Work begins to run jobs on this node, those first that were interrupted.
func (s *Service) Work(ctx context.Context) error {
	db := s.Records.DB
	if !db.Postgres() {
		// The folder has one owner: whatever ran here died with the process before.
		if err := db.Write(ctx, func(ctx context.Context, tx store.Querier) error {
			_, err := store.Update(ctx, tx, table.Name, store.Row{"lease_until": int64(0)}, store.Row{"state": Running})
			return err
		}); err != nil {
			return err
		}
	}
	var q queue
	var err error
	if db.Postgres() {
		q, err = s.openPostgres(ctx, db)
	} else {
		q, err = s.openMemory(ctx)
	}
	if err != nil {
		return err
	}
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.mu.Lock()
	s.queue, s.stop, s.swept = q, stop, make(chan struct{})
	s.mu.Unlock()
	go s.sweepOn(sweeping)
	if db.Postgres() {
		go s.watch(sweeping)
	}
	return nil
}

// Stop has this node's jobs leave at their last checkpoint; they go on where
// and when jobs are next run.
func (s *Service) Stop() {
	s.mu.Lock()
	q, stop, swept := s.queue, s.stop, s.swept
	s.queue = nil
	s.mu.Unlock()
	if q == nil {
		return
	}
	stop()
	<-swept
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	if err := q.stop(ctx); err != nil {
		slog.Warn("jobs did not leave in time", "error", err)
	}
}

// Wake has a job that was added begin at once.
func (s *Service) Wake(ctx context.Context, id int64) {
	s.mu.Lock()
	q := s.queue
	s.mu.Unlock()
	if q == nil {
		return // whoever works next finds it
	}
	if err := q.add(context.WithoutCancel(ctx), id, 0); err != nil {
		slog.Warn("a job is left to the next look", "job", id, "error", err)
	}
}

func (s *Service) sweepOn(ctx context.Context) {
	defer close(s.swept)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("look for jobs", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweep hands River the jobs that wait and those whose run died.
func (s *Service) sweep(ctx context.Context) error {
	rows, err := store.DueJobs(ctx, s.Records.DB, "id, attempts", []string{Queued, Running}, time.Now().UnixMicro(), 1000)
	if err != nil {
		return err
	}
	s.mu.Lock()
	q := s.queue
	s.mu.Unlock()
	for _, r := range rows {
		id, _ := r[0].(int64)
		attempt, _ := r[1].(int64)
		if q == nil {
			return nil
		}
		if err := q.add(ctx, id, attempt); err != nil {
			return err
		}
	}
	return nil
}

// watch tells those who follow on this node of jobs that other nodes run.
func (s *Service) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	// Rows appear a little later than the instant they carry.
	const late = 2 * time.Second
	told := map[int64]int64{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		idle := len(s.followers) == 0
		s.mu.Unlock()
		if idle {
			continue
		}
		rows, err := store.ChangedJobs(ctx, s.Records.DB, columns, time.Now().Add(-late).UnixMicro(), 1000)
		if err != nil {
			if ctx.Err() == nil {
				slog.Warn("watch the jobs of other nodes", "error", err)
			}
			continue
		}
		recent := map[int64]int64{}
		for _, row := range rows {
			j, changed := scan(row)
			recent[j.ID] = changed
			if told[j.ID] != changed && !s.runsHere(j.ID) {
				s.tell(j)
			}
		}
		told = recent
	}
}

// runsHere tells whether this node runs the job, and tells of it itself.
func (s *Service) runsHere(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[id] != nil
}
