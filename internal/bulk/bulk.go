// Package bulk does one thing to many records, as a job: assign, edit, tag,
// delete, restore, share, and what actions their object declares for many. The records are fixed when it begins; right and
// version are checked for each when it is its turn, and each has a result that
// can be read. What was done can be undone, by a job of the same kind.
package bulk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// The actions on many records.
const (
	Assign  = "assign"
	Edit    = "edit"
	Tag     = "tag"
	Delete  = "delete"
	Restore = "restore"
	Share   = "share"
	// Follow makes the same follow-up for each: a task, a planned visit.
	Follow = "follow"
	Undo   = "undo"
	// Act is an action that the object declares and that can be taken back, ActOnce one
	// that cannot.
	Act     = "act"
	ActOnce = "act_once"
)

// Actions lists those a client may name.
var Actions = []string{Assign, Edit, Tag, Delete, Restore, Share, Follow}

// verbs are the rights the actions need.
var verbs = map[string]string{
	Assign: policy.Assign, Edit: policy.Edit, Tag: policy.Edit, Delete: policy.Remove, Restore: policy.Remove, Share: policy.Share, Follow: policy.View, Undo: policy.View,
}

// Undoable tells whether what a job of this kind did can be taken back.
func Undoable(kind string) bool { return strings.HasPrefix(kind, prefix) && kind != prefix+ActOnce }

// prefix begins the kinds of the jobs.
const prefix = "bulk_"

// MaxRows is how many records one job takes.
const MaxRows = 1_000_000

// The results of a row.
const (
	waiting int64 = iota
	done
	unchanged
	failed
	// partly is an undo that left fields which were changed since.
	partly
)

// states are their names.
var states = []string{"waiting", "done", "unchanged", "failed", "changed_since"}

var rows = store.Declare(store.Table{
	Name: "job_row",
	Columns: []schema.Column{
		{Name: "job_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "record_id", Kind: schema.KindInt},
		{Name: "version", Kind: schema.KindInt}, {Name: "state", Kind: schema.KindInt}, {Name: "problem", Kind: schema.KindText},
		// made is what a row made, 0 for nothing.
		{Name: "made_object", Kind: schema.KindText}, {Name: "made_id", Kind: schema.KindInt},
	},
	Key: []string{"job_id", "n"},
})

// Selection says which records are meant: ids, or all that a list would find.
type Selection struct {
	IDs  []int64
	List *record.ListRequest
}

// input is what a job is begun with.
type input struct {
	Action string `json:"action"`
	// Name is the object's action that Act and ActOnce do.
	Name  string          `json:"name,omitempty"`
	Input json.RawMessage `json:"input,omitempty"`
	// Of is the job an undo takes back.
	Of int64 `json:"of,omitempty"`
}

// Service begins and runs the jobs.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
}

// New makes the service and registers its jobs.
func New(records *record.Service, j *jobs.Service) *Service {
	s := &Service{Records: records, Jobs: j}
	for _, action := range append(slices.Clone(Actions), Undo, Act, ActOnce) {
		j.Register(jobs.Kind{Name: prefix + action, Run: s.run})
	}
	return s
}

// Begin fixes the records and begins the job. What could be done to no record
// at all is refused here.
func (s *Service) Begin(ctx context.Context, a *policy.Actor, o *schema.Object, action string, selection Selection, in json.RawMessage) (jobs.Job, error) {
	asked := input{Action: action, Input: in}
	if !slices.Contains(Actions, action) {
		asked.Action, asked.Name = ActOnce, action
		if declared := o.Action(action); declared != nil && declared.Reversible {
			asked.Action = Act
		}
	}
	verb := asked.verb(o)
	if verb == "" || asked.Name != "" && !a.May(o, policy.View) {
		return jobs.Job{}, &record.Error{Code: "not_found"}
	}
	if !a.May(o, verb) {
		return jobs.Job{}, &record.Error{Code: "forbidden"}
	}
	if _, err := s.prepare(ctx, a, o, asked); err != nil {
		return jobs.Job{}, err
	}
	if (selection.List == nil) == (selection.IDs == nil) {
		return jobs.Job{}, record.Invalid("ids", "ids_or_filter")
	}
	if selection.List != nil {
		selection.List.Deleted = action == Restore
		selection.List.Limit = MaxRows + 1
	}
	return s.keep(ctx, a, o, asked, func(add func(id, version int64) error) error {
		if selection.List != nil {
			return s.Records.Pick(ctx, a, o, policy.View, *selection.List, add)
		}
		return s.named(ctx, a, o, selection.IDs, action == Restore, add)
	})
}

// verb is the right that a job needs on each of its records; empty: there is no such
// action.
func (in input) verb(o *schema.Object) string {
	if in.Name == "" {
		return verbs[in.Action]
	}
	declared := o.Action(in.Name)
	if declared == nil || !declared.Many {
		return ""
	}
	return record.VerbOf(declared)
}

// named adds each record once; one the actor does not see stays, without a
// version, and is not found when its turn comes.
func (s *Service) named(ctx context.Context, a *policy.Actor, o *schema.Object, ids []int64, deleted bool, add func(id, version int64) error) error {
	if len(ids) > MaxRows {
		return record.Invalid("ids", "too_many_rows")
	}
	seen := map[int64]bool{}
	for part := range slices.Chunk(ids, 500) {
		versions, err := s.Records.Versions(ctx, a, o, part, deleted)
		if err != nil {
			return err
		}
		for _, id := range part {
			if seen[id] {
				continue
			}
			seen[id] = true
			if err := add(id, versions[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep writes the rows of a job and then the job, which makes them count.
func (s *Service) keep(ctx context.Context, a *policy.Actor, o *schema.Object, in input, list func(add func(id, version int64) error) error) (jobs.Job, error) {
	ctx = store.Bulk(ctx)
	job := jobs.Job{ID: s.Records.IDs.Next(), Kind: prefix + in.Action, Object: o.Name, Title: in.Name, UndoOf: in.Of}
	var some [][]any
	flush := func() error {
		if len(some) == 0 {
			return nil
		}
		err := s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
			return store.InsertMany(ctx, tx, rows.Name, []string{"job_id", "n", "record_id", "version", "state"}, some)
		})
		some = some[:0]
		return err
	}
	err := list(func(id, version int64) error {
		if job.Total >= MaxRows {
			return record.Invalid("filter", "too_many_rows")
		}
		some = append(some, []any{job.ID, job.Total, id, version, waiting})
		job.Total++
		if len(some) < 2000 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && job.Total == 0 {
		err = record.Invalid("ids", "nothing_selected")
	}
	if err == nil {
		err = s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) (err error) {
			job, err = s.Jobs.Add(ctx, tx, a, job, in)
			return err
		})
	}
	if err != nil {
		return jobs.Job{}, errors.Join(err, s.drop(context.WithoutCancel(ctx), job.ID))
	}
	s.Jobs.Wake(ctx, job.ID)
	return job, nil
}

// drop removes the rows of a job that did not come to be.
func (s *Service) drop(ctx context.Context, job int64) error {
	_, err := store.Delete(ctx, s.Records.DB, rows.Name, store.Row{"job_id": job})
	return err
}

// Undo begins the job that takes back what another did, as far as it came.
func (s *Service) Undo(ctx context.Context, a *policy.Actor, id int64) (jobs.Job, error) {
	j, err := s.Jobs.Get(ctx, a, id)
	if err != nil {
		return jobs.Job{}, err
	}
	o := a.Registry.Object(j.Object)
	name, bulk := strings.CutPrefix(j.Kind, prefix)
	if o == nil || !bulk {
		return jobs.Job{}, &record.Error{Code: "not_found"}
	}
	if !Undoable(j.Kind) {
		return jobs.Job{}, record.Clash("job", "not_undoable")
	}
	did := input{Action: name}
	if name == Act {
		did.Name = j.Title
	}
	if verb := did.verb(o); verb == "" || !a.May(o, verb) {
		return jobs.Job{}, &record.Error{Code: "forbidden"}
	}
	if !j.Ended() {
		return jobs.Job{}, &record.Error{Code: "conflict"}
	}
	return s.keep(ctx, a, o, input{Action: Undo, Of: id}, func(add func(id, version int64) error) error {
		for n := int64(-1); ; {
			found, err := store.JobRows(ctx, s.Records.DB, "n, record_id", id, n, []int64{done, partly}, 2000)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, r := range found {
				n, _ = r[0].(int64)
				record, _ := r[1].(int64)
				if err := add(record, 0); err != nil {
					return err
				}
			}
		}
	})
}

// origin is what the history says through what a bulk job's changes came.
func origin(job int64) string { return "bulk " + strconv.FormatInt(job, 10) }

// Result is the outcome of one row.
type Result struct {
	N int64
	// ID is the record's, Label its title where the reader may see it.
	ID    int64
	Label string
	// State is waiting, done, unchanged, failed or changed_since.
	State   string
	Problem *Problem
}

// Problem is why a row was not done, or not wholly.
type Problem struct {
	Code   string             `json:"code"`
	Fields []record.FieldNote `json:"fields,omitempty"`
}

// Rows reads the results of a job behind row n, in one state or, when that is
// empty, in any.
func (s *Service) Rows(ctx context.Context, a *policy.Actor, id int64, state string, n int64, limit int) ([]Result, error) {
	j, err := s.Jobs.Get(ctx, a, id)
	if err != nil {
		return nil, err
	}
	var in []int64
	if state != "" {
		at := slices.Index(states, state)
		if at < 0 {
			return nil, record.Invalid("state", "not_an_option", "value", schema.Shorten(state))
		}
		in = []int64{int64(at)}
	}
	found, err := store.JobRows(ctx, s.Records.DB, "n, record_id, state, problem", id, n, in, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Result, len(found))
	ids := make([]int64, len(found))
	for i, r := range found {
		list[i].N, _ = r[0].(int64)
		ids[i], _ = r[1].(int64)
		at, _ := r[2].(int64)
		text, _ := r[3].(string)
		list[i].ID, list[i].State = ids[i], states[at]
		if text != "" {
			list[i].Problem = &Problem{}
			if err := json.Unmarshal([]byte(text), list[i].Problem); err != nil {
				return nil, err
			}
		}
	}
	names, err := s.Records.Names(ctx, a, j.Object, ids)
	for i := range list {
		list[i].Label = names[list[i].ID]
	}
	return list, err
}

// Sweep forgets the rows of jobs that ended before an instant, and rows whose
// job never came to be.
func (s *Service) Sweep(ctx context.Context, before time.Time) error {
	ctx = store.Bulk(ctx)
	found, err := store.JobsWithOldRows(ctx, s.Records.DB, store.IDOf(before), before.UnixMicro())
	if err != nil {
		return err
	}
	for _, job := range found {
		for n := int64(1); n > 0; {
			n, err = store.RemoveJobRows(ctx, s.Records.DB, job, 1000)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// decode reads an action's input, which must know every field.
func decode(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return record.Invalid("input", "unknown_field")
	}
	return nil
}
