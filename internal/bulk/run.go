package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

const (
	// unitSpan is how long one unit of work holds the writer of SQLite, on which
	// everybody's writes wait, and unitMost while nobody is there; PostgreSQL's hold only
	// their rows.
	unitSpan         = 10 * time.Millisecond
	unitMost         = 50 * time.Millisecond
	unitSpanPostgres = 50 * time.Millisecond
	// unitRows is how many rows one unit does at most.
	unitRows = 200
	// ahead is how many rows are read from the list at a time.
	ahead = 1000
)

// totals say what became of the rows: the result of the job.
type totals struct {
	Done         int64 `json:"done"`
	Unchanged    int64 `json:"unchanged"`
	Failed       int64 `json:"failed"`
	ChangedSince int64 `json:"changed_since"`
}

// state is how far a job is: its checkpoint.
type state struct {
	Next int64 `json:"next"`
	totals
}

func (s *totals) count(result int64) {
	switch result {
	case done:
		s.Done++
	case unchanged:
		s.Unchanged++
	case partly:
		s.ChangedSince++
	default:
		s.Failed++
	}
}

// run does the rows of a job that are left.
func (s *Service) run(ctx context.Context, r *jobs.Run) error {
	var in input
	if err := r.Input(&in); err != nil {
		return err
	}
	a, err := r.Actor()
	if err != nil {
		return err
	}
	job := r.Job()
	o := a.Registry.Object(job.Object)
	if o == nil {
		return &record.Error{Code: "not_found"}
	}
	if verb := in.verb(o); verb == "" || !a.May(o, verb) {
		return &record.Error{Code: "forbidden"}
	}
	a.Origin = origin(job.ID)
	prepare := func() (action, error) {
		if in.Action == Undo {
			return undo(a, o, in.Of), nil
		}
		return s.prepare(ctx, a, o, in)
	}
	do, err := prepare()
	if err != nil {
		return err
	}
	pace := s.Records.DB.NewPace(unitSpan, unitMost)
	if s.Records.DB.Postgres() {
		pace = s.Records.DB.NewPace(unitSpanPostgres, unitSpanPostgres)
	}
	w := work{service: s, pace: pace, run: r, actor: a, object: o, do: do, prefetch: in.Action == Edit || in.Action == Assign || in.Action == Tag}
	if _, err := r.Checkpoint(&w.state); err != nil {
		return err
	}
	// However it ends, what was done by then is told.
	defer func() { r.Result(w.state.totals) }()
	r.Progress(w.state.Next, job.Total)
	asked := time.Now()
	for {
		list, err := s.next(ctx, job.ID, w.state.Next)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return nil
		}
		for len(list) > 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := w.unit(ctx, list)
			if err != nil {
				return err
			}
			list = list[n:]
			r.Progress(w.state.Next, job.Total)
		}
		if time.Since(asked) > time.Second {
			// His rights may have changed since.
			asked = time.Now()
			now, err := r.Actor()
			if err != nil {
				return err
			}
			now.Origin = a.Origin
			*a = *now
			// What he may do in fields with them: the values were parsed by his rights of then.
			if w.do, err = prepare(); err != nil {
				return err
			}
		}
	}
}

// next reads rows that wait, in their order.
func (s *Service) next(ctx context.Context, job, from int64) ([]row, error) {
	found, err := store.JobRows(ctx, s.Records.DB, "n, record_id, version", job, from-1, nil, ahead)
	list := make([]row, len(found))
	for i, r := range found {
		list[i].job = job
		list[i].n, _ = r[0].(int64)
		list[i].id, _ = r[1].(int64)
		list[i].version, _ = r[2].(int64)
	}
	return list, err
}

// work is a job under way.
type work struct {
	service  *Service
	run      *jobs.Run
	actor    *policy.Actor
	object   *schema.Object
	do       action
	prefetch bool
	state    state
	// rows is how many rows the last unit had time for.
	rows int
	pace *store.Pace
}

// unit does as many rows as time allows in one transaction, with their results
// and the checkpoint, and answers how many.
func (w *work) unit(ctx context.Context, list []row) (int, error) {
	guess := min(len(list), max(10, min(unitRows, 2*w.rows)))
	var after state
	n := 0
	err := w.service.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		w.pace.Begin()
		after, n = w.state, 0
		known := map[int64]record.Current{}
		if w.prefetch {
			ids := make([]int64, guess)
			for i, r := range list[:guess] {
				ids[i] = r.id
			}
			var err error
			if known, err = u.Read(ctx, w.actor, w.object, policy.Edit, ids); err != nil {
				return err
			}
		}
		usual := 0
		for n < guess && (n == 0 || !w.pace.Enough(n)) {
			r := list[n]
			var current *record.Current
			if c, ok := known[r.id]; ok {
				current = &c
			}
			result, problem, err := w.one(ctx, u, r, current)
			if err != nil {
				return err
			}
			after.count(result)
			n++
			if result == done {
				usual++
				continue
			}
			if err := w.note(ctx, u.Store(), r, result, problem); err != nil {
				return err
			}
		}
		if usual > 0 {
			if err := store.SettleJobRows(ctx, u.Store(), w.run.Job().ID, list[0].n, list[n-1].n, waiting, done); err != nil {
				return err
			}
		}
		after.Next = list[n-1].n + 1
		if err := w.run.Save(ctx, u.Store(), after); err != nil {
			return err
		}
		err := u.Settle(ctx)
		w.pace.Settled(n)
		return err
	})
	if err != nil {
		return 0, err
	}
	w.state, w.rows = after, n
	w.pace.GiveWay(ctx)
	return n, nil
}

// one does a single row; an error is one that the whole job cannot get over.
func (w *work) one(ctx context.Context, u *record.Unit, r row, known *record.Current) (result int64, problem *Problem, err error) {
	err = u.Try(ctx, func() error {
		result, problem, err = w.do(ctx, u, r, known)
		return err
	})
	var refused *record.Error
	switch {
	case err == nil:
		return result, problem, nil
	case errors.As(err, &refused):
		return failed, &Problem{Code: refused.Code, Fields: refused.Notes()}, nil
	}
	return 0, nil, err
}

func (w *work) note(ctx context.Context, tx store.Querier, r row, result int64, problem *Problem) error {
	set := store.Row{"state": result}
	if problem != nil {
		text, err := json.Marshal(problem)
		if err != nil {
			return err
		}
		set["problem"] = string(text)
	}
	_, err := store.Update(ctx, tx, rows.Name, set, store.Row{"job_id": w.run.Job().ID, "n": r.n})
	return err
}

// undo takes back what a job did to a record.
func undo(a *policy.Actor, o *schema.Object, job int64) action {
	return func(ctx context.Context, u *record.Unit, r row, _ *record.Current) (int64, *Problem, error) {
		if object, made, err := madeBy(ctx, u, job, r.id); err != nil {
			return 0, nil, err
		} else if made != 0 {
			return unmake(ctx, u, a, r, job, object, made)
		}
		since, changed, err := u.Undo(ctx, a, o, r.id, origin(job))
		if err != nil {
			return 0, nil, err
		}
		if len(since) == 0 {
			return written(changed, nil)
		}
		p := &Problem{Code: "changed_since"}
		for _, field := range since {
			p.Fields = append(p.Fields, record.FieldNote{Field: field, Code: "changed_since"})
		}
		if !changed {
			return failed, p, nil
		}
		return partly, p, nil
	}
}
