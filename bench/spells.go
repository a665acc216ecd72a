package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// stage is a server on a copy of the data, which is thrown away: what is written to it changes no
// later run.
type stage struct {
	o options
	h *home
	s *server
}

// spell is a case that is one long work rather than many calls.
type spell struct {
	name string
	run  func(ctx context.Context, t *stage, name string) ([]result, error)
}

func spells() []spell {
	return []spell{
		{"import CSV, checked and run", func(ctx context.Context, t *stage, name string) ([]result, error) {
			return t.imported(ctx, name, "csv", 6000)
		}},
		{"import XLSX, checked and run", func(ctx context.Context, t *stage, name string) ([]result, error) {
			return t.imported(ctx, name, "xlsx", 4000)
		}},
		{"export CSV", func(ctx context.Context, t *stage, name string) ([]result, error) {
			return t.exported(ctx, name, "csv", 50_000)
		}},
		{"export XLSX", func(ctx context.Context, t *stage, name string) ([]result, error) {
			return t.exported(ctx, name, "xlsx", 15_000)
		}},
		{"while a large import runs", func(ctx context.Context, t *stage, name string) ([]result, error) { return t.crowded(ctx, name) }},
		{"bulk assign of a tenth", func(ctx context.Context, t *stage, name string) ([]result, error) { return t.assigned(ctx, name) }},
		{"a quote of 200 lines", func(ctx context.Context, t *stage, name string) ([]result, error) { return t.documented(ctx, name) }},
		{"handover with children", func(ctx context.Context, t *stage, name string) ([]result, error) { return t.handedOver(ctx, name) }},
	}
}

// amount is a number of records at a million customers, fewer in smaller companies.
func (t *stage) amount(n int) int { return max(100, n*t.o.customers/1_000_000) }

func (t *stage) sign(ctx context.Context, as string) (*client, error) {
	return signIn(ctx, t.s.base, as, t.h.Logins[as])
}

// told is a result that is a value of a unit rather than a ratio.
func (t *stage) told(name string, value float64, unit string, goal float64, atLeast bool, note string) result {
	r := result{Case: name, Database: t.h.database, Callers: 1, Value: value, Unit: unit, Goal: goal, AtLeast: atLeast, Note: note}
	r.Met = goal > 0 && (atLeast && value >= goal || !atLeast && value <= goal)
	return r
}

// file is a list of companies as offices keep one; from tells it from other files.
func file(format string, rows, from int) ([]byte, error) {
	var out bytes.Buffer
	header := []string{"公司名稱", "簡稱", "電話", "電子郵件", "地址", "等級", "產業", "網站", "備註"}
	first, second := []rune("大同永豐華新遠東聯成台亞宏泰國瑞鴻廣達中光寶元昇"), []string{"電子", "精密", "科技", "貿易", "塑膠", "機械", "生技", "物流"}
	line := func(i int) []string {
		n := from + i
		name := string([]rune{first[n%len(first)], first[(n/len(first)+7)%len(first)], first[(n/97+3)%len(first)]}) + second[n%len(second)]
		return []string{
			fmt.Sprintf("%s%d股份有限公司", name, n), fmt.Sprintf("%s%d", name, n), fmt.Sprintf("02-%04d-%04d", 2000+n/10000%8000, n%10000), fmt.Sprintf("info%d@example.com", n),
			fmt.Sprintf("台北市大安區忠孝東路四段%d號", 1+n%900), []string{"A", "B", "C", "D"}[n%4], second[(n/3)%len(second)], fmt.Sprintf("https://www.example.com/%d", n), "老客戶，每季拜訪一次",
		}
	}
	if format == "csv" {
		_, _ = fmt.Fprintln(&out, strings.Join(header, ","))
		for i := range rows {
			_, _ = fmt.Fprintln(&out, strings.Join(line(i), ","))
		}
		return out.Bytes(), nil
	}
	z := zip.NewWriter(&out)
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="客戶" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
	}
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, p.text); err != nil {
			return nil, err
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	sheet := bytes.NewBufferString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i := -1; i < rows; i++ {
		cells := header
		if i >= 0 {
			cells = line(i)
		}
		sheet.WriteString("<row>")
		for _, c := range cells {
			sheet.WriteString(`<c t="inlineStr"><is><t>` + c + "</t></is></c>")
		}
		sheet.WriteString("</row>")
		if sheet.Len() > 1<<20 {
			if _, err := sheet.WriteTo(w); err != nil {
				return nil, err
			}
		}
	}
	sheet.WriteString("</sheetData></worksheet>")
	if _, err := sheet.WriteTo(w); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}

// upload brings a file of customers in, known by name, and answers the import's id.
func upload(ctx context.Context, c *client, name string, content []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("object", "customer")
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(content); err != nil {
		return "", err
	}
	if err := form.Close(); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/api/v1/imports", &body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var job struct{ ID string }
	if err := json.Unmarshal(text, &job); err != nil || job.ID == "" {
		return "", fmt.Errorf("the upload answered %s %.300s", res.Status, text)
	}
	return job.ID, c.do(ctx, "PATCH", "/api/v1/imports/"+job.ID, map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}}, nil)
}

// begin starts an action of an import.
func begin(ctx context.Context, c *client, id, action string) error {
	return c.do(ctx, "POST", "/api/v1/imports/"+id+"/actions/"+action, nil, nil)
}

// await waits until an import has come to a state.
func await(ctx context.Context, c *client, id, state string) error {
	for {
		var job struct{ State string }
		if err := c.do(ctx, "GET", "/api/v1/imports/"+id, nil, &job); err != nil {
			return err
		}
		switch job.State {
		case state:
			return nil
		case "failed":
			return errors.New("the import failed")
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// imported brings 100,000 rows in, from the upload to the last row, and writes the same rows bare.
func (t *stage) imported(ctx context.Context, name, format string, goal float64) ([]result, error) {
	c, err := t.sign(ctx, "admin")
	if err != nil {
		return nil, err
	}
	n := t.amount(100_000)
	content, err := file(format, n, map[string]int{"csv": 10_000_000, "xlsx": 20_000_000}[format])
	if err != nil {
		return nil, err
	}
	var last int64
	if err := t.h.db.QueryRowContext(ctx, "SELECT max(id) FROM r_customer WHERE id < "+strconv.FormatInt(bareIDs, 10)).Scan(&last); err != nil {
		return nil, err
	}
	peak := t.watch(ctx)
	began := time.Now()
	id, err := upload(ctx, c, "customers."+format, content)
	for _, step := range [][2]string{{"check", "checked"}, {"run", "done"}} {
		if err == nil {
			err = begin(ctx, c, id, step[0])
		}
		if err == nil {
			err = await(ctx, c, id, step[1])
		}
	}
	took := time.Since(began)
	top := peak()
	if err != nil {
		return nil, err
	}
	bare, made, err := t.bareImport(ctx, last)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d rows, RssAnon at most %.0f MB", n, top.memory)
	if made != n {
		note += fmt.Sprintf(", ONLY %d MADE", made)
	}
	speed := t.told(name, float64(n)/took.Seconds(), "rows/s", goal, true, note)
	ratio := result{Case: name + ", beside the bare rows", Database: t.h.database, Callers: 1, P50: took.Seconds() * 1000, SQLFloor: bare.Seconds() * 1000, Ratio: took.Seconds() / bare.Seconds(), Goal: 2, Rows: made}
	ratio.Met = ratio.Ratio <= ratio.Goal
	return []result{speed, ratio}, nil
}

// exported writes all customers of a level, a tenth of them, to a file and fetches it.
func (t *stage) exported(ctx context.Context, name, format string, goal float64) ([]result, error) {
	c, err := t.sign(ctx, "gm")
	if err != nil {
		return nil, err
	}
	peak := t.watch(ctx)
	began := time.Now()
	job, err := finish(ctx, c, "customers/actions/export", map[string]any{"filter": `level = "A"`, "format": format})
	if err != nil {
		return nil, err
	}
	if _, err := c.raw(ctx, "GET", "/api/v1/jobs/"+job.ID+"/result", nil); err != nil {
		return nil, err
	}
	took := time.Since(began)
	return []result{t.told(name, float64(job.Total)/took.Seconds(), "rows/s", goal, true, fmt.Sprintf("%d rows of all fields, RssAnon at most %.0f MB", job.Total, peak().memory))}, nil
}

// crowded has four people work while many rows come in.
func (t *stage) crowded(ctx context.Context, name string) ([]result, error) {
	c, err := t.sign(ctx, "admin")
	if err != nil {
		return nil, err
	}
	rows := min(t.o.customers, int(t.o.long.Seconds()*20_000))
	content, err := file("csv", rows, 30_000_000)
	if err != nil {
		return nil, err
	}
	id, err := upload(ctx, c, "many.csv", content)
	if err != nil {
		return nil, err
	}
	if err := begin(ctx, c, id, "run"); err != nil {
		return nil, err
	}
	peak := t.watch(ctx)
	saves, lists, err := t.people(ctx, time.Now().Add(t.o.long), func() bool { return false })
	if err != nil {
		return nil, err
	}
	top := peak()
	var job struct {
		State string
		Done  int64
	}
	if err := c.do(ctx, "GET", "/api/v1/imports/"+id, nil, &job); err != nil {
		return nil, err
	}
	if job.State == "running" {
		if err := begin(ctx, c, id, "cancel"); err != nil {
			return nil, err
		}
	}
	results := t.worked(name, saves, lists)
	results = append(results, t.told(name+": RssAnon", top.memory, "MB", 0, false, fmt.Sprintf("%d rows in %s, then %s", job.Done, t.o.long, job.State)))
	if t.h.database == "sqlite" {
		results = append(results, t.told(name+": log", top.log, "MB", 256, false, ""))
	}
	return results, nil
}

// worked are the results of people who worked meanwhile.
func (t *stage) worked(name string, saves, lists spread) []result {
	return []result{
		t.told(name+": saves, p99", saves.at(99), "ms", 50, false, fmt.Sprintf("%d saves, p50 %.1f ms", len(saves.times), saves.at(50))),
		t.told(name+": lists, p99", lists.at(99), "ms", 10, false, fmt.Sprintf("%d lists, p50 %.1f ms", len(lists.times), lists.at(50))),
	}
}

// assigned gives a tenth of all customers to somebody while people work on others.
func (t *stage) assigned(ctx context.Context, name string) ([]result, error) {
	return t.handed(ctx, name, map[string]any{"filter": fmt.Sprintf(`level = "A" AND owner != "%d"`, t.h.Users["own"]), "input": map[string]any{"owner": strconv.FormatInt(t.h.Users["seller2-1"], 10)}}, "")
}

// handedOver gives the customers of one person, with many activities, to another while people work.
func (t *stage) handedOver(ctx context.Context, name string) ([]result, error) {
	admin, err := t.sign(ctx, "admin")
	if err != nil {
		return nil, err
	}
	from := t.h.Users["seller3-1"]
	var ids []string
	rows, err := t.h.rows(ctx, "SELECT id FROM r_customer WHERE deleted_at IS NULL AND owner_id = "+strconv.FormatInt(from, 10))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		ids = append(ids, fmt.Sprint(row[0]))
	}
	// Forty children each, or as many as can be made in the time.
	end := time.Now().Add(t.o.long)
	for round := 0; round < 40 && time.Now().Before(end); round++ {
		for some := range slices.Chunk(ids, 100) {
			var create []map[string]any
			for _, id := range some {
				create = append(create, map[string]any{"customer": id, "kind": "call", "subject": fmt.Sprintf("追蹤 %d", round), "at": "2026-11-20T02:00:00Z"})
			}
			if err := admin.do(ctx, "POST", "/api/v1/activities/batch", map[string]any{"create": create, "atomic": true}, nil); err != nil {
				return nil, err
			}
			if time.Now().After(end) {
				break
			}
		}
	}
	var children int
	if err := t.h.db.QueryRowContext(ctx, "SELECT count(*) FROM r_activity WHERE deleted_at IS NULL AND customer_owner_id = "+strconv.FormatInt(from, 10)).Scan(&children); err != nil {
		return nil, err
	}
	return t.handed(ctx, name, map[string]any{"filter": fmt.Sprintf(`owner = "%d"`, from), "input": map[string]any{"owner": strconv.FormatInt(t.h.Users["seller4-1"], 10)}}, fmt.Sprintf(" with %d activities", children))
}

// handed runs an assignment while people work.
func (t *stage) handed(ctx context.Context, name string, input map[string]any, more string) ([]result, error) {
	gm, err := t.sign(ctx, "gm")
	if err != nil {
		return nil, err
	}
	var (
		done atomic.Bool
		job  ended
		took time.Duration
		bad  error
		wait sync.WaitGroup
	)
	wait.Go(func() {
		defer done.Store(true)
		began := time.Now()
		job, bad = finishBy(ctx, gm, "customers/actions/assign", input, began.Add(10*t.o.long))
		took = time.Since(began)
	})
	saves, lists, err := t.people(ctx, time.Now().Add(11*t.o.long), done.Load)
	wait.Wait()
	if err = errors.Join(err, bad); err != nil {
		return nil, err
	}
	results := []result{t.told(name, float64(job.Done)/took.Seconds(), "rows/s", 0, true, fmt.Sprintf("%d of %d customers%s in %s", job.Done, job.Total, more, took.Round(10*time.Millisecond)))}
	return append(results, t.worked(name, saves, lists)...), nil
}

// people are four who list and save, with a moment between, until an instant or until done.
func (t *stage) people(ctx context.Context, until time.Time, done func() bool) (saves, lists spread, err error) {
	var (
		mu    sync.Mutex
		group sync.WaitGroup
		errs  []error
	)
	for n := range 4 {
		group.Go(func() {
			work := func() error {
				c, err := t.sign(ctx, "own")
				if err != nil {
					return err
				}
				var page struct{ Records []struct{ ID string } }
				if err := c.do(ctx, "GET", "/api/v1/customers?limit=50&fields=name&count=none", nil, &page); err != nil {
					return err
				}
				if len(page.Records) < 4 {
					return errors.New("nobody has customers to save")
				}
				for i := 0; time.Now().Before(until) && !done(); i++ {
					began := time.Now()
					if _, err := c.raw(ctx, "GET", list("customers", "fields", tenFields), nil); err != nil {
						return err
					}
					listed := time.Since(began)
					id := page.Records[(4*i+n)%(len(page.Records)/4*4)].ID
					began = time.Now()
					if _, err := c.raw(ctx, "PATCH", "/api/v1/customers/"+id, fmt.Appendf(nil, `{"note": "第 %d 次"}`, i)); err != nil {
						return err
					}
					saved := time.Since(began)
					mu.Lock()
					lists.times, saves.times = append(lists.times, listed), append(saves.times, saved)
					mu.Unlock()
					time.Sleep(20 * time.Millisecond)
				}
				return nil
			}
			if err := work(); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(saves.times)
	slices.Sort(lists.times)
	return saves, lists, errors.Join(errs...)
}

// ended is a job that ended.
type ended struct {
	ID, State   string
	Total, Done int64
	Error       json.RawMessage
}

// finish begins a job and waits for its end.
func finish(ctx context.Context, c *client, path string, in any) (ended, error) {
	return finishBy(ctx, c, path, in, time.Time{})
}

// finishBy cancels the job where it has not ended by an instant.
func finishBy(ctx context.Context, c *client, path string, in any, end time.Time) (job ended, err error) {
	if err := c.do(ctx, "POST", "/api/v1/"+path, in, &job); err != nil {
		return job, err
	}
	for job.State == "queued" || job.State == "running" {
		time.Sleep(50 * time.Millisecond)
		if !end.IsZero() && time.Now().After(end) {
			end = time.Time{}
			if err := c.do(ctx, "POST", "/api/v1/jobs/"+job.ID+"/actions/cancel", nil, nil); err != nil {
				return job, err
			}
		}
		if err := c.do(ctx, "GET", "/api/v1/jobs/"+job.ID, nil, &job); err != nil {
			return job, err
		}
	}
	if job.State != "done" && job.State != "cancelled" {
		err = fmt.Errorf("%s: the job is %s %s", path, job.State, job.Error)
	}
	return job, err
}

// most is the most a server took meanwhile, in MB: memory, and SQLite's log.
type most struct{ memory, log float64 }

// watch looks every tenth of a second until the function answered is called.
func (t *stage) watch(ctx context.Context) func() most {
	ctx, stop := context.WithCancel(ctx)
	answer := make(chan most)
	go func() {
		var m most
		for {
			m.memory = max(m.memory, t.s.anonymous())
			if info, err := os.Stat(filepath.Join(t.h.args[1], "ecrm.db-wal")); err == nil {
				m.log = max(m.log, float64(info.Size())/(1<<20))
			}
			select {
			case <-ctx.Done():
				answer <- m
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() most { stop(); return <-answer }
}

// scratch is a copy of the data and what removes it. Nobody may serve the data meanwhile.
func (h *home) scratch(ctx context.Context, o options) (*home, func() error, error) {
	folder, err := os.MkdirTemp(o.cache, "scratch-")
	if err != nil {
		return nil, nil, err
	}
	away := func() error { return os.RemoveAll(folder) }
	c := &home{world: h.world, database: h.database, args: slices.Clone(h.args)}
	c.args[1] = folder
	c.Users, c.Logins = maps.Clone(h.Users), maps.Clone(h.Logins)
	source := sqliteSource(folder)
	if h.database == "sqlite" {
		err = copyDatabase(h.args[1], folder)
	} else {
		if err := h.db.Close(); err != nil {
			return nil, nil, err
		}
		var drop func() error
		source, drop, err = emptyDatabase(ctx, o.postgres, "ecrm_bench_scratch", databaseName(o))
		away = func() error { return errors.Join(drop(), os.RemoveAll(folder)) }
		c.args[3] = source
	}
	if err == nil {
		err = c.open(source)
	}
	if err != nil {
		return nil, nil, errors.Join(err, away())
	}
	return c, func() error { return errors.Join(c.db.Close(), away()) }, nil
}
