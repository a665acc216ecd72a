package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/dbtest"
	"ecrm/internal/identity"
	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// units is what the jobs of these tests do: each unit once, or its key clashes.
var units = store.Declare(store.Table{
	Name:    "test_unit",
	Columns: []schema.Column{{Name: "job_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}},
	Key:     []string{"job_id", "n"},
})

type counting struct {
	Units int64 `json:"units"`
	Pause time.Duration
}

// count does its units one after another, each with its checkpoint.
func count(records *record.Service) func(ctx context.Context, r *jobs.Run) error {
	return func(ctx context.Context, r *jobs.Run) error {
		var in counting
		if err := r.Input(&in); err != nil {
			return err
		}
		var done int64
		if _, err := r.Checkpoint(&done); err != nil {
			return err
		}
		for ; done < in.Units; r.Progress(done, in.Units) {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
				if err := store.Insert(ctx, tx, units.Name, store.Row{"job_id": r.Job().ID, "n": done}); err != nil {
					return err
				}
				return r.Save(ctx, tx, done+1)
			})
			if err != nil {
				return err
			}
			done++
			time.Sleep(in.Pause)
		}
		r.Result(map[string]int64{"units": done})
		return nil
	}
}

// node is one process of the product, without HTTP.
type node struct {
	*app.App
	t       *testing.T
	admin   *policy.Actor
	members map[string]*policy.Actor
}

func open(t *testing.T, dsn, folder string) *node {
	t.Helper()
	c := app.Config{Data: folder}
	if strings.HasPrefix(dsn, "postgres") {
		c.Database = dsn
	} else {
		c.Data = strings.TrimSuffix(strings.TrimPrefix(dsn, "sqlite:"), "/ecrm.db")
	}
	a, err := app.Open(t.Context(), c, app.Modules())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	n := &node{App: a, t: t, members: map[string]*policy.Actor{}}
	a.Jobs.Register(jobs.Kind{Name: "count", Run: count(a.Records)})
	return n
}

// people sets the company up with an administrator and two salespeople.
func (n *node) people() {
	n.t.Helper()
	ctx := n.t.Context()
	id, err := n.Identity.SetUp(ctx, identity.Company{Name: "測試", Language: "zh-TW"}, "Admin", "admin", "password1")
	if err != nil {
		n.t.Fatal(err)
	}
	n.admin = n.actor(id)
	for _, login := range []string{"ann", "bob"} {
		id, err := n.Identity.AddUser(ctx, n.admin, record.Input{"name": login, "login": login, "role": "salesperson"}, "password1", false)
		if err != nil {
			n.t.Fatal(err)
		}
		n.members[login] = n.actor(id)
	}
}

func (n *node) actor(id int64) *policy.Actor {
	n.t.Helper()
	a, _, err := n.Identity.ActorOf(n.t.Context(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	return a
}

func (n *node) work() {
	n.t.Helper()
	if err := n.Jobs.Work(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) start(a *policy.Actor, kind string, input any) jobs.Job {
	n.t.Helper()
	j, err := n.Jobs.Start(n.t.Context(), a, kind, "", "", input)
	if err != nil {
		n.t.Fatal(err)
	}
	return j
}

// until waits for a job to fit.
func (n *node) until(id int64, what string, fits func(jobs.Job) bool) jobs.Job {
	n.t.Helper()
	var j jobs.Job
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var err error
		if j, err = n.Jobs.Get(n.t.Context(), policy.System(n.Records.Current.Load(), "test"), id); err != nil {
			n.t.Fatal(err)
		}
		if fits(j) {
			return j
		}
	}
	n.t.Fatalf("the job is not %s: %+v, error %s", what, j, j.Error)
	return j
}

func (n *node) ended(id int64) jobs.Job {
	n.t.Helper()
	return n.until(id, "at its end", jobs.Job.Ended)
}

func (n *node) did(id int64) int64 {
	n.t.Helper()
	rows, err := n.DB.Query(n.t.Context(), "SELECT count(*) FROM test_unit WHERE job_id = ?", id)
	if err != nil {
		n.t.Fatal(err)
	}
	c, _ := rows[0][0].(int64)
	return c
}

func TestJobRunsAndTellsHowFarItIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		n.work()
		told, stop := n.Jobs.Follow()
		defer stop()
		j := n.start(n.members["ann"], "count", counting{Units: 30, Pause: 20 * time.Millisecond})
		if j.State != jobs.Queued {
			t.Errorf("a new job is %s", j.State)
		}
		j = n.ended(j.ID)
		if j.State != jobs.Done || j.Done != 30 || j.Total != 30 || string(j.Result) != `{"units":30}` || n.did(j.ID) != 30 {
			t.Errorf("ended as %+v with %s, %d units", j, j.Result, n.did(j.ID))
		}
		if j.StartedAt.IsZero() || j.FinishedAt.Before(j.StartedAt) {
			t.Errorf("started %v, finished %v", j.StartedAt, j.FinishedAt)
		}
		var middle, last bool
		// The end can be read a moment before it is told.
		for deadline := time.After(30 * time.Second); !last; {
			var got jobs.Job
			select {
			case got = <-told:
			case <-deadline:
				t.Fatalf("not told of the end; of progress: %t", middle)
			}
			middle = middle || got.State == jobs.Running && got.Done > 0 && got.Done < 30 && got.Rate > 0 && got.Left > 0
			last = last || got.State == jobs.Done
		}
		if !middle {
			t.Error("not told of progress")
		}
	})
}

func TestJobGoesOnFromItsCheckpointAfterAStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		folder := t.TempDir()
		n := open(t, dsn, folder)
		n.people()
		n.work()
		j := n.start(n.members["ann"], "count", counting{Units: 100, Pause: 5 * time.Millisecond})
		n.until(j.ID, "under way", func(jobs.Job) bool { return n.did(j.ID) > 10 })
		n.Close()
		n = open(t, dsn, folder)
		before := n.did(j.ID)
		if before >= 100 {
			t.Fatal("the job had ended before the stop")
		}
		n.work()
		if j = n.ended(j.ID); j.State != jobs.Done || n.did(j.ID) != 100 {
			t.Errorf("ended as %+v with %d units", j, n.did(j.ID))
		}
	})
}

const (
	killedDSN  = "ECRM_TEST_KILLED_DSN"
	killedData = "ECRM_TEST_KILLED_DATA"
)

// TestKilledProcess is the process that TestJobGoesOnAfterKill kills.
func TestKilledProcess(t *testing.T) {
	if os.Getenv(killedDSN) == "" {
		t.Skip("only as a process of TestJobGoesOnAfterKill")
	}
	n := open(t, os.Getenv(killedDSN), os.Getenv(killedData))
	n.work()
	select {}
}

func TestJobGoesOnAfterKill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		folder := t.TempDir()
		n := open(t, dsn, folder)
		n.people()
		j := n.start(n.members["ann"], "count", counting{Units: 400, Pause: 3 * time.Millisecond})
		process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcess$", "-test.timeout=1m")
		process.Env = append(os.Environ(), killedDSN+"="+dsn, killedData+"="+folder)
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = process.Process.Kill() }()
		n.until(j.ID, "under way", func(jobs.Job) bool { return n.did(j.ID) > 20 })
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait()
		n.Close()
		n = open(t, dsn, folder)
		before := n.did(j.ID)
		if before == 0 || before == 400 {
			t.Fatalf("killed after %d of 400 units", before)
		}
		n.work()
		if j = n.ended(j.ID); j.State != jobs.Done || n.did(j.ID) != 400 {
			t.Errorf("ended as %+v with %d units", j, n.did(j.ID))
		}
	})
}

func TestJobIsCancelledWithinASecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		n.work()
		ann := n.members["ann"]
		j := n.start(ann, "count", counting{Units: 100_000, Pause: time.Millisecond})
		n.until(j.ID, "under way", func(jobs.Job) bool { return n.did(j.ID) > 5 })
		asked := time.Now()
		if err := n.Jobs.Cancel(t.Context(), ann, j.ID); err != nil {
			t.Fatal(err)
		}
		j = n.ended(j.ID)
		if j.State != jobs.Cancelled || time.Since(asked) > time.Second {
			t.Errorf("%s after %v", j.State, time.Since(asked))
		}
		did := n.did(j.ID)
		time.Sleep(50 * time.Millisecond)
		if n.did(j.ID) != did {
			t.Error("a cancelled job goes on")
		}
		if err := n.Jobs.Cancel(t.Context(), ann, j.ID); !record.IsCode(err, "conflict") {
			t.Errorf("cancelled twice: %v", err)
		}
	})
}

func TestJobThatWaitsIsCancelledAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		ann := n.members["ann"]
		j := n.start(ann, "count", counting{Units: 3})
		if err := n.Jobs.Cancel(t.Context(), ann, j.ID); err != nil {
			t.Fatal(err)
		}
		n.work()
		other := n.start(ann, "count", counting{Units: 3})
		n.ended(other.ID)
		if j, err := n.Jobs.Get(t.Context(), ann, j.ID); err != nil || j.State != jobs.Cancelled || n.did(j.ID) != 0 {
			t.Errorf("%+v, %v, %d units", j, err, n.did(j.ID))
		}
	})
}

func TestJobsOfOthersDoNotExist(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		ann, bob := n.members["ann"], n.members["bob"]
		j := n.start(ann, "count", counting{Units: 1})
		if _, err := n.Jobs.Get(t.Context(), bob, j.ID); !record.IsCode(err, "not_found") {
			t.Errorf("another's job: %v", err)
		}
		if err := n.Jobs.Cancel(t.Context(), bob, j.ID); !record.IsCode(err, "not_found") {
			t.Errorf("cancel another's job: %v", err)
		}
		for who, want := range map[*policy.Actor]int{ann: 1, bob: 0, n.admin: 1} {
			if list, err := n.Jobs.List(t.Context(), who, 10); err != nil || len(list) != want {
				t.Errorf("%s sees %d jobs, want %d (%v)", who.Name, len(list), want, err)
			}
		}
	})
}

func TestJobStopsWhenItsPersonIsDisabled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		n.work()
		ann := n.members["ann"]
		running := n.start(ann, "count", counting{Units: 100_000, Pause: time.Millisecond})
		n.until(running.ID, "under way", func(jobs.Job) bool { return n.did(running.ID) > 5 })
		registry := n.Records.Current.Load()
		if err := n.Records.Update(t.Context(), n.admin, registry.Object("user"), ann.ID, record.Input{"active": false}, 0); err != nil {
			t.Fatal(err)
		}
		later := n.start(ann, "count", counting{Units: 3})
		for _, id := range []int64{running.ID, later.ID} {
			if j := n.ended(id); j.State != jobs.Failed || !strings.Contains(string(j.Error), "actor_disabled") {
				t.Errorf("%s with %s", j.State, j.Error)
			}
		}
		if n.did(later.ID) != 0 {
			t.Error("a job began for a person who was disabled")
		}
	})
}

func TestJobThatFailsSaysWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		var tries atomic.Int64
		n.Jobs.Register(jobs.Kind{Name: "refused", Run: func(context.Context, *jobs.Run) error { return record.Invalid("name", "required") }})
		n.Jobs.Register(jobs.Kind{Name: "panics", Run: func(context.Context, *jobs.Run) error { panic("boom") }})
		n.Jobs.Register(jobs.Kind{Name: "shaky", Run: func(context.Context, *jobs.Run) error {
			if tries.Add(1) < 3 {
				return errors.New("the disk is away")
			}
			return nil
		}})
		n.work()
		ann := n.members["ann"]
		refused, panics, shaky := n.start(ann, "refused", nil), n.start(ann, "panics", nil), n.start(ann, "shaky", nil)
		if j := n.ended(refused.ID); j.State != jobs.Failed || !strings.Contains(string(j.Error), `"required"`) {
			t.Errorf("%s with %s", j.State, j.Error)
		}
		if j := n.ended(panics.ID); j.State != jobs.Failed || !strings.Contains(string(j.Error), `"unavailable"`) {
			t.Errorf("%s with %s", j.State, j.Error)
		}
		if j := n.ended(shaky.ID); j.State != jobs.Done || tries.Load() != 3 {
			t.Errorf("%s after %d tries", j.State, tries.Load())
		}
		if _, err := n.Jobs.Start(t.Context(), ann, "nonsense", "", "", nil); err == nil {
			t.Error("a job of no kind was begun")
		}
	})
}

// What is unforeseen again and again ends a job only where it gets no further: a database
// that is away now and then does not end one that takes hours.
func TestJobThatGetsFurtherEachTimeIsNotGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		n.Jobs.Register(jobs.Kind{Name: "stumbles", Run: func(ctx context.Context, r *jobs.Run) error {
			var done int64
			if _, err := r.Checkpoint(&done); err != nil {
				return err
			}
			if done++; done == 5 {
				return nil
			}
			if err := n.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error { return r.Save(ctx, tx, done) }); err != nil {
				return err
			}
			r.Progress(done, 5)
			return errors.New("the database is away")
		}})
		n.work()
		if j := n.ended(n.start(n.members["ann"], "stumbles", nil).ID); j.State != jobs.Done {
			t.Errorf("it is %s at %d", j.State, j.Done)
		}
	})
}

func TestManyJobsRunEachOnceOnTwoNodes(t *testing.T) {
	dsn, folder := dbtest.Postgres(t), t.TempDir()
	a := open(t, dsn, folder)
	a.people()
	b := open(t, dsn, folder)
	var mu sync.Mutex
	runs, here := map[int64]int{}, map[*node]int{}
	for _, n := range []*node{a, b} {
		n.Jobs.Register(jobs.Kind{Name: "once", Run: func(_ context.Context, r *jobs.Run) error {
			mu.Lock()
			runs[r.Job().ID]++
			here[n]++
			mu.Unlock()
			time.Sleep(20 * time.Millisecond)
			return nil
		}})
		n.work()
	}
	var ids []int64
	for range 40 {
		ids = append(ids, a.start(a.members["ann"], "once", nil).ID)
	}
	for _, id := range ids {
		a.ended(id)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, id := range ids {
		if runs[id] != 1 {
			t.Errorf("a job ran %d times", runs[id])
		}
	}
	if here[a] == 0 || here[b] == 0 {
		t.Errorf("node a ran %d, node b %d", here[a], here[b])
	}
}

func TestJobIsCancelledAndFollowedFromAnotherNode(t *testing.T) {
	dsn, folder := dbtest.Postgres(t), t.TempDir()
	a := open(t, dsn, folder)
	a.people()
	a.work()
	j := a.start(a.members["ann"], "count", counting{Units: 100_000, Pause: time.Millisecond})
	a.until(j.ID, "under way", func(jobs.Job) bool { return a.did(j.ID) > 5 })
	b := open(t, dsn, folder)
	b.work()
	told, stop := b.Jobs.Follow()
	defer stop()
	progress := <-told
	if progress.ID != j.ID || progress.State != jobs.Running {
		t.Errorf("node b is told %+v", progress)
	}
	asked := time.Now()
	if err := b.Jobs.Cancel(t.Context(), a.members["ann"], j.ID); err != nil {
		t.Fatal(err)
	}
	if j := b.ended(j.ID); j.State != jobs.Cancelled || time.Since(asked) > time.Second {
		t.Errorf("%s after %v", j.State, time.Since(asked))
	}
	for deadline := time.After(3 * time.Second); ; {
		select {
		case got := <-told:
			if got.State == jobs.Cancelled {
				return
			}
		case <-deadline:
			t.Fatal("node b is not told of the end")
		}
	}
}

func TestRunThatLostItsJobWritesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		n := open(t, dsn, t.TempDir())
		n.people()
		entered, robbed := make(chan int64), make(chan struct{})
		saved := make(chan error, 1)
		n.Jobs.Register(jobs.Kind{Name: "slow", Run: func(ctx context.Context, r *jobs.Run) error {
			entered <- r.Job().ID
			<-robbed
			err := n.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
				if err := store.Insert(ctx, tx, units.Name, store.Row{"job_id": r.Job().ID, "n": int64(1)}); err != nil {
					return err
				}
				return r.Save(ctx, tx, 1)
			})
			saved <- err
			return err
		}})
		n.work()
		n.start(n.members["ann"], "slow", nil)
		id := <-entered
		// As if this node had slept and another had taken the job over.
		if _, err := n.DB.Exec(t.Context(), "UPDATE job SET holder = 1, lease_until = ? WHERE id = ?", time.Now().Add(time.Minute).UnixMicro(), id); err != nil {
			t.Fatal(err)
		}
		close(robbed)
		if err := <-saved; err == nil {
			t.Error("a run that lost its job kept its checkpoint")
		}
		if n.did(id) != 0 {
			t.Error("a run that lost its job did its work")
		}
	})
}

func TestJobAsJSON(t *testing.T) {
	b, err := json.Marshal(jobs.Job{ID: 1 << 60, Kind: "export", State: jobs.Queued, CreatedBy: 7, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	want := `{"id":"1152921504606846976","kind":"export","state":"queued","title":"","done":0,"total":0,"rate":0,"seconds_left":0,"created_by":"7","undoable":false,"created_at":"2026-01-02T03:04:05Z"}`
	if err != nil || string(b) != want {
		t.Errorf("got %s (%v), want %s", b, err, want)
	}
}
