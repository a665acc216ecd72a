package dedupe

import (
	"context"
	"slices"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// FindKind is the kind of the jobs that look for duplicates over everything.
const FindKind = "find_duplicates"

const (
	// keysAtOnce is how many keys are read together, and about how often a job keeps how
	// far it is.
	keysAtOnce = 5000
	// blockMost is how many records that share a key are compared with one another: what
	// more share (a switchboard, a mail address of nobody) says nothing, and is told.
	blockMost = 60
	// entriesMost is how many entries of names with slips are held in memory at once;
	// more are looked at in several passes.
	entriesMost = 400_000
	// pairsMost is how many pairs one search keeps.
	pairsMost = 500_000
	// groupMost is how many records stand in one group at most.
	groupMost = 2 * record.MaxMerged
)

// pairs are the pairs a running search has found.
var pairTable = store.Declare(store.Table{
	Name: "duplicate_pair",
	Columns: []schema.Column{
		{Name: "run_id", Kind: schema.KindInt}, {Name: "low_id", Kind: schema.KindInt}, {Name: "high_id", Kind: schema.KindInt}, {Name: "score", Kind: schema.KindInt},
	},
	Key: []string{"run_id", "low_id", "high_id"},
})

// groupTable holds what searches found, the likeliest first.
var groupTable = store.Declare(store.Table{
	Name: "duplicate_group",
	Columns: []schema.Column{
		{Name: "id", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText}, {Name: "run_id", Kind: schema.KindInt},
		{Name: "place", Kind: schema.KindInt}, {Name: "score", Kind: schema.KindInt},
	},
	Key:     []string{"id"},
	Indexes: []string{"run_id, place", "object, run_id"},
})

var memberTable = store.Declare(store.Table{
	Name: "duplicate_member",
	Columns: []schema.Column{
		{Name: "group_id", Kind: schema.KindInt}, {Name: "record_id", Kind: schema.KindInt},
	},
	Key: []string{"group_id", "record_id"},
})

// runTable names the last search of each object that came to its end.
var runTable = store.Declare(store.Table{
	Name: "duplicate_run",
	Columns: []schema.Column{
		{Name: "object", Kind: schema.KindText}, {Name: "run_id", Kind: schema.KindInt}, {Name: "at", Kind: schema.KindInt},
	},
	Key: []string{"object"},
})

// Service looks for duplicates and keeps the queue.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
}

// New makes the service and registers its job.
func New(records *record.Service, j *jobs.Service) *Service {
	s := &Service{records, j}
	j.Register(jobs.Kind{Name: FindKind, Run: s.find})
	return s
}

// MayFind tells whether the actor may have everything searched: whoever may work the
// queue off.
func MayFind(a *policy.Actor, o *schema.Object) bool {
	return record.Mergeable(o) && a.May(o, policy.Edit) && a.May(o, policy.Remove)
}

// Find begins a search over all records of an object.
func (s *Service) Find(ctx context.Context, a *policy.Actor, o *schema.Object) (jobs.Job, error) {
	if !record.Mergeable(o) || !a.May(o, policy.View) {
		return jobs.Job{}, &record.Error{Code: "not_found"}
	}
	if !MayFind(a, o) {
		return jobs.Job{}, &record.Error{Code: "forbidden"}
	}
	return s.Jobs.Start(ctx, a, FindKind, o.Name, "", struct{}{})
}

// step is one way through the keys of a kind: block by block, or for names with slips
// one pass of several.
type step struct {
	Kind  string `json:"kind"`
	Total int64  `json:"total"`
	// Pass of Passes; 0 of 0 goes block by block.
	Pass   uint64 `json:"pass,omitempty"`
	Passes uint64 `json:"passes,omitempty"`
}

// state is how far a search is: its checkpoint.
type state struct {
	Steps []step `json:"steps"`
	At    int    `json:"at"`
	// After is the last key that was read of the step.
	After string `json:"after"`
	Done  int64  `json:"done"`
	found
}

// found is what a search came to: the result of the job.
type found struct {
	Pairs  int64 `json:"pairs"`
	Groups int64 `json:"groups"`
	// Skipped are keys that so many records share that they were left out, by kind.
	Skipped map[string]int64 `json:"skipped,omitempty"`
	// Capped tells that there were more pairs than are kept.
	Capped bool `json:"capped,omitempty"`
}

// search is a job under way.
type search struct {
	*Service
	run    *jobs.Run
	object *schema.Object
	rules  []*record.Likeness
	state  state
	total  int64
}

// find runs a search from its last checkpoint on.
func (s *Service) find(ctx context.Context, r *jobs.Run) error {
	job := r.Job()
	asker, err := r.Actor()
	if err != nil {
		return err
	}
	o := asker.Registry.Object(job.Object)
	if o == nil || !MayFind(asker, o) {
		return &record.Error{Code: "forbidden"}
	}
	// Everything is compared, whoever asks: what of it he may see the queue tells.
	all, err := s.Records.Likenesses(ctx, policy.System(asker.Registry, ""), o)
	if err != nil {
		return err
	}
	w := search{Service: s, run: r, object: o, rules: slices.DeleteFunc(slices.Clone(all), func(l *record.Likeness) bool { return !l.Searched })}
	known, err := r.Checkpoint(&w.state)
	if err != nil {
		return err
	}
	if !known {
		if err := w.begin(ctx); err != nil {
			return err
		}
	}
	for _, one := range w.state.Steps {
		w.total += one.Total
	}
	defer func() { r.Result(w.state.found) }()
	r.Progress(w.state.Done, w.total)
	for w.state.At < len(w.state.Steps) {
		now := w.state.Steps[w.state.At]
		if now.Passes > 0 {
			err = w.pass(ctx, now)
		} else {
			err = w.blocks(ctx, now)
		}
		if err != nil {
			return err
		}
	}
	return w.group(ctx)
}

// begin plans the steps and removes what earlier searches left unfinished.
func (w *search) begin(ctx context.Context) error {
	kinds, slips := map[string]bool{}, map[string]bool{}
	for _, l := range w.rules {
		for _, c := range l.Conditions {
			if c.Kind == "" || c.How == record.ByDomain {
				continue
			}
			kinds[c.Kind] = true
			slips[c.Kind] = slips[c.Kind] || c.How == record.BySlip
		}
	}
	for _, kind := range sortedKeys(kinds) {
		n, err := w.Records.DB.CountKeys(ctx, w.object.Name+"."+kind)
		if err != nil {
			return err
		}
		w.state.Steps = append(w.state.Steps, step{Kind: kind, Total: n})
		if slips[kind] {
			passes := uint64(n*10/entriesMost + 1)
			for p := range passes {
				w.state.Steps = append(w.state.Steps, step{Kind: kind, Total: n, Pass: p, Passes: passes})
			}
		}
	}
	w.state.Skipped = map[string]int64{}
	return w.sweep(ctx)
}

func sortedKeys(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for k := range set {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// blocks goes through the keys of a kind: records that share one are compared.
func (w *search) blocks(ctx context.Context, now step) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := store.KeyPage(ctx, w.Records.DB, w.object.Name+"."+now.Kind, w.state.After, keysAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return w.keep(ctx, nil, true)
		}
		var wanted [][2]int64
		for from := 0; from < len(rows); {
			to := from + 1
			for to < len(rows) && rows[to][0] == rows[from][0] {
				to++
			}
			if to == len(rows) && len(rows) == keysAtOnce && from > 0 {
				rows = rows[:from] // it may go on: it is read whole the next time
				break
			}
			wanted = append(wanted, w.within(now.Kind, rows[from:to])...)
			from = to
		}
		w.state.After, _ = rows[len(rows)-1][0].(string)
		w.state.Done += int64(len(rows))
		if err := w.compare(ctx, wanted); err != nil {
			return err
		}
	}
}

// within are the pairs of the records that share a key.
func (w *search) within(kind string, rows [][]any) [][2]int64 {
	if len(rows) < 2 {
		return nil
	}
	if len(rows) > blockMost {
		w.state.Skipped[kind]++
		return nil
	}
	var list [][2]int64
	for i := range rows {
		for j := i + 1; j < len(rows); j++ {
			a, _ := rows[i][1].(int64)
			b, _ := rows[j][1].(int64)
			list = append(list, pairOf(a, b))
		}
	}
	return list
}

func pairOf(a, b int64) [2]int64 { return [2]int64{min(a, b), max(a, b)} }
