// Package jobs runs what a person would call a job: an import, an export, a
// bulk edit. The table job is the truth about each: what it is, how far it is,
// what its last checkpoint was, who began it. River decides when and on which
// node one runs (see docs/adr/0001-jobs-on-river.md).
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// The states of a job.
const (
	Queued    = "queued"
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// ErrActor is answered for a person who may no longer act; his jobs stop.
var ErrActor = errors.New("the person may no longer act")

var table = store.Declare(store.Table{
	Name: "job",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "kind", Kind: schema.KindText}, {Name: "state", Kind: schema.KindText},
		{Name: "object", Kind: schema.KindText}, {Name: "title", Kind: schema.KindText},
		{Name: "input", Kind: schema.KindText}, {Name: "checkpoint", Kind: schema.KindText},
		{Name: "result", Kind: schema.KindText}, {Name: "error", Kind: schema.KindText},
		{Name: "done", Kind: schema.KindInt}, {Name: "total", Kind: schema.KindInt},
		{Name: "rate", Kind: schema.KindInt}, // thousandths a second
		{Name: "created_by", Kind: schema.KindInt}, {Name: "origin", Kind: schema.KindText}, {Name: "undo_of", Kind: schema.KindInt},
		// scopes are those of the API token through which it was begun, with spaces between; NULL: in person.
		{Name: "scopes", Kind: schema.KindText},
		{Name: "created_at", Kind: schema.KindInt}, {Name: "started_at", Kind: schema.KindInt},
		{Name: "finished_at", Kind: schema.KindInt}, {Name: "changed_at", Kind: schema.KindInt},
		// holder is the claim of the one run that may write; lease_until is when
		// others may take the job over, or try it again.
		{Name: "holder", Kind: schema.KindInt}, {Name: "lease_until", Kind: schema.KindInt},
		{Name: "attempts", Kind: schema.KindInt}, {Name: "failures", Kind: schema.KindInt}, {Name: "cancel", Kind: schema.KindBool},
	},
	Key:     []string{"id"},
	Indexes: []string{"created_by, id", "state, id", "changed_at", "undo_of"},
})

// Kind is something a person would call a job.
type Kind struct {
	Name string
	// Fleeting jobs are the system's own and leave nothing behind once they are done.
	Fleeting bool
	// Run does the work, from the last checkpoint on. It ends soon after ctx
	// does, and answers its error then.
	Run func(ctx context.Context, r *Run) error
}

// Job is what people see of one.
type Job struct {
	ID     int64  `json:"id,string"`
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Object string `json:"object,omitempty"`
	Title  string `json:"title"`
	Done   int64  `json:"done"`
	Total  int64  `json:"total"`
	// Rate is in units a second, Left in seconds.
	Rate      float64         `json:"rate"`
	Left      float64         `json:"seconds_left"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     json.RawMessage `json:"error,omitempty"`
	CreatedBy int64           `json:"created_by,string"`
	UndoOf    int64           `json:"undo_of,string,omitempty"`
	// Undoable tells that what it did can be taken back; whoever shows the job knows.
	Undoable   bool      `json:"undoable"`
	CreatedAt  time.Time `json:"created_at"`
	StartedAt  time.Time `json:"started_at,omitzero"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
}

// Ended tells whether nothing more will happen to the job.
func (j Job) Ended() bool { return j.State == Done || j.State == Failed || j.State == Cancelled }

const columns = "id, kind, state, object, title, done, total, rate, result, error, created_by, undo_of, created_at, started_at, finished_at, changed_at"

func scan(row []any) (j Job, changed int64) {
	text := func(i int) string { s, _ := row[i].(string); return s }
	number := func(i int) int64 { n, _ := row[i].(int64); return n }
	instant := func(i int) time.Time {
		if n := number(i); n != 0 {
			return time.UnixMicro(n).UTC()
		}
		return time.Time{}
	}
	j = Job{
		ID: number(0), Kind: text(1), State: text(2), Object: text(3), Title: text(4), Done: number(5), Total: number(6),
		Rate: float64(number(7)) / 1000, CreatedBy: number(10), UndoOf: number(11),
		CreatedAt: instant(12), StartedAt: instant(13), FinishedAt: instant(14),
	}
	if r := text(8); r != "" {
		j.Result = json.RawMessage(r)
	}
	if e := text(9); e != "" {
		j.Error = json.RawMessage(e)
	}
	j.left()
	return j, number(15)
}

func (j *Job) left() {
	j.Left = 0
	if j.State == Running && j.Rate > 0 && j.Total > j.Done {
		j.Left = float64(j.Total-j.Done) / j.Rate
	}
}

// Service keeps the jobs and, once Work was called, runs them.
type Service struct {
	Records *record.Service
	// Ended is called with a job that ended, in the transaction in which it does; nil:
	// nobody wants to know.
	Ended   func(ctx context.Context, u *record.Unit, j Job) error
	actorOf func(ctx context.Context, user int64) (*policy.Actor, error)

	mu        sync.Mutex
	kinds     map[string]Kind
	queue     queue
	stop      context.CancelFunc
	swept     chan struct{}
	running   map[int64]context.CancelCauseFunc
	followers map[chan Job]bool
}

// New makes the service. actorOf tells who a user is now, and answers ErrActor
// for one who may no longer act.
func New(records *record.Service, actorOf func(ctx context.Context, user int64) (*policy.Actor, error)) *Service {
	return &Service{
		Records: records, actorOf: actorOf, kinds: map[string]Kind{},
		running: map[int64]context.CancelCauseFunc{}, followers: map[chan Job]bool{},
	}
}

// Register adds a kind; call it before Work.
func (s *Service) Register(k Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kinds[k.Name] = k
}

// Start begins a job in the actor's name. input is kept as JSON until the job
// runs, here or on another node. The caller has checked the right.
func (s *Service) Start(ctx context.Context, a *policy.Actor, kind, object, title string, input any) (Job, error) {
	var j Job
	err := s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) (err error) {
		j, err = s.Add(ctx, tx, a, Job{Kind: kind, Object: object, Title: title}, input)
		return err
	})
	if err != nil {
		return Job{}, err
	}
	s.Wake(ctx, j.ID)
	return j, nil
}

// Active tells whether a job of a kind waits to begin or runs.
func (s *Service) Active(ctx context.Context, kind string) (bool, error) {
	for _, state := range []string{Queued, Running} {
		rows, err := store.Find(ctx, s.Records.DB, table.Name, "id", store.Row{"kind": kind, "state": state}, "LIMIT 1")
		if err != nil || len(rows) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// Add keeps a job in the caller's own transaction: it begins after the commit,
// at once when Wake is called, else within seconds.
func (s *Service) Add(ctx context.Context, tx store.Querier, a *policy.Actor, j Job, input any) (Job, error) {
	s.mu.Lock()
	_, known := s.kinds[j.Kind]
	s.mu.Unlock()
	if !known {
		return Job{}, fmt.Errorf("no job is of the kind %q", j.Kind)
	}
	text, err := json.Marshal(input)
	if err != nil {
		return Job{}, fmt.Errorf("keep the input of a job: %w", err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	if j.ID == 0 {
		j.ID = s.Records.IDs.Next()
	}
	j.State, j.CreatedBy, j.CreatedAt = Queued, a.ID, now
	var scopes any
	if a.Grants != nil {
		scopes = strings.Join(a.Grants, " ")
	}
	err = store.Insert(ctx, tx, table.Name, store.Row{
		"id": j.ID, "kind": j.Kind, "scopes": scopes, "state": j.State, "object": j.Object, "title": j.Title, "input": string(text),
		"done": int64(0), "total": j.Total, "rate": int64(0), "created_by": a.ID, "origin": a.Origin, "undo_of": j.UndoOf,
		"created_at": now.UnixMicro(), "changed_at": now.UnixMicro(), "holder": int64(0), "lease_until": int64(0),
		"attempts": int64(0), "failures": int64(0), "cancel": false,
	})
	return j, err
}

// mine limits a selection of jobs to those the actor may see: his own, and for
// administrators all.
func mine(a *policy.Actor, where store.Row) store.Row {
	if !a.Admin() {
		where["created_by"] = a.ID
	}
	return where
}

// Get reads a job of the actor's; administrators read everybody's.
func (s *Service) Get(ctx context.Context, a *policy.Actor, id int64) (Job, error) {
	rows, err := store.Find(ctx, s.Records.DB, table.Name, columns, mine(a, store.Row{"id": id}), "")
	if err != nil {
		return Job{}, err
	}
	if len(rows) == 0 {
		return Job{}, &record.Error{Code: "not_found"}
	}
	j, _ := scan(rows[0])
	return j, nil
}

// Input reads what a job was begun with, for the service it belongs to.
func (s *Service) Input(ctx context.Context, id int64, v any) error {
	rows, err := store.Find(ctx, s.Records.DB, table.Name, "input", store.Row{"id": id}, "")
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return &record.Error{Code: "not_found"}
	}
	text, _ := rows[0][0].(string)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("read the input of a job: %w", err)
	}
	return nil
}

// Waiting tells whether a job of a kind has yet to begin.
func (s *Service) Waiting(ctx context.Context, kind string) (bool, error) {
	rows, err := store.Find(ctx, s.Records.DB, table.Name, "id", store.Row{"kind": kind, "state": Queued}, "LIMIT 1")
	return len(rows) > 0, err
}

// maxList is the most jobs one list holds.
const maxList = 200

// List reads the newest jobs the actor may see.
func (s *Service) List(ctx context.Context, a *policy.Actor, limit int) ([]Job, error) {
	rows, err := store.Find(ctx, s.Records.DB, table.Name, columns, mine(a, store.Row{}), "ORDER BY id DESC LIMIT "+strconv.Itoa(max(1, min(limit, maxList))))
	if err != nil {
		return nil, err
	}
	list := make([]Job, 0, len(rows))
	for _, r := range rows {
		j, _ := scan(r)
		list = append(list, j)
	}
	return list, nil
}

// Cancel ends a job that waits, and stops one that runs within a second. One
// that has ended is a conflict.
func (s *Service) Cancel(ctx context.Context, a *policy.Actor, id int64) error {
	if _, err := s.Get(ctx, a, id); err != nil {
		return err
	}
	now := time.Now().UnixMicro()
	waiting, found := int64(0), int64(0)
	err := s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) (err error) {
		found = 0
		waiting, err = store.Update(ctx, tx, table.Name, store.Row{"state": Cancelled, "finished_at": now, "changed_at": now}, store.Row{"id": id, "state": Queued})
		if err != nil || waiting > 0 {
			return err
		}
		found, err = store.Update(ctx, tx, table.Name, store.Row{"cancel": true}, store.Row{"id": id, "state": Running})
		return err
	})
	switch {
	case err != nil:
		return err
	case waiting+found == 0:
		return &record.Error{Code: "conflict"}
	}
	s.mu.Lock()
	cancel := s.running[id]
	s.mu.Unlock()
	if found > 0 && cancel != nil {
		cancel(errCancelled)
	}
	if waiting > 0 {
		if j, err := s.Get(ctx, a, id); err == nil {
			s.tell(j)
		}
	}
	return nil
}

// Follow gives a stream of what becomes of jobs, everybody's: the caller tells
// each person only of his own. One who does not read in time misses some. stop
// ends it.
func (s *Service) Follow() (stream <-chan Job, stop func()) {
	c := make(chan Job, 256)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followers[c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.followers, c)
	}
}

func (s *Service) tell(j Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.followers {
		select {
		case c <- j:
		default:
		}
	}
}
