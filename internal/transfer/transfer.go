// Package transfer brings files in as records: what was detected, the mapping
// of columns to fields, a dry run, the run, and its undo. Every row goes through
// the record service under the rights of whoever imports.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"ecrm/internal/normal"
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
}

// Problem is why a row was refused.
type Problem struct {
	Row     int               `json:"row"`
	Column  string            `json:"column"`
	Code    string            `json:"code"`
	Params  map[string]string `json:"-"`
	Message string            `json:"message"`
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
	Problems   []Problem  `json:"problems"`
	Rate       float64    `json:"rate"`
	Left       float64    `json:"seconds_left"`

	owner    int64
	path     string
	options  tabular.Options
	detected *tabular.Detected
	cancel   context.CancelFunc
	made     []int64
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
const maxProblems = 1000

// Upload keeps a file and tells what it seems to be.
func (s *Service) Upload(a *policy.Actor, o *schema.Object, name string, body io.Reader) (Job, error) {
	if !a.May(o, policy.Import) {
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
	job := &Job{ID: id, Object: o.Name, FileName: filepath.Base(name), owner: a.ID, path: path, Duplicates: Duplicates{Keys: []string{o.Title}, Rule: "skip"}}
	job.options.FileName = job.FileName
	if err := job.detect(a, o); err != nil {
		return Job{}, errors.Join(err, os.Remove(path))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs[id] = job
	return *job, nil
}

func (j *Job) detect(a *policy.Actor, o *schema.Object) error {
	d, err := tabular.Detect(j.path, j.options)
	if err != nil {
		return record.Invalid("file", "file_"+strings.TrimPrefix(tabular.ErrorCode(err), "file_"))
	}
	j.detected = d
	j.State, j.Encoding, j.Delimiter, j.HeaderRow, j.Rows = "ready", d.Encoding, d.Delimiter, d.HeaderRow, d.Rows
	j.Columns, j.Preview, j.Problems = nil, nil, []Problem{}
	taken := map[string]bool{}
	for _, c := range d.Columns {
		column := Column{Index: c.Index, Header: c.Header, Samples: c.Samples}
		if f, confidence := guess(a, o, c.Header, taken); f != "" {
			taken[f] = true
			column.Field, column.Confidence = f, confidence
		}
		j.Columns = append(j.Columns, column)
	}
	if !taken[o.Title] {
		j.nameColumn(o)
	}
	r, err := tabular.Open(j.path, j.options, d)
	if err != nil {
		return record.Invalid("file", "not_a_table")
	}
	for len(j.Preview) < 20 {
		row, err := r.Next()
		if err != nil {
			break
		}
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, c.Text)
		}
		j.Preview = append(j.Preview, cells)
	}
	return r.Close()
}

// nameColumn finds what most likely names the records where no header says so:
// a column whose header speaks of a name, else the first that holds words.
func (j *Job) nameColumn(o *schema.Object) {
	best, confidence := -1, 0.0
	for i, c := range j.Columns {
		if c.Field != "" || len(c.Samples) == 0 {
			continue
		}
		words := false
		for _, sample := range c.Samples {
			words = words || strings.ContainsFunc(sample, unicode.IsLetter)
		}
		header, likely := normal.Fold(c.Header), 0.0
		if words {
			likely = 0.3
			for _, part := range []string{"name", "名", "公司", "company", "标题"} {
				if strings.Contains(header, part) {
					likely = 0.5
				}
			}
		}
		if likely > confidence {
			best, confidence = i, likely
		}
	}
	if best >= 0 {
		j.Columns[best].Field, j.Columns[best].Confidence = o.Title, confidence
	}
}

// synonyms are headers other programs use for our fields, folded.
var synonyms = map[string][]string{
	"name":         {"公司", "公司名稱", "公司名称", "客戶名稱", "客户名称", "企業名稱", "企业名称", "account", "account name", "company", "company name", "organization", "full name", "fn", "display name", "姓名"},
	"short_name":   {"公司簡稱", "公司简称", "簡稱", "short name"},
	"phones":       {"電話", "电话", "聯絡電話", "联系电话", "總機電話", "手機", "手机", "phone", "phone number", "telephone", "mobile", "tel", "business phone"},
	"mails":        {"email", "e-mail", "mail", "email address", "e-mail address", "電子郵件信箱", "邮箱", "信箱"},
	"website":      {"網址", "网址", "website", "web", "url", "公司網址"},
	"address":      {"地址", "住址", "公司地址", "address", "adr", "billing address"},
	"tax_number":   {"統編", "統一編號", "營利事業統一編號", "税号", "纳税人识别号", "統一社會信用代碼", "vat", "tax id"},
	"industry":     {"產業別", "行业", "產業類別", "industry", "sector"},
	"note":         {"備註", "备注", "說明", "notes", "note", "description", "comment", "comments"},
	"owner":        {ownerHeader, "業務", "負責業務", "業務員", "业务员", "销售", "owner", "account owner", "sales rep", "sales agent"},
	"title":        {"職稱", "职务", "职位", "job title", "title", "position"},
	"customer":     {"客戶", "客户", "公司", "公司名稱", "company", "account", "account name", "organization", "org"},
	"english_name": {"英文名稱", "英文簡稱", "english name"},
	"tags":         {"標籤", "标签", "tags", "tag", "categories", "labels"},
	"source":       {"來源", "来源", "lead source", "source"},
	"family_name":  {"姓", "last name", "family name", "surname", "n.family"}, "given_name": {"名", "first name", "given name", "n.given"},
}

// guess finds the field a header means. A 負責人 or 代表人 is a company's legal
// representative, never the owner of the record.
func guess(a *policy.Actor, o *schema.Object, header string, taken map[string]bool) (string, float64) {
	folded := normal.Fold(header)
	for _, f := range o.Fields {
		if taken[f.Name] || a.Access(o, f) != "write" {
			continue
		}
		for _, name := range []string{f.Name, strings.ReplaceAll(f.Name, "_", " "), f.Label.TW, f.Label.EN} {
			if name != "" && normal.Fold(name) == folded {
				return f.Name, 1
			}
		}
		if cn := normal.Fold(f.Label.CN); cn == folded && f.Name != "owner" {
			return f.Name, 1
		}
		for _, name := range synonyms[f.Name] {
			if normal.Fold(name) == folded {
				return f.Name, 0.8
			}
		}
	}
	return "", 0
}

// Get tells how an import stands; only who began it may see it.
func (s *Service) Get(a *policy.Actor, id int64) (Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[id]
	if j == nil || j.owner != a.ID {
		return Job{}, &record.Error{Code: "not_found"}
	}
	copied := *j
	copied.Problems = append([]Problem{}, j.Problems...)
	return copied, nil
}

// Change is what a person corrects before the run.
type Change struct {
	Encoding   *string           `json:"encoding"`
	Delimiter  *string           `json:"delimiter"`
	HeaderRow  *int              `json:"header_row"`
	Mapping    map[string]string `json:"mapping"`
	Duplicates *Duplicates       `json:"duplicates"`
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
	if c.Encoding != nil || c.Delimiter != nil || c.HeaderRow != nil {
		before := j.options
		if c.Encoding != nil {
			j.options.Encoding = *c.Encoding
		}
		if c.Delimiter != nil && *c.Delimiter != "" {
			j.options.Delimiter = []rune(*c.Delimiter)[0]
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
	for key, field := range c.Mapping {
		if field != "" && (o.Field(field) == nil || a.Access(o, o.Field(field)) != "write") {
			return Job{}, record.Invalid("mapping", "unknown_field")
		}
		for i := range j.Columns {
			if strconv.Itoa(j.Columns[i].Index) == key {
				j.Columns[i].Field, j.Columns[i].Confidence = field, 1
			}
		}
	}
	if c.Duplicates != nil {
		for _, key := range c.Duplicates.Keys {
			if o.Field(key) == nil || !a.Readable(o, o.Field(key)) {
				return Job{}, record.Invalid("duplicates", "unknown_field")
			}
		}
		j.Duplicates = *c.Duplicates
	}
	return *j, nil
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
		j.State = "running"
	default:
		return &record.Error{Code: "conflict"}
	}
	actor := *a
	actor.Origin = "import " + strconv.FormatInt(id, 10)
	ctx, cancel := context.WithCancel(store.Bulk(context.Background()))
	j.cancel = cancel
	if action == "undo" {
		go s.undo(ctx, &actor, j)
		return nil
	}
	j.Done, j.Created, j.Updated, j.Skipped, j.Failed, j.Problems = 0, 0, 0, 0, 0, []Problem{}
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
		outcome, id, problems := s.row(ctx, a, o, j, row, dry)
		s.mu.Lock()
		j.Done++
		switch outcome {
		case "created":
			j.Created++
			if !dry {
				j.made = append(j.made, id)
			}
		case "updated":
			j.Updated++
		case "skipped":
			j.Skipped++
		default:
			j.Failed++
		}
		for _, p := range problems {
			if len(j.Problems) < maxProblems {
				j.Problems = append(j.Problems, p)
			}
		}
		j.Rate = float64(j.Done) / max(time.Since(started).Seconds(), 0.001)
		j.Left = float64(j.Rows-j.Done) / max(j.Rate, 0.001)
		s.mu.Unlock()
	}
}

// row brings one row in, or only says what would become of it.
func (s *Service) row(ctx context.Context, a *policy.Actor, o *schema.Object, j *Job, row tabular.Row, dry bool) (string, int64, []Problem) {
	refuse := func(column, code string, params map[string]string) (string, int64, []Problem) {
		return "failed", 0, []Problem{{Row: row.Number, Column: column, Code: code, Params: params}}
	}
	if row.Problem != nil && !row.Problem.Usable {
		return refuse("", row.Problem.Code, row.Problem.Params)
	}
	cells, headers := map[string]string{}, map[string]string{}
	for i, c := range j.Columns {
		if c.Field == "" || i >= len(row.Cells) {
			continue
		}
		text := strings.TrimSpace(row.Cells[i].Text)
		if text == "" {
			continue
		}
		if cells[c.Field] != "" {
			text = cells[c.Field] + "; " + text
		}
		cells[c.Field], headers[c.Field] = text, c.Header
	}
	values, err := s.Records.ParseText(ctx, a, o, cells)
	if err == nil {
		for _, f := range o.Fields {
			if f.Required && f.Default == nil && values[f.Name] == nil && (f.Name != "name" || o.Field("family_name") == nil) {
				err = record.Invalid(f.Name, "required")
				break
			}
		}
	}
	outcome, id := "created", int64(0)
	if err == nil && j.Duplicates.Rule != "create" {
		for _, key := range j.Duplicates.Keys {
			text := values.Text(key)
			if text == "" || outcome != "created" {
				continue
			}
			var ids []int64
			if ids, err = s.Records.FindBy(ctx, a, o, key, text, 1); len(ids) > 0 {
				id, outcome = ids[0], map[string]string{"update": "updated"}[j.Duplicates.Rule]
				if outcome == "" {
					outcome = "skipped"
				}
			}
		}
	}
	switch {
	case err != nil || dry || outcome == "skipped":
	case outcome == "updated":
		err = s.Records.UpdateValues(ctx, a, o, id, values)
	default:
		id, err = s.Records.CreateValues(ctx, a, o, values)
	}
	var re *record.Error
	switch {
	case err == nil:
		return outcome, id, nil
	case !errors.As(err, &re):
		return refuse("", "unavailable", nil)
	case len(re.Fields) == 0:
		return refuse("", re.Code, nil)
	}
	var problems []Problem
	for _, f := range re.Fields {
		header := headers[f.Field]
		if header == "" {
			header = f.Field
		}
		problems = append(problems, Problem{Row: row.Number, Column: header, Code: f.Problem.Code, Params: f.Params})
	}
	return "failed", 0, problems
}

// undo takes back what the import made, where nobody has worked on it since.
func (s *Service) undo(ctx context.Context, a *policy.Actor, j *Job) {
	o := a.Registry.Object(j.Object)
	// Who may import may take the import back, also without the right to delete.
	system := policy.System(a.Registry, "undo of "+a.Origin)
	system.ID = a.ID
	for _, id := range j.made {
		history, err := s.Records.History(ctx, system, o, id)
		problem := ""
		switch {
		case record.IsCode(err, "not_found"):
			continue
		case err != nil:
			problem = "unavailable"
		case len(history) > 1:
			problem = "changed_since"
		default:
			if err := s.Records.Delete(ctx, system, o, id); err != nil {
				problem = "unavailable"
			}
		}
		if problem != "" {
			s.mu.Lock()
			j.Problems = append(j.Problems, Problem{Code: problem, Column: strconv.FormatInt(id, 10)})
			s.mu.Unlock()
		}
	}
	s.finish(j, "undone")
}
