// Package transfer brings files in as records: what was detected, the mapping
// of columns to fields, a dry run, the run, and its undo. Every row goes through
// the record service under the rights of whoever imports.
package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ecrm/internal/blob"
	"ecrm/internal/durable"
	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
	"ecrm/internal/tabular"
)

// Column is one column of the file with the field it fills.
type Column struct {
	Index      int      `json:"index"`
	Header     string   `json:"header"`
	Samples    []string `json:"samples"`
	Field      string   `json:"field"`
	Confidence float64  `json:"confidence"`
	// Readings are the ways its dates can be read, DateReading the one a person
	// chose.
	Readings    []Reading `json:"readings,omitempty"`
	DateReading string    `json:"date_reading,omitempty"`
	// Unknown are texts that are no option of the pick-list it goes to; Values is
	// what a person said they mean, nil for nothing.
	Unknown []Unknown          `json:"unknown_values,omitempty"`
	Values  map[string]*string `json:"values,omitempty"`
	// Source is the program whose numbers it holds.
	Source string `json:"source,omitempty"`

	decided string
}

// Reading is one way to read the dates of a column.
type Reading struct {
	Reading string `json:"reading"`
	Example string `json:"example,omitempty"`
	Count   int    `json:"count"`
}

// Unknown is a text that is no option.
type Unknown struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Group is the problems of one kind in one column.
type Group struct {
	Column  string `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Count   int    `json:"count"`
	// Rows are the first of them.
	Rows    []GroupRow `json:"rows"`
	Warning bool       `json:"warning"`

	params map[string]string
}

// GroupRow is one row with the text that did not fit.
type GroupRow struct {
	Row   int    `json:"row"`
	Value string `json:"value,omitempty"`
}

// Problem is why a row was refused, or what of it did not come in.
type Problem struct {
	Row     int               `json:"row"`
	Column  string            `json:"column"`
	Code    string            `json:"code"`
	Params  map[string]string `json:"-"`
	Message string            `json:"message"`
	Value   string            `json:"value,omitempty"`
	// Warning says that the row came in all the same, without this value.
	Warning bool `json:"warning"`
}

// Duplicates says what is done with a row that exists: skip, update or create;
// update_only updates and refuses rows that do not exist.
type Duplicates struct {
	Keys []string `json:"keys"`
	Rule string   `json:"rule"`
}

// updateOnly is the rule by which a file makes nothing.
const updateOnly = "update_only"

// Job is one import.
type Job struct {
	ID         int64      `json:"id,string"`
	Object     string     `json:"object"`
	FileName   string     `json:"file_name"`
	State      string     `json:"state"`
	Encoding   string     `json:"encoding"`
	Delimiter  string     `json:"delimiter"`
	HeaderRow  int        `json:"header_row"`
	Rows       int        `json:"rows"`
	Columns    []Column   `json:"columns"`
	Preview    [][]string `json:"preview"`
	Duplicates Duplicates `json:"duplicates"`
	Done       int        `json:"done"`
	Created    int        `json:"created"`
	Updated    int        `json:"updated"`
	Skipped    int        `json:"skipped"`
	Failed     int        `json:"failed"`
	Continued  int        `json:"continued"`
	Warned     int        `json:"warned"`
	Problems   []Problem  `json:"problems"`
	Groups     []*Group   `json:"groups"`
	Format     string     `json:"format"`
	Encodings  []string   `json:"encodings"`
	Sheet      string     `json:"sheet,omitempty"`
	Sheets     []Sheet    `json:"sheets,omitempty"`
	Warnings   []Warning  `json:"warnings,omitempty"`
	Since      []Since    `json:"changed_since,omitempty"`
	Unknown    string     `json:"unknown_options"`
	Rate       float64    `json:"rate"`
	Left       float64    `json:"seconds_left"`
	// JobID is what checks, runs or undoes it, or did so last; 0 before.
	JobID int64 `json:"job,string,omitempty"`

	owner    int64
	path     string
	options  tabular.Options
	detected *tabular.Detected
	unique   []bool // by column, as long as it is being guessed
	// stored is the state as it is kept, job what runs it.
	stored string
	job    int64
	far    progress
}

// Brief is an import in the list of its maker's.
type Brief struct {
	ID        int64     `json:"id,string"`
	Object    string    `json:"object"`
	FileName  string    `json:"file_name"`
	State     string    `json:"state"`
	Rows      int       `json:"rows"`
	CreatedAt time.Time `json:"created_at"`
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

// Warning is something worth knowing of the file as a whole.
type Warning struct {
	Code    string            `json:"code"`
	Params  map[string]string `json:"params,omitempty"`
	Message string            `json:"message"`
}

// Since is a record an undo left alone, or in part, for what was done to it.
type Since struct {
	Object string   `json:"object"`
	ID     int64    `json:"id,string"`
	Label  string   `json:"label"`
	Fields []string `json:"fields"`
}

// made is what an import did to one record.
type made struct {
	object  string
	id      int64
	updated bool
}

// Service keeps the imports.
type Service struct {
	Records *record.Service
	Jobs    *jobs.Service
	// Folder is where uploaded files wait.
	Folder string
	// Files takes the pictures that stand in a file.
	Files *blob.Folder
	// Limit is the size of the largest file taken, in bytes.
	Limit int64
}

// New makes the service and its kinds of job.
func New(records *record.Service, work *jobs.Service, folder string, pictures *blob.Folder) *Service {
	s := &Service{Records: records, Jobs: work, Folder: folder, Files: pictures, Limit: maxFile}
	s.register()
	return s
}

// maxFile is what a file may have by default: some ten million rows.
const maxFile = 2 << 30

// shownProblems is how many problems are told with an import; the file of
// problems holds them all.
const shownProblems = 500

// Upload keeps a file and tells what it seems to be. o is nil when the object is
// to be guessed as well.
func (s *Service) Upload(ctx context.Context, a *policy.Actor, o *schema.Object, name string, body io.Reader) (Job, error) {
	if o != nil && !a.May(o, policy.Import) {
		return Job{}, &record.Error{Code: "forbidden"}
	}
	if err := durable.MkdirAll(s.Folder, 0o700); err != nil {
		return Job{}, fmt.Errorf("make the folder of imports: %w", err)
	}
	id := s.Records.IDs.Next()
	path := s.path(id)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600) //nolint:gosec // the name is a number of ours
	if err != nil {
		return Job{}, fmt.Errorf("keep the file: %w", err)
	}
	size, err := io.Copy(file, io.LimitReader(body, s.Limit+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = record.Invalid("file", "cut_off")
	case err != nil:
		err = fmt.Errorf("keep the file: %w", err)
	case size > s.Limit:
		// A part of a file is not what somebody sent.
		err = &http.MaxBytesError{Limit: s.Limit}
	default:
		err = errors.Join(file.Sync(), durable.Dir(s.Folder)) // before the row that names it
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return Job{}, errors.Join(err, os.Remove(path))
	}
	job := &Job{ID: id, FileName: filepath.Base(name), owner: a.ID, path: path, Unknown: "map"}
	job.options.FileName = job.FileName
	if err := job.detect(a, o); err != nil {
		return Job{}, errors.Join(err, os.Remove(path))
	}
	if err := s.attribute(ctx, a, job, true); err != nil {
		return Job{}, errors.Join(err, os.Remove(path))
	}
	job.Duplicates = job.recognise(a.Registry.Object(job.Object))
	if a.ID != 0 {
		if err := s.recall(ctx, a, job, o); err != nil {
			return Job{}, errors.Join(err, os.Remove(path))
		}
	}
	kept, err := job.body()
	if err == nil {
		err = s.spread(ctx, id)
	}
	if err == nil {
		err = store.Insert(ctx, s.Records.DB, files.Name, store.Row{
			"id": id, "owner_id": a.ID, "created_at": time.Now().UnixMicro(), "state": job.State, "job_id": int64(0), "body": kept, "progress": "",
		})
	}
	if err != nil {
		return Job{}, errors.Join(err, os.Remove(path))
	}
	return s.told(ctx, job, shownProblems)
}

// Get tells how an import stands; only who began it may see it.
func (s *Service) Get(ctx context.Context, a *policy.Actor, id int64) (Job, error) {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return Job{}, err
	}
	return s.told(ctx, j, shownProblems)
}

// Change is what a person corrects before the run.
type Change struct {
	Encoding   *string           `json:"encoding"`
	Delimiter  *string           `json:"delimiter"`
	HeaderRow  *int              `json:"header_row"`
	Sheet      *string           `json:"sheet"`
	Object     *string           `json:"object"`
	Mapping    map[string]string `json:"mapping"`
	Columns    []ColumnChange    `json:"columns"`
	Duplicates *Duplicates       `json:"duplicates"`
	Unknown    *string           `json:"unknown_options"`
}

// ColumnChange is what a person corrects in one column; field null leaves the
// column out.
type ColumnChange struct {
	Index       int                 `json:"index"`
	Field       *json.RawMessage    `json:"field"`
	DateReading *string             `json:"date_reading"`
	Values      *map[string]*string `json:"values"`
	Source      *string             `json:"source"`
}

// Adjust corrects what was detected or guessed.
func (s *Service) Adjust(ctx context.Context, a *policy.Actor, id int64, c Change) (Job, error) {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return Job{}, err
	}
	if err := s.fetch(ctx, id); err != nil {
		return Job{}, err
	}
	if j.State != "ready" && j.State != "checked" {
		return Job{}, &record.Error{Code: "conflict"}
	}
	o := a.Registry.Object(j.Object)
	if c.Object != nil && *c.Object != j.Object {
		if o = a.Registry.Object(*c.Object); o == nil || !a.May(o, policy.Import) {
			return Job{}, record.Invalid("object", "no_such_object")
		}
	}
	changed := c.Encoding != nil || c.Delimiter != nil || c.HeaderRow != nil || c.Sheet != nil || o.Name != j.Object
	if changed {
		before := j.options
		if c.Encoding != nil {
			j.options.Encoding = *c.Encoding
		}
		if c.Delimiter != nil && *c.Delimiter != "" {
			j.options.Delimiter = []rune(*c.Delimiter)[0]
		}
		if c.Sheet != nil {
			j.options.Sheet = *c.Sheet
		}
		if c.HeaderRow != nil {
			j.options.Header = tabular.HeaderNone
			if *c.HeaderRow > 0 {
				j.options.Header = tabular.HeaderRow(*c.HeaderRow)
			}
		}
		if err := j.detect(a, o); err != nil {
			j.options = before
			return Job{}, err
		}
	}
	if err := j.remap(a, o, c); err != nil {
		return Job{}, err
	}
	if changed || len(c.Mapping)+len(c.Columns) > 0 {
		if err := s.attribute(ctx, a, j, changed); err != nil {
			return Job{}, err
		}
	}
	if changed {
		j.Duplicates = j.recognise(o)
	}
	for _, change := range c.Columns {
		for i := range j.Columns {
			if column := &j.Columns[i]; change.Source != nil && column.Index == change.Index {
				column.Source = programName(*change.Source)
			}
		}
	}
	if c.Unknown != nil {
		switch {
		case *c.Unknown == "create" && !a.Administers():
			return Job{}, record.Invalid("unknown_options", "read_only")
		case *c.Unknown != "map" && *c.Unknown != "refuse" && *c.Unknown != "create":
			return Job{}, record.Invalid("unknown_options", "not_an_option", "value", schema.Shorten(*c.Unknown))
		}
		j.Unknown = *c.Unknown
	}
	if c.Duplicates != nil {
		if c.Duplicates.Keys == nil {
			c.Duplicates.Keys = j.Duplicates.Keys
		}
		if !contains([]string{"skip", "update", updateOnly, "create"}, c.Duplicates.Rule) {
			return Job{}, record.Invalid("duplicates", "not_an_option", "value", brief(c.Duplicates.Rule))
		}
		for _, key := range c.Duplicates.Keys {
			if o.Field(key) == nil || !a.Readable(o, o.Field(key)) {
				return Job{}, record.Invalid("duplicates", "unknown_field")
			}
		}
		j.Duplicates = *c.Duplicates
	}
	body, err := j.body()
	if err != nil {
		return Job{}, err
	}
	err = s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		n, err := store.Update(ctx, tx, files.Name, store.Row{"body": body, "state": j.State, "progress": ""}, store.Row{"id": id, "state": j.stored})
		if err == nil && n == 0 {
			return &record.Error{Code: "conflict"}
		}
		if err != nil {
			return err
		}
		return forget(ctx, tx, id)
	})
	if err != nil {
		return Job{}, err
	}
	j.far = progress{}
	return s.told(ctx, j, shownProblems)
}

// forget removes what an earlier dry run found.
func forget(ctx context.Context, tx store.Querier, id int64) error {
	for _, t := range []store.Table{groupTable, problemTable, keyTable} {
		if _, err := store.Delete(ctx, tx, t.Name, store.Row{"import_id": id}); err != nil {
			return err
		}
	}
	return nil
}

// remap takes a person's corrections of the columns.
func (j *Job) remap(a *policy.Actor, o *schema.Object, c Change) error {
	fields := map[int]string{}
	for key, field := range c.Mapping {
		if i, err := strconv.Atoi(key); err == nil {
			fields[i] = field
		}
	}
	for _, change := range c.Columns {
		if change.Field != nil {
			field := ""
			if err := json.Unmarshal(*change.Field, &field); err != nil {
				return record.Invalid("columns", "unknown_field")
			}
			fields[change.Index] = field
		}
	}
	for _, field := range fields {
		if _, ok := targetOf(a, o, field); field != "" && !ok {
			return record.Invalid("mapping", "unknown_field")
		}
	}
	for i := range j.Columns {
		column := &j.Columns[i]
		if field, ok := fields[column.Index]; ok && field != column.Field {
			column.Field, column.Confidence, column.DateReading, column.Values, column.Source = field, 1, "", nil, ""
		}
		for _, change := range c.Columns {
			if change.Index != column.Index {
				continue
			}
			if change.DateReading != nil {
				column.DateReading = *change.DateReading
			}
			if change.Values != nil {
				column.Values = *change.Values
			}
		}
	}
	j.State = "ready"
	return j.profile(a, o)
}

// Start begins a dry run ("check"), the run, or its undo as a job, or cancels the
// one under way.
func (s *Service) Start(ctx context.Context, a *policy.Actor, id int64, action string) error {
	if action == "cancel" {
		j, err := s.mine(ctx, a, id)
		if err != nil {
			return err
		}
		if !busy(j.State) || j.job == 0 {
			return &record.Error{Code: "conflict"}
		}
		return s.Jobs.Cancel(ctx, a, j.job)
	}
	job, err := s.begin(ctx, a, id, action, true)
	if err == nil {
		s.Jobs.Wake(ctx, job)
	}
	return err
}

// begin marks an import as being worked on, and makes the job that does.
func (s *Service) begin(ctx context.Context, a *policy.Actor, id int64, action string, asJob bool) (int64, error) {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return 0, err
	}
	if o := a.Registry.Object(j.Object); o == nil || !a.May(o, policy.Import) {
		// It may have been prepared by other means than those by which it is run.
		return 0, &record.Error{Code: "forbidden"}
	}
	state, total := "", int64(j.Rows)
	open := j.State == "ready" || j.State == "checked"
	switch {
	case action == "check" && open:
		state = "checking"
	case action == "run" && open:
		state = "running"
	case action == "undo" && (j.State == "done" || j.State == "cancelled" || j.State == "failed" && j.far.Made > 0):
		state, total = "undoing", int64(j.far.Made)
	default:
		return 0, &record.Error{Code: "conflict"}
	}
	far := progress{Now: time.Now().UnixMicro()}
	if action == "undo" {
		far = j.far // one that was cancelled goes on where it was
	}
	text, err := json.Marshal(far)
	if err != nil {
		return 0, err
	}
	var job int64
	err = s.Records.DB.Write(ctx, func(ctx context.Context, tx store.Querier) error {
		job = 0
		if asJob {
			made, err := s.Jobs.Add(ctx, tx, a, jobs.Job{Kind: kinds[action], Object: j.Object, Title: j.FileName, Total: total}, task{id, action})
			if err != nil {
				return err
			}
			job = made.ID
		}
		n, err := store.Update(ctx, tx, files.Name, store.Row{"state": state, "job_id": job, "progress": string(text)}, store.Row{"id": id, "state": j.stored, "job_id": j.job})
		if err == nil && n == 0 {
			return &record.Error{Code: "conflict"}
		}
		if err != nil || action == "undo" {
			return err
		}
		if action == "run" && j.owner != 0 {
			if err := j.remember(ctx, tx); err != nil {
				return err
			}
		}
		return forget(ctx, tx, id)
	})
	return job, err
}

// origin is what the history of a record calls an import.
func origin(id int64) string { return "import " + strconv.FormatInt(id, 10) }
