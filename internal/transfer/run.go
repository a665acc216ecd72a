package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"ecrm/internal/blob"
	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
	"ecrm/internal/tabular"
)

const (
	// batchSpan is how long one batch holds the writer of SQLite while people are there,
	// batchMost when nobody is; PostgreSQL's hold only their rows.
	batchSpan         = 15 * time.Millisecond
	batchMost         = 150 * time.Millisecond
	batchSpanPostgres = 60 * time.Millisecond
	// batchRows is how many rows one batch has at most.
	batchRows = 500
)

// task is what a job of an import is to do.
type task struct {
	Import int64  `json:"import,string"`
	Action string `json:"action"`
}

// holder is the job that runs an import: it may be another one's by now.
type holder interface {
	Actor() (*policy.Actor, error)
	Progress(done, total int64)
	Save(ctx context.Context, tx store.Querier, v any) error
}

// alone holds an import that runs outside of any job.
type alone struct{ actor *policy.Actor }

func (h alone) Actor() (*policy.Actor, error)                { return h.actor, nil }
func (alone) Progress(int64, int64)                          {}
func (alone) Save(context.Context, store.Querier, any) error { return nil }

// register makes the kinds of job an import is.
func (s *Service) register() {
	for _, kind := range kinds {
		s.Jobs.Register(jobs.Kind{Name: kind, Run: func(ctx context.Context, r *jobs.Run) error {
			var t task
			if err := r.Input(&t); err != nil {
				return err
			}
			j, err := s.perform(ctx, t, r)
			if j != nil {
				r.Result(told(j, t.Action))
			}
			return err
		}})
	}
}

// told says what came of a job: of a run what it wrote, of an undo what it took
// back; a dry run wrote nothing.
func told(j *Job, action string) map[string]any {
	result := map[string]any{"import": strconv.FormatInt(j.ID, 10)}
	switch action {
	case "run":
		result["created"], result["updated"], result["skipped"], result["failed"], result["continued"] = j.far.Created, j.far.Updated, j.far.Skipped, j.far.Failed, j.far.Continued
	case "undo":
		result["done"], result["changed_since"] = j.far.Looked-j.far.Since, j.far.Since
	}
	return result
}

// kinds are the kinds of job by action.
var kinds = map[string]string{"check": "import_check", "run": "import", "undo": "import_undo"}

// RunNow does what Start begins and waits for its end; without a job, nothing
// goes on with it when the process ends.
func (s *Service) RunNow(ctx context.Context, a *policy.Actor, id int64, action string) (Job, error) {
	if _, err := s.begin(ctx, a, id, action, false); err != nil {
		return Job{}, err
	}
	_, err := s.perform(store.Bulk(ctx), task{id, action}, alone{a})
	if err != nil {
		state := "failed"
		if errors.Is(err, context.Canceled) {
			state = "cancelled"
		}
		_, failed := store.Update(context.WithoutCancel(ctx), s.Records.DB, files.Name, store.Row{"state": state}, store.Row{"id": id})
		return Job{}, errors.Join(err, failed)
	}
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return Job{}, err
	}
	return s.told(ctx, j, 0)
}

// perform does a task from where it was left.
func (s *Service) perform(ctx context.Context, t task, h holder) (*Job, error) {
	j, err := s.load(ctx, t.Import)
	if err != nil {
		return nil, err
	}
	if err := s.fetch(ctx, j.ID); err != nil {
		return nil, err
	}
	r := &run{service: s, job: j, holder: h, dry: t.Action == "check", far: j.far}
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	state := "undone"
	if t.Action == "undo" {
		err = r.undo(ctx)
	} else if err = r.invent(ctx); err == nil {
		err = r.rows(ctx)
		state = map[bool]string{true: "checked", false: "done"}[r.dry]
	}
	j.far = r.far
	if err != nil {
		return j, err
	}
	if r.dry {
		if err := s.sweepKeys(ctx, j.ID); err != nil {
			return j, err
		}
	}
	_, err = store.Update(ctx, s.Records.DB, files.Name, store.Row{"state": state}, store.Row{"id": j.ID, "job_id": j.job})
	return j, err
}

// sweepKeys forgets the keys a dry run kept, some at a time.
func (s *Service) sweepKeys(ctx context.Context, id int64) error {
	const together = 1000
	for {
		n, err := store.SweepEqual(ctx, s.Records.DB, keyTable.Name, store.Row{"import_id": id}, together)
		if err != nil || n < together {
			return err
		}
	}
}

// run is an import under way.
type run struct {
	service *Service
	job     *Job
	holder  holder
	dry     bool
	far     progress

	actor     *policy.Actor
	object    *schema.Object
	converter *converter
	asked     time.Time
	groups    []group

	// What the batch under way adds; it may be run again.
	after    progress
	problems [][]any
	touched  map[int]group
	made     [][]any
	since    [][]any
	keys     [][]any
	fresh    map[int64]bool
	told     map[int64]bool
	// marks are those asked for in advance, true where a batch before kept one.
	marks   map[int64]bool
	uploads []*blob.Upload
	pace    *store.Pace
}

// refresh reads anew who imports and what he may.
func (r *run) refresh(ctx context.Context) error {
	a, err := r.holder.Actor()
	if err != nil {
		return err
	}
	actor := *a
	actor.Origin, actor.Importing = origin(r.job.ID), true
	actor.Registry = r.service.Records.Current.Load()
	o := actor.Registry.Object(r.job.Object)
	if o == nil || !actor.May(o, policy.Import) {
		return &record.Error{Code: "forbidden"}
	}
	known := map[string]int64{}
	stubs, told := map[int64]bool{}, map[int64]bool{}
	if r.converter != nil {
		known, stubs, told = r.converter.known, r.converter.stubs, r.converter.told
	} else if r.groups, err = r.service.groups(ctx, r.job.ID); err != nil {
		return err
	}
	r.actor, r.object = &actor, o
	r.converter = r.service.converter(&actor, o, r.job)
	r.converter.known, r.converter.stubs, r.converter.told = known, stubs, told
	r.converter.inventing = r.dry && r.job.Unknown == "create"
	r.asked = time.Now()
	return nil
}

// rows brings in the rows that are left.
func (r *run) rows(ctx context.Context) error {
	reader, err := tabular.Open(r.job.path, r.job.options, r.job.detected)
	if err != nil {
		return unreadable(err)
	}
	defer func() { _ = reader.Close() }()
	for range r.far.Read {
		if _, err := reader.Next(); err != nil {
			return unreadable(err)
		}
	}
	total := int64(r.job.Rows)
	r.holder.Progress(int64(r.far.Read), total)
	source := &entries{reader: reader, converter: r.converter}
	var list []entry
	waiting := 0 // rows of the file in list
	for end := false; ; {
		for !end && waiting < batchRows {
			row, err := source.read()
			if errors.Is(err, io.EOF) {
				end = true
			} else if err != nil {
				return unreadable(err)
			} else {
				list = append(list, row)
				waiting += 1 + len(row.more)
			}
		}
		if len(list) == 0 {
			return nil
		}
		n, err := r.batch(ctx, len(list), func(ctx context.Context, u *record.Unit, i int) error {
			if i%aheadRows == 0 {
				if err := r.ahead(ctx, u, list[i:min(i+aheadRows, len(list))]); err != nil {
					return err
				}
			}
			return r.one(ctx, u, list[i])
		})
		if err != nil {
			return err
		}
		for _, row := range list[:n] {
			waiting -= 1 + len(row.more)
		}
		list = list[n:]
		r.holder.Progress(int64(r.far.Read), total)
	}
}

// unreadable says in words that a file cannot be read to its end.
func unreadable(err error) error {
	if tabular.ErrorCode(err) != "" {
		return fileError(err)
	}
	return err
}

// batch does as many of n things as time allows in one transaction, with what
// came of them, and answers how many.
func (r *run) batch(ctx context.Context, n int, do func(ctx context.Context, u *record.Unit, i int) error) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if time.Since(r.asked) > time.Second {
		if err := r.refresh(ctx); err != nil {
			return 0, err
		}
	}
	if r.pace == nil {
		db := r.service.Records.DB
		if r.pace = db.NewPace(batchSpan, batchMost); db.Postgres() {
			r.pace = db.NewPace(batchSpanPostgres, batchSpanPostgres)
		}
	}
	defer r.forgetUploads()
	done := 0
	some := func(ctx context.Context, u *record.Unit) error {
		r.pace.Begin()
		r.after, r.touched, r.fresh, r.marks = r.far, map[int]group{}, map[int64]bool{}, map[int64]bool{}
		r.problems, r.made, r.since, r.keys = nil, nil, nil, nil
		r.converter.fresh, r.told = map[string]int64{}, map[int64]bool{}
		for done = 0; done < n && (done == 0 || !r.pace.Enough(done)); done++ {
			if err := do(ctx, u, done); err != nil {
				return err
			}
		}
		return nil
	}
	if r.dry {
		if err := r.service.Records.Pretend(ctx, some); err != nil {
			return 0, err
		}
	}
	err := r.service.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		if !r.dry {
			if err := some(ctx, u); err != nil {
				return err
			}
		}
		if err := r.keep(ctx, u.Store()); err != nil {
			return err
		}
		err := u.Settle(ctx)
		r.pace.Settled(done)
		return err
	})
	if err != nil {
		return 0, err
	}
	r.pace.GiveWay(ctx)
	for _, up := range r.uploads {
		if err := up.Named(); err != nil {
			return 0, err
		}
	}
	r.far = r.after
	for n, g := range r.touched {
		if n < len(r.groups) {
			r.groups[n] = g
		}
	}
	for n := len(r.groups); ; n++ {
		g, ok := r.touched[n]
		if !ok {
			break
		}
		r.groups = append(r.groups, g)
	}
	if !r.dry { // what a dry run found may be what it took back
		maps.Copy(r.converter.known, r.converter.fresh)
		maps.Copy(r.converter.told, r.told)
	}
	return done, nil
}

// one does one row.
func (r *run) one(ctx context.Context, u *record.Unit, row entry) error {
	outcome, records, problems, err := r.row(ctx, u, row)
	if err != nil {
		return err
	}
	rows := 1 + len(row.more)
	r.after.Read += rows
	switch outcome {
	case "created":
		r.after.Created++
		r.after.Continued += len(row.more)
	case "updated":
		r.after.Updated++
		r.after.Continued += len(row.more)
	case "skipped":
		r.after.Skipped += rows
	default:
		r.after.Failed += rows
	}
	warned := false
	for _, p := range problems {
		if p.Code == "foreign_id" && p.Warning && r.noted(p) {
			continue // all of the column are such: told once
		}
		warned = warned || p.Warning
		if err := r.note(p); err != nil {
			return err
		}
	}
	if warned {
		r.after.Warned++
	}
	for _, m := range records {
		r.after.Made++
		updated := int64(0)
		if m.updated {
			updated = 1
		}
		r.made = append(r.made, []any{r.job.ID, int64(r.after.Made), m.object, m.id, updated})
	}
	return nil
}

// noted tells whether a problem of the kind was kept before.
func (r *run) noted(p Problem) bool {
	same := func(g group) bool { return g.Column == p.Column && g.Code == p.Code && g.Warning == p.Warning }
	for _, g := range r.touched {
		if same(g) {
			return true
		}
	}
	return slices.ContainsFunc(r.groups, same)
}

// note keeps a problem and counts it by kind.
func (r *run) note(p Problem) error {
	same := func(g group) bool { return g.Column == p.Column && g.Code == p.Code && g.Warning == p.Warning }
	at := slices.IndexFunc(r.groups, same)
	if at < 0 {
		at = len(r.groups)
		for {
			g, ok := r.touched[at]
			if !ok || same(g) {
				break
			}
			at++
		}
	}
	g, ok := r.touched[at]
	if !ok && at < len(r.groups) {
		g = r.groups[at]
	} else if !ok {
		g = group{Column: p.Column, Code: p.Code, Params: p.Params, Warning: p.Warning}
	}
	g.Count++
	r.touched[at] = g
	params := ""
	if len(p.Params) > 0 {
		text, err := json.Marshal(p.Params)
		if err != nil {
			return err
		}
		params = string(text)
	}
	warning := int64(0)
	if p.Warning {
		warning = 1
	}
	r.problems = append(r.problems, []any{r.job.ID, int64(r.after.Problems), int64(at), int64(p.Row), p.Column, p.Code, params, p.Value, warning})
	r.after.Problems++
	return nil
}

// keep writes what came of a batch in its transaction.
func (r *run) keep(ctx context.Context, tx store.Querier) error {
	for _, added := range []struct {
		table store.Table
		rows  [][]any
	}{{problemTable, r.problems}, {madeTable, r.made}, {sinceTable, r.since}, {keyTable, r.keys}} {
		if len(added.rows) == 0 {
			continue
		}
		var names []string
		for _, c := range added.table.Columns {
			names = append(names, c.Name)
		}
		if err := store.InsertMany(ctx, tx, added.table.Name, names, added.rows); err != nil {
			return err
		}
	}
	for n, g := range r.touched {
		text, err := json.Marshal(g)
		if err != nil {
			return err
		}
		where := store.Row{"import_id": r.job.ID, "n": int64(n)}
		found, err := store.Update(ctx, tx, groupTable.Name, store.Row{"body": string(text)}, where)
		if err == nil && found == 0 {
			err = store.Insert(ctx, tx, groupTable.Name, store.Row{"import_id": r.job.ID, "n": int64(n), "body": string(text)})
		}
		if err != nil {
			return err
		}
	}
	text, err := json.Marshal(r.after)
	if err != nil {
		return err
	}
	if _, err := store.Update(ctx, tx, files.Name, store.Row{"progress": string(text)}, store.Row{"id": r.job.ID}); err != nil {
		return err
	}
	return r.holder.Save(ctx, tx, struct{}{})
}
