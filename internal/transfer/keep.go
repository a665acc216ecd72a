package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ecrm/internal/durable"
	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
	"ecrm/internal/tabular"
)

// What is known of an import lies in tables, not in memory: it goes on after a
// restart, on whatever node, and nothing held of it grows with its rows.
var (
	files = store.Declare(store.Table{
		Name: "import_file",
		Columns: []schema.Column{
			{Name: "id", Kind: schema.KindInt}, {Name: "owner_id", Kind: schema.KindInt}, {Name: "created_at", Kind: schema.KindInt},
			{Name: "state", Kind: schema.KindText}, {Name: "job_id", Kind: schema.KindInt},
			{Name: "body", Kind: schema.KindText}, {Name: "progress", Kind: schema.KindText},
		},
		Key:     []string{"id"},
		Indexes: []string{"created_at"},
	})
	groupTable = store.Declare(store.Table{
		Name:    "import_group",
		Columns: []schema.Column{{Name: "import_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "body", Kind: schema.KindText}},
		Key:     []string{"import_id", "n"},
	})
	problemTable = store.Declare(store.Table{
		Name: "import_problem",
		Columns: []schema.Column{
			{Name: "import_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "group_n", Kind: schema.KindInt}, {Name: "row_n", Kind: schema.KindInt},
			{Name: "header", Kind: schema.KindText}, {Name: "code", Kind: schema.KindText}, {Name: "params", Kind: schema.KindText},
			{Name: "value", Kind: schema.KindText}, {Name: "warning", Kind: schema.KindInt},
		},
		Key:     []string{"import_id", "n"},
		Indexes: []string{"import_id, group_n, n"},
	})
	madeTable = store.Declare(store.Table{
		Name: "import_made",
		Columns: []schema.Column{
			{Name: "import_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText},
			{Name: "record_id", Kind: schema.KindInt}, {Name: "updated", Kind: schema.KindInt},
		},
		Key:     []string{"import_id", "n"},
		Indexes: []string{"record_id"},
	})
	sinceTable = store.Declare(store.Table{
		Name: "import_since",
		Columns: []schema.Column{
			{Name: "import_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "object", Kind: schema.KindText},
			{Name: "record_id", Kind: schema.KindInt}, {Name: "label", Kind: schema.KindText}, {Name: "fields", Kind: schema.KindText},
		},
		Key: []string{"import_id", "n"},
	})
	// keyTable holds the keys of the rows a dry run went through: nothing else of
	// them stays.
	keyTable = store.Declare(store.Table{
		Name:    "import_key",
		Columns: []schema.Column{{Name: "import_id", Kind: schema.KindInt}, {Name: "value", Kind: schema.KindInt}},
		Key:     []string{"import_id", "value"},
	})
	// chunkTable holds the file itself where several nodes may run the import.
	chunkTable = store.Declare(store.Table{
		Name:    "import_chunk",
		Columns: []schema.Column{{Name: "import_id", Kind: schema.KindInt}, {Name: "n", Kind: schema.KindInt}, {Name: "body", Kind: schema.KindBytes}},
		Key:     []string{"import_id", "n"},
	})
)

// progress is how far an import is: kept with each batch, in its transaction.
type progress struct {
	// Read is how many rows of the file were gone through: the sum of the five below.
	Read    int `json:"read"`
	Created int `json:"created"`
	Updated int `json:"updated"`
	Skipped int `json:"skipped"`
	Failed  int `json:"failed"`
	// Continued rows say more of a record that a row before them made or changed.
	Continued int `json:"continued,omitempty"`
	Warned    int `json:"warned"`
	// Problems, Made and Since count the rows of their tables.
	Problems int `json:"problems"`
	Made     int `json:"made"`
	Since    int `json:"since"`
	// Undone is the smallest number of what was made that was looked at by an
	// undo; 0 before it.
	Undone int `json:"undone"`
	// Looked is how many of them were looked at.
	Looked int `json:"looked"`
	// Now is when the run began, in microseconds: nothing was made later.
	Now int64 `json:"now"`
}

// kept is what body holds.
type kept struct {
	Job      Job               `json:"job"`
	Options  tabular.Options   `json:"options"`
	Detected *tabular.Detected `json:"detected"`
	Decided  []string          `json:"decided"`
}

func (j *Job) body() (string, error) {
	k := kept{Job: *j, Options: j.options, Detected: j.detected}
	k.Job.Problems, k.Job.Groups, k.Job.Since = nil, nil, nil
	for _, c := range j.Columns {
		k.Decided = append(k.Decided, c.decided)
	}
	text, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("keep an import: %w", err)
	}
	return string(text), nil
}

// load reads an import as it is kept.
func (s *Service) load(ctx context.Context, id int64) (*Job, error) {
	rows, err := store.Find(ctx, s.Records.DB, files.Name, "owner_id, state, job_id, body, progress", store.Row{"id": id}, "")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, &record.Error{Code: "not_found"}
	}
	body, _ := rows[0][3].(string)
	far, _ := rows[0][4].(string)
	k := kept{}
	if err := json.Unmarshal([]byte(body), &k); err != nil {
		return nil, fmt.Errorf("read an import: %w", err)
	}
	j := &k.Job
	j.ID, j.options, j.detected, j.path = id, k.Options, k.Detected, s.path(id)
	j.options.FileName = j.FileName
	for i := range j.Columns {
		if i < len(k.Decided) {
			j.Columns[i].decided = k.Decided[i]
		}
	}
	j.owner, _ = rows[0][0].(int64)
	j.stored, _ = rows[0][1].(string)
	j.State = j.stored
	j.job, _ = rows[0][2].(int64)
	j.JobID = j.job
	if far != "" {
		if err := json.Unmarshal([]byte(far), &j.far); err != nil {
			return nil, fmt.Errorf("read an import: %w", err)
		}
	}
	return j, nil
}

// mine reads an import of the actor's, its state as the job's end left it.
func (s *Service) mine(ctx context.Context, a *policy.Actor, id int64) (*Job, error) {
	j, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if j.owner != a.ID {
		return nil, &record.Error{Code: "not_found"}
	}
	if j.job == 0 || !busy(j.stored) {
		return j, nil
	}
	job, err := s.Jobs.Get(ctx, a, j.job)
	if err != nil {
		return nil, err
	}
	j.Rate, j.Left = job.Rate, job.Left
	switch job.State {
	case jobs.Cancelled:
		j.State = ended(j.stored)
	case jobs.Failed:
		j.State = "failed"
	}
	return j, nil
}

// Recent is how many imports a list of them holds.
const Recent = 10

// List tells the actor's latest imports, the newest first, so that one that was
// left is found again.
func (s *Service) List(ctx context.Context, a *policy.Actor) ([]Brief, error) {
	rows, err := store.Find(ctx, s.Records.DB, files.Name, "id, created_at", store.Row{"owner_id": a.ID}, "ORDER BY id DESC LIMIT "+strconv.Itoa(Recent))
	if err != nil {
		return nil, err
	}
	list := []Brief{}
	for _, row := range rows {
		id, _ := row[0].(int64)
		at, _ := row[1].(int64)
		j, err := s.mine(ctx, a, id)
		if err != nil {
			return nil, err
		}
		list = append(list, Brief{ID: id, Object: j.Object, FileName: j.FileName, State: j.State, Rows: j.Rows, CreatedAt: time.UnixMicro(at).UTC()})
	}
	return list, nil
}

func busy(state string) bool { return state == "checking" || state == "running" || state == "undoing" }

// ended is the state in which a cancelled action leaves an import.
func ended(state string) string {
	switch state {
	case "checking":
		return "ready"
	case "undoing":
		return "done"
	}
	return "cancelled"
}

// told is an import as people see it, with at most limit of its problems and of
// what was changed since; limit 0 tells all.
func (s *Service) told(ctx context.Context, j *Job, limit int) (Job, error) {
	far := j.far
	j.Done = far.Read
	if j.State == "undoing" || j.State == "undone" {
		j.Done = far.Looked
	}
	j.Created, j.Updated, j.Skipped, j.Failed, j.Continued, j.Warned = far.Created, far.Updated, far.Skipped, far.Failed, far.Continued, far.Warned
	j.Problems, j.Groups, j.Since = []Problem{}, []*Group{}, nil
	err := s.eachProblem(ctx, j.ID, limit, func(p Problem) error {
		j.Problems = append(j.Problems, p)
		return nil
	})
	if err != nil {
		return Job{}, err
	}
	groups, err := s.groups(ctx, j.ID)
	if err != nil {
		return Job{}, err
	}
	for n, g := range groups {
		rows, err := store.Find(ctx, s.Records.DB, problemTable.Name, "row_n, value", store.Row{"import_id": j.ID, "group_n": int64(n)}, "ORDER BY n LIMIT 20")
		if err != nil {
			return Job{}, err
		}
		shown := &Group{Column: g.Column, Code: g.Code, Warning: g.Warning, Count: g.Count, Rows: []GroupRow{}, params: g.Params}
		for _, r := range rows {
			at, _ := r[0].(int64)
			value, _ := r[1].(string)
			shown.Rows = append(shown.Rows, GroupRow{Row: int(at), Value: value})
		}
		j.Groups = append(j.Groups, shown)
	}
	tail := "ORDER BY n"
	if limit > 0 {
		tail += " LIMIT " + strconv.Itoa(limit)
	}
	rows, err := store.Find(ctx, s.Records.DB, sinceTable.Name, "object, record_id, label, fields", store.Row{"import_id": j.ID}, tail)
	if err != nil {
		return Job{}, err
	}
	for _, r := range rows {
		one := Since{}
		one.Object, _ = r[0].(string)
		one.ID, _ = r[1].(int64)
		one.Label, _ = r[2].(string)
		fields, _ := r[3].(string)
		if err := json.Unmarshal([]byte(fields), &one.Fields); err != nil {
			return Job{}, err
		}
		j.Since = append(j.Since, one)
	}
	return *j, nil
}

// eachProblem reads the problems of an import in the order of its rows, a page
// at a time; limit 0 reads all.
func (s *Service) eachProblem(ctx context.Context, id int64, limit int, fn func(Problem) error) error {
	const page = 1000
	for after := int64(-1); ; {
		rows, err := store.Next(ctx, s.Records.DB, problemTable.Name, "n, row_n, header, code, params, value, warning", store.Row{"import_id": id}, "n", after, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after, _ = r[0].(int64)
			at, _ := r[1].(int64)
			p := Problem{Row: int(at)}
			p.Column, _ = r[2].(string)
			p.Code, _ = r[3].(string)
			if params, _ := r[4].(string); params != "" {
				if err := json.Unmarshal([]byte(params), &p.Params); err != nil {
					return err
				}
			}
			p.Value, _ = r[5].(string)
			p.Warning = r[6] == int64(1)
			if err := fn(p); err != nil {
				return err
			}
			if limit--; limit == 0 {
				return nil
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}

// group is what import_group holds of the problems of one kind in one column.
type group struct {
	Column  string            `json:"column"`
	Code    string            `json:"code"`
	Params  map[string]string `json:"params,omitempty"`
	Warning bool              `json:"warning"`
	Count   int               `json:"count"`
}

func (s *Service) groups(ctx context.Context, id int64) ([]group, error) {
	rows, err := store.Find(ctx, s.Records.DB, groupTable.Name, "body", store.Row{"import_id": id}, "ORDER BY n")
	if err != nil {
		return nil, err
	}
	list := make([]group, len(rows))
	for i, r := range rows {
		text, _ := r[0].(string)
		if err := json.Unmarshal([]byte(text), &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) path(id int64) string { return filepath.Join(s.Folder, strconv.FormatInt(id, 10)) }

const chunk = 1 << 20

// spread keeps a file where other nodes find it.
func (s *Service) spread(ctx context.Context, id int64) error {
	if !s.Records.DB.Postgres() {
		return nil
	}
	file, err := os.Open(s.path(id))
	if err != nil {
		return fmt.Errorf("keep the file: %w", err)
	}
	defer func() { _ = file.Close() }()
	for n := int64(0); ; n++ {
		part := make([]byte, chunk)
		size, err := io.ReadFull(file, part)
		if size > 0 {
			if err := store.Insert(ctx, s.Records.DB, chunkTable.Name, store.Row{"import_id": id, "n": n, "body": part[:size]}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("keep the file: %w", err)
		}
	}
}

// fetch brings the file here if another node took it in.
func (s *Service) fetch(ctx context.Context, id int64) error {
	if _, err := os.Stat(s.path(id)); err == nil || !s.Records.DB.Postgres() {
		return nil
	}
	if err := durable.MkdirAll(s.Folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of imports: %w", err)
	}
	file, err := os.CreateTemp(s.Folder, "part-*")
	if err != nil {
		return fmt.Errorf("keep the file: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	for n := int64(0); ; n++ {
		rows, err := store.Find(ctx, s.Records.DB, chunkTable.Name, "body", store.Row{"import_id": id, "n": n}, "")
		if err == nil && len(rows) > 0 {
			part, _ := rows[0][0].([]byte)
			_, err = file.Write(part)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("fetch the file: %w", err), file.Close())
		}
		if len(rows) == 0 {
			break
		}
	}
	if err := durable.Commit(file, s.path(id)); err != nil {
		return fmt.Errorf("keep the file: %w", err)
	}
	return nil
}

// Sweep removes imports older than a bound, files and all; what they brought in
// stays, and can no longer be undone.
func (s *Service) Sweep(ctx context.Context, before time.Time) error {
	rows, err := store.Older(ctx, s.Records.DB, files.Name, "id", "created_at", before.UnixMicro(), 100)
	if err != nil || len(rows) == 0 {
		return err
	}
	bound := int64(0)
	for _, r := range rows {
		id, _ := r[0].(int64)
		bound = max(bound, id+1)
		if err := os.Remove(s.path(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old import: %w", err)
		}
	}
	ctx = store.Bulk(ctx)
	for _, t := range []store.Table{groupTable, problemTable, madeTable, sinceTable, keyTable, chunkTable} {
		if err := s.sweep(ctx, t.Name, "import_id", bound); err != nil {
			return err
		}
	}
	return s.sweep(ctx, files.Name, "id", bound)
}

func (s *Service) sweep(ctx context.Context, table, column string, bound int64) error {
	const together = 500
	for {
		n, err := store.Sweep(ctx, s.Records.DB, table, column, bound, together)
		if err != nil || n < together {
			return err
		}
	}
}
