package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"

	"ecrm/internal/durable"
	"ecrm/internal/jobs"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/tabular"
)

// ExportKind names the jobs that export.
const ExportKind = "export"

const (
	// exportPortion is how many records are read at a time.
	exportPortion = 1000
	// exportGrace is how long the file of an export is kept.
	exportGrace = 7 * 24 * time.Hour
)

// ExportRequest says what to export: all that a list finds, or the records named.
type ExportRequest struct {
	Filter string `json:"filter,omitempty"`
	// Also is the filter of the saved view the list is seen through.
	Also string  `json:"also,omitempty"`
	Q    string  `json:"q,omitempty"`
	Sort string  `json:"sort,omitempty"`
	IDs  []int64 `json:"ids,omitempty"`
	// Fields are the columns in their order; none means all.
	Fields []string `json:"fields,omitempty"`
	// Format is csv or xlsx.
	Format string `json:"format"`
	// Encoding of a csv is utf-8 (the default), big5 or gb18030.
	Encoding string `json:"encoding,omitempty"`
}

// ExportResult is what came of an export.
type ExportResult struct {
	// File is the name under which it is saved.
	File string `json:"file"`
	Size int64  `json:"size"`
	Rows int64  `json:"rows"`
	// Cut is how many texts were too long for a spreadsheet's cell.
	Cut int `json:"cut,omitempty"`
	// Until is when the file is removed.
	Until time.Time `json:"until,omitzero"`
}

// Exports writes records into files.
type Exports struct {
	Records *record.Service
	Jobs    *jobs.Service
	folder  string
}

// NewExports makes the service, which keeps its files in a folder, and registers
// its job.
func NewExports(records *record.Service, j *jobs.Service, folder string) *Exports {
	e := &Exports{Records: records, Jobs: j, folder: folder}
	j.Register(jobs.Kind{Name: ExportKind, Run: e.run})
	return e
}

// listing is the request as a list.
func (r ExportRequest) listing() (record.ListRequest, error) {
	also, err := query.Parse(r.Also)
	return record.ListRequest{Filter: r.Filter, More: also, Q: r.Q, Sort: r.Sort}, err
}

// Begin starts the job that exports; what cannot be asked for is refused here.
func (e *Exports) Begin(ctx context.Context, a *policy.Actor, o *schema.Object, r ExportRequest) (jobs.Job, error) {
	if err := e.check(ctx, a, o, &r); err != nil {
		return jobs.Job{}, err
	}
	// The fields of today: whoever loses the right to one loses the file.
	fields, err := e.Records.Selection(a, o, r.Fields)
	if err != nil {
		return jobs.Job{}, err
	}
	r.Fields = nil
	for _, f := range fields {
		r.Fields = append(r.Fields, f.Name)
	}
	return e.Jobs.Start(ctx, a, ExportKind, o.Name, "", r)
}

var errEnough = errors.New("enough was read")

// check refuses what no export could do.
func (e *Exports) check(ctx context.Context, a *policy.Actor, o *schema.Object, r *ExportRequest) error {
	if !a.May(o, policy.Export) || !a.May(o, policy.View) {
		return &record.Error{Code: "forbidden"}
	}
	if r.Format == "" {
		r.Format = "csv"
	}
	if r.Format != "csv" && r.Format != "xlsx" {
		return record.Invalid("format", "not_an_option", "value", schema.Shorten(r.Format))
	}
	if _, err := encoded(io.Discard, r.Encoding); err != nil {
		return err
	}
	if _, err := e.Records.Selection(a, o, r.Fields); err != nil {
		return err
	}
	if r.IDs != nil {
		return nil
	}
	list, err := r.listing()
	if err != nil {
		return err
	}
	// The first row tells whether filter and sort can be answered.
	looking, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err = e.Records.Pick(looking, a, o, policy.Export, list, func(int64, int64) error { return errEnough })
	if errors.Is(err, errEnough) || looking.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// encoded writes text in an encoding; what it lacks becomes a question mark.
func encoded(w io.Writer, name string) (io.Writer, error) {
	var e encoding.Encoding
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return w, nil
	case "big5":
		e = traditionalchinese.Big5
	case "gb18030", "gbk", "gb2312":
		e = simplifiedchinese.GB18030
	default:
		return nil, record.Invalid("encoding", "not_an_option", "value", schema.Shorten(name))
	}
	return transform.NewWriter(w, encoding.ReplaceUnsupported(e.NewEncoder())), nil
}

// run is the job: the file is written beside its place and put there whole, so
// that an export begun anew after a restart leaves nothing of the first.
func (e *Exports) run(ctx context.Context, r *jobs.Run) error {
	var in ExportRequest
	if err := r.Input(&in); err != nil {
		return err
	}
	job := r.Job()
	a, err := r.Actor()
	if err != nil {
		return err
	}
	o := a.Registry.Object(job.Object)
	if o == nil {
		return &record.Error{Code: "not_found"}
	}
	if err := e.check(ctx, a, o, &in); err != nil {
		return err
	}
	a.Origin = "export " + strconv.FormatInt(job.ID, 10)
	result, err := e.WriteFile(ctx, a, o, in, e.path(job.ID), Watch{Progress: r.Progress, Actor: r.Actor})
	if err != nil {
		return err
	}
	result.Until = time.Now().UTC().Add(exportGrace).Truncate(time.Second)
	r.Result(result)
	return nil
}

func (e *Exports) path(job int64) string {
	return filepath.Join(e.folder, strconv.FormatInt(job, 10)+".export")
}

// Watch is how a caller follows an export; both may be nil.
type Watch struct {
	Progress func(done, total int64)
	// Actor tells anew who exports; his rights may have changed on the way.
	Actor func() (*policy.Actor, error)
}

// WriteFile exports into a file, which appears when it is whole, and writes into
// the audit who exported what and how much.
func (e *Exports) WriteFile(ctx context.Context, a *policy.Actor, o *schema.Object, in ExportRequest, path string, w Watch) (result ExportResult, err error) {
	if err := durable.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return result, fmt.Errorf("make the folder of exports: %w", err)
	}
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // a path of our own, or the one the administrator names
	if err != nil {
		return result, fmt.Errorf("make the file of an export: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(part))
		}
	}()
	if result, err = e.Write(ctx, a, o, in, file, w); err != nil {
		return result, err
	}
	if err = file.Sync(); err != nil {
		return result, fmt.Errorf("write an export: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return result, fmt.Errorf("write an export: %w", err)
	}
	result.Size = info.Size()
	result.File = o.LabelPlural.In(a.Language) + " " + time.Now().In(a.Zone()).Format(time.DateOnly) + "." + in.Format
	if err = e.Records.Log(ctx, a, o, "exported", map[string]any{
		"rows": result.Rows, "filter": in.Filter, "q": in.Q, "fields": in.Fields, "format": in.Format, "chosen": len(in.IDs),
	}); err != nil {
		return result, err
	}
	if err = file.Close(); err != nil {
		return result, fmt.Errorf("write an export: %w", err)
	}
	return result, durable.Rename(part, path)
}

// Write exports into a stream.
func (e *Exports) Write(ctx context.Context, a *policy.Actor, o *schema.Object, in ExportRequest, to io.Writer, watch Watch) (ExportResult, error) {
	fields, err := e.Records.Selection(a, o, in.Fields)
	if err != nil {
		return ExportResult{}, err
	}
	columns := columnsFor(a, fields, e.Records.Currency())
	fields = fields[:0]
	headers := make([]string, len(columns))
	for i, c := range columns {
		headers[i] = c.header
		if len(fields) == 0 || fields[len(fields)-1] != c.field {
			fields = append(fields, c.field)
		}
	}
	ids := in.IDs
	if ids == nil {
		list, err := in.listing()
		if err == nil {
			err = e.Records.Pick(ctx, a, o, policy.Export, list, func(id, _ int64) error {
				ids = append(ids, id)
				return nil
			})
		}
		if err != nil {
			return ExportResult{}, err
		}
	}
	buffered := bufio.NewWriterSize(to, 256<<10)
	out, err := writerFor(a, o, in, headers, buffered)
	if err != nil {
		return ExportResult{}, err
	}
	x := exporting{exports: e, object: o, fields: fields, columns: columns, watch: watch}
	rows, err := x.rows(ctx, a, ids, out)
	if err != nil {
		return ExportResult{}, err
	}
	if err := errors.Join(out.Close(), buffered.Flush()); err != nil {
		return ExportResult{}, fmt.Errorf("write an export: %w", err)
	}
	return ExportResult{Rows: rows, Cut: tabular.Truncated(out)}, nil
}

// closing closes what lies below a writer, too.
type closing struct {
	tabular.Writer
	below io.Closer
}

// Close finishes the file.
func (c closing) Close() error { return errors.Join(c.Writer.Close(), c.below.Close()) }

func writerFor(a *policy.Actor, o *schema.Object, in ExportRequest, headers []string, to io.Writer) (tabular.Writer, error) {
	if in.Format == "xlsx" {
		return tabular.NewXLSXWriter(to, o.LabelPlural.In(a.Language), headers, tabular.XLSXOptions{})
	}
	below, err := encoded(to, in.Encoding)
	if err != nil {
		return nil, err
	}
	w, err := tabular.NewCSVWriter(below, tabular.CSVOptions{BOM: below == to, Headers: headers})
	if err != nil {
		return nil, err
	}
	if closer, ok := below.(io.Closer); ok && below != to {
		return closing{w, closer}, nil
	}
	return w, nil
}

// exporting is an export under way.
type exporting struct {
	exports *Exports
	object  *schema.Object
	fields  []*schema.Field
	columns []column
	watch   Watch
}

// read is a portion as it comes from the database.
type read struct {
	record.Portion
	upTo int64
	err  error
}

// rows reads portions ahead while others are written, and answers how many
// records there were: one that went out of sight meanwhile is left out.
func (x *exporting) rows(ctx context.Context, a *policy.Actor, ids []int64, out tabular.Writer) (n int64, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	portions := make(chan read, 2)
	go func() {
		defer close(portions)
		upTo, asked := int64(0), time.Now()
		for some := range slices.Chunk(ids, exportPortion) {
			upTo += int64(len(some))
			var p read
			if a, p.err = x.still(a, &asked); p.err == nil {
				p.Portion, p.err = x.exports.Records.Portion(ctx, a, x.object, policy.Export, x.fields, some)
			}
			p.upTo = upTo
			select {
			case portions <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	total := int64(len(ids))
	x.progress(0, total)
	cells := make([]tabular.Cell, len(x.columns))
	for p := range portions {
		if p.err != nil {
			return n, p.err
		}
		for _, row := range p.Rows {
			// A record with rows of its own takes as many rows of the file.
			id, _ := row[0].(int64)
			high := 1
			for _, lines := range p.Lines {
				high = max(high, len(lines[id]))
			}
			for line := range high {
				x.fill(cells, row, p.Portion, id, line)
				if err := out.WriteRow(cells); err != nil {
					return n, fmt.Errorf("write an export: %w", err)
				}
			}
			n++
		}
		x.progress(p.upTo, total)
	}
	return n, ctx.Err()
}

// fill writes a record beside one of its rows into cells.
func (x *exporting) fill(cells []tabular.Cell, row []any, p record.Portion, id int64, line int) {
	at := 2
	for i, c := range x.columns {
		if c.line == nil {
			width := len(c.field.Columns())
			cells[i] = c.cell(row[at:at+width], p.Labels)
			at += width
			continue
		}
		cells[i] = tabular.Cell{}
		if rows := p.Lines[c.field][id]; line < len(rows) {
			cells[i] = c.cell(rows[line].Values[c.line.Name], p.Labels)
		}
	}
}

func (x *exporting) progress(done, total int64) {
	if x.watch.Progress != nil {
		x.watch.Progress(done, total)
	}
}

// still asks each second whether the actor may go on as he began.
func (x *exporting) still(a *policy.Actor, asked *time.Time) (*policy.Actor, error) {
	if x.watch.Actor == nil || time.Since(*asked) < time.Second {
		return a, nil
	}
	*asked = time.Now()
	now, err := x.watch.Actor()
	if err != nil {
		return nil, err
	}
	if !now.May(x.object, policy.Export) {
		return nil, &record.Error{Code: "forbidden"}
	}
	for _, f := range x.fields {
		if !now.Readable(x.object, f) {
			return nil, &record.Error{Code: "forbidden"}
		}
	}
	now.Origin = a.Origin
	return now, nil
}

// Open gives the file of an export to the one who made it, while he may still
// export what is in it. The caller closes it.
func (e *Exports) Open(ctx context.Context, a *policy.Actor, id int64) (*os.File, ExportResult, error) {
	gone := &record.Error{Code: "not_found"}
	var result ExportResult
	j, err := e.Jobs.Get(ctx, a, id)
	if err != nil {
		return nil, result, err
	}
	o := a.Registry.Object(j.Object)
	if j.Kind != ExportKind || j.CreatedBy != a.ID || j.State != jobs.Done || o == nil {
		return nil, result, gone
	}
	var in ExportRequest
	if err := e.Jobs.Input(ctx, id, &in); err != nil {
		return nil, result, err
	}
	if !a.May(o, policy.Export) {
		return nil, result, &record.Error{Code: "forbidden"}
	}
	if _, err := e.Records.Selection(a, o, in.Fields); err != nil {
		return nil, result, &record.Error{Code: "forbidden"}
	}
	if err := json.Unmarshal(j.Result, &result); err != nil {
		return nil, result, fmt.Errorf("read the result of an export: %w", err)
	}
	file, err := os.Open(e.path(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, result, gone
	}
	return file, result, err
}

// Sweep removes the files whose time is over, and what a stopped server left.
func (e *Exports) Sweep(now time.Time) error {
	entries, err := os.ReadDir(e.folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sweep the exports: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || now.Sub(info.ModTime()) < exportGrace {
			continue
		}
		if err := os.Remove(filepath.Join(e.folder, entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("sweep the exports: %w", err)
		}
	}
	return nil
}
