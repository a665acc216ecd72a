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
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

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

// Duplicates says what is done with a row that exists: skip, update or create.
type Duplicates struct {
	Keys []string `json:"keys"`
	Rule string   `json:"rule"`
}

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

	owner    int64
	path     string
	options  tabular.Options
	detected *tabular.Detected
	cancel   context.CancelFunc
	made     []made
	// Now is when the run began, in microseconds: nothing was made later.
	Now  int64 `json:"-"`
	seen map[uint64]bool
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

// Service keeps the imports of this node.
type Service struct {
	Records *record.Service
	// Folder is where uploaded files wait.
	Folder string

	mu   sync.Mutex
	jobs map[int64]*Job
}

// New makes the service.
func New(records *record.Service, folder string) *Service {
	return &Service{Records: records, Folder: folder, jobs: map[int64]*Job{}}
}

// MaxFile is the largest file taken, in bytes.
const MaxFile = 2 << 30

// maxProblems is how many problems are kept for reading; all are counted.
const maxProblems = 10_000

// Upload keeps a file and tells what it seems to be. o is nil when the object is
// to be guessed as well.
func (s *Service) Upload(a *policy.Actor, o *schema.Object, name string, body io.Reader) (Job, error) {
	if o != nil && !a.May(o, policy.Import) {
		return Job{}, &record.Error{Code: "forbidden"}
	}
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return Job{}, fmt.Errorf("make the folder of imports: %w", err)
	}
	id := s.Records.IDs.Next()
	path := filepath.Join(s.Folder, strconv.FormatInt(id, 10))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600) //nolint:gosec // the name is a number of ours
	if err != nil {
		return Job{}, fmt.Errorf("keep the file: %w", err)
	}
	_, err = io.Copy(file, io.LimitReader(body, MaxFile))
	if err = errors.Join(err, file.Close()); err != nil {
		return Job{}, fmt.Errorf("keep the file: %w", err)
	}
	job := &Job{ID: id, FileName: filepath.Base(name), owner: a.ID, path: path, Unknown: "map"}
	job.options.FileName = job.FileName
	if err := job.detect(a, o); err != nil {
		return Job{}, errors.Join(err, os.Remove(path))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs[id] = job
	return job.snapshot(), nil
}

// Get tells how an import stands; only who began it may see it.
func (s *Service) Get(a *policy.Actor, id int64) (Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[id]
	if j == nil || j.owner != a.ID {
		return Job{}, &record.Error{Code: "not_found"}
	}
	return j.snapshot(), nil
}

// snapshot is the import as it stands; nothing it holds changes any more.
func (j *Job) snapshot() Job {
	copied := *j
	copied.Problems = slices.Clone(j.Problems)
	copied.Columns = slices.Clone(j.Columns)
	copied.Warnings = slices.Clone(j.Warnings)
	copied.Since = slices.Clone(j.Since)
	copied.Groups = []*Group{}
	for _, g := range j.Groups {
		one := *g
		one.Rows = slices.Clone(g.Rows)
		copied.Groups = append(copied.Groups, &one)
	}
	return copied
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
}

// Adjust corrects what was detected or guessed.
func (s *Service) Adjust(a *policy.Actor, id int64, c Change) (Job, error) {
	if _, err := s.Get(a, id); err != nil {
		return Job{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[id]
	if j.State != "ready" && j.State != "checked" {
		return Job{}, &record.Error{Code: "conflict"}
	}
	o := a.Registry.Object(j.Object)
	if c.Object != nil && *c.Object != j.Object {
		if o = a.Registry.Object(*c.Object); o == nil || !a.May(o, policy.Import) {
			return Job{}, record.Invalid("object", "no_such_object")
		}
	}
	if c.Encoding != nil || c.Delimiter != nil || c.HeaderRow != nil || c.Sheet != nil || o.Name != j.Object {
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
	if c.Unknown != nil {
		j.Unknown = *c.Unknown
	}
	if c.Duplicates != nil {
		for _, key := range c.Duplicates.Keys {
			if o.Field(key) == nil || !a.Readable(o, o.Field(key)) {
				return Job{}, record.Invalid("duplicates", "unknown_field")
			}
		}
		j.Duplicates = *c.Duplicates
	}
	return j.snapshot(), nil
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
			column.Field, column.Confidence, column.DateReading, column.Values = field, 1, "", nil
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

// Start begins a dry run ("check"), the run, or its undo in the background.
func (s *Service) Start(a *policy.Actor, id int64, action string) error {
	if _, err := s.Get(a, id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[id]
	switch {
	case action == "cancel" && j.cancel != nil:
		j.cancel()
		return nil
	case action == "check" && (j.State == "ready" || j.State == "checked"):
		j.State = "checking"
	case action == "run" && (j.State == "ready" || j.State == "checked"):
		j.State = "running"
	case action == "undo" && (j.State == "done" || j.State == "cancelled"):
		j.State = "undoing"
	default:
		return &record.Error{Code: "conflict"}
	}
	actor := *a
	actor.Origin, actor.Importing = "import "+strconv.FormatInt(id, 10), true
	ctx, cancel := context.WithCancel(store.Bulk(context.Background()))
	j.cancel = cancel
	if action == "undo" {
		j.Done, j.Since = 0, nil
		go s.undo(ctx, &actor, j)
		return nil
	}
	j.Done, j.Created, j.Updated, j.Skipped, j.Failed, j.Warned, j.Problems, j.Groups = 0, 0, 0, 0, 0, 0, []Problem{}, []*Group{}
	j.Now, j.seen = time.Now().UnixMicro(), map[uint64]bool{}
	go s.run(ctx, &actor, j, action == "check")
	return nil
}

func (s *Service) run(ctx context.Context, a *policy.Actor, j *Job, dry bool) {
	final := map[bool]string{true: "checked", false: "done"}[dry]
	if err := s.each(ctx, a, j, dry); errors.Is(err, context.Canceled) {
		final = "cancelled"
		if dry {
			final = "ready"
		}
	} else if err != nil {
		final = "failed"
	}
	s.finish(j, final)
}

func (s *Service) finish(j *Job, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.State, j.Left = state, 0
	j.cancel()
	j.cancel = nil
}

func (s *Service) each(ctx context.Context, a *policy.Actor, j *Job, dry bool) error {
	r, err := tabular.Open(j.path, j.options, j.detected)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	o := a.Registry.Object(j.Object)
	started := time.Now()
	convert := s.converter(a, o, j)
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		outcome, records, problems := s.row(ctx, a, o, j, convert, row, dry)
		s.mu.Lock()
		j.Done++
		switch outcome {
		case "created":
			j.Created++
		case "updated":
			j.Updated++
		case "skipped":
			j.Skipped++
		default:
			j.Failed++
		}
		j.made = append(j.made, records...)
		warned := false
		for _, p := range problems {
			j.note(p)
			warned = warned || p.Warning
		}
		if warned {
			j.Warned++
		}
		j.Rate = float64(j.Done) / max(time.Since(started).Seconds(), 0.001)
		j.Left = float64(j.Rows-j.Done) / max(j.Rate, 0.001)
		s.mu.Unlock()
	}
}
