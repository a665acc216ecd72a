package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// upload sends a file to be imported and answers the import's id.
func (b *browser) upload(text string) string {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "名單.csv")
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/api/v1/imports?object=customer", &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	status, answer, _ := b.send(r)
	if status != 201 {
		b.t.Fatalf("the upload answered %d %v", status, answer)
	}
	return fmt.Sprint(answer["id"])
}

// awaited reads a path until what it answers fits, as long as it goes on.
func (b *browser) awaited(path string, fits func(answer map[string]any) bool) map[string]any {
	b.t.Helper()
	const patience = 60 * time.Second // a node that was killed keeps its jobs for ten seconds
	far := ""
	for moved := time.Now(); time.Since(moved) < patience; time.Sleep(3 * time.Millisecond) {
		status, answer, _ := b.call("GET", path, nil)
		if status == 200 && fits(answer) {
			return answer
		}
		if at := fmt.Sprint(status, answer["state"], answer["done"]); at != far {
			far, moved = at, time.Now()
		}
	}
	b.t.Fatalf("%s stands still at %s", path, far)
	return nil
}

func (b *browser) count(filter string) string {
	b.t.Helper()
	_, answer, _ := b.call("GET", "customers?limit=1&count=exact&filter="+url.QueryEscape(filter), nil)
	count, _ := answer["count"].(map[string]any)
	return fmt.Sprint(count["value"])
}

// However a server ends, told to stop or killed, in the middle of an import and of a bulk
// edit: the next one goes on with the next row, nothing is lost and nothing done twice.
func TestWhatIsInterruptedGoesOnAndNothingIsDoubled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		const rows = 6000
		args := []string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0"}
		check := []string{"check", "--data", args[2]}
		if strings.HasPrefix(dsn, "postgres") {
			args, check = append(args, "--database", dsn), append(check, "--database", dsn)
		}
		server := begin(t, args...)
		b := server.browser()
		again := func(how os.Signal) {
			t.Helper()
			began := time.Now()
			if err := server.process.Process.Signal(how); err != nil {
				t.Fatal(err)
			}
			err := server.process.Wait()
			server.ended = true
			if took := time.Since(began); how == syscall.SIGTERM && (err != nil || took > 15*time.Second) {
				t.Errorf("told to stop it ended after %s: %v %s", took, err, server.said())
			}
			server = begin(t, args...)
			b.url = server.url()
		}
		under := func(answer map[string]any) bool {
			if answer["state"] == "done" {
				t.Fatalf("it ended before it could be interrupted: %v", answer)
			}
			return fmt.Sprint(answer["done"]) != "0"
		}
		done := func(answer map[string]any) bool { return answer["state"] == "done" }

		var file strings.Builder
		file.WriteString("公司名稱,電話,備註\n")
		for i := range rows {
			fmt.Fprintf(&file, "第%d號公司,02-2%07d,甲\n", i, i)
		}
		id := b.upload(file.String())
		if status, answer, _ := b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
			t.Fatalf("the run answered %d %v", status, answer)
		}
		b.awaited("imports/"+id, under)
		again(syscall.SIGTERM)
		far := b.awaited("imports/"+id, under)["done"]
		b.awaited("imports/"+id, func(answer map[string]any) bool {
			return under(answer) && fmt.Sprint(answer["done"]) != fmt.Sprint(far)
		})
		again(os.Kill)
		ran := b.awaited("imports/"+id, done)
		if got := fmt.Sprint(ran["created"], ran["updated"], ran["skipped"], ran["failed"]); got != fmt.Sprint(rows, 0, 0, 0) {
			t.Errorf("made, updated, skipped, refused: %s", got)
		}
		if got := b.count(""); got != fmt.Sprint(rows) {
			t.Errorf("%s customers of %d rows", got, rows)
		}

		status, job, _ := b.call("POST", "customers/actions/edit", strings.NewReader(`{"filter": "note = \"甲\"", "input": {"fields": {"note": "乙"}}}`))
		if status != 202 {
			t.Fatalf("the edit answered %d %v", status, job)
		}
		path := "jobs/" + fmt.Sprint(job["id"])
		running := func(answer map[string]any) bool { under(answer); return answer["state"] == "running" }
		b.awaited(path, running)
		again(syscall.SIGTERM)
		b.awaited(path, running)
		again(os.Kill)
		edited := b.awaited(path, done)
		if result, _ := edited["result"].(map[string]any); fmt.Sprint(result["done"], result["failed"]) != fmt.Sprint(rows, 0) {
			t.Errorf("the edit: %v", edited)
		}
		if changed, left := b.count(`note = "乙"`), b.count(`note = "甲"`); changed != fmt.Sprint(rows) || left != "0" {
			t.Errorf("%s are changed, %s are not", changed, left)
		}
		_, page, _ := b.call("GET", "customers?limit=500&fields=id&sort=id", nil)
		records, _ := page["records"].([]any)
		for _, r := range records {
			if one, _ := r.(map[string]any); fmt.Sprint(one["version"]) != "2" {
				t.Errorf("%v was written %v times", one["id"], one["version"])
			}
		}
		if err := server.stop(); err != nil {
			t.Errorf("the end: %v %s", err, server.said())
		}
		if r := runEcrm(t, t.TempDir(), nil, "", check...); r.code != 0 {
			t.Errorf("check: %d %s %s", r.code, r.out, r.err)
		}
	})
}

// Connections that are cut again and again, in the middle of transactions too, lose nothing that was
// acknowledged; whoever is refused is told to come again.
func TestCutConnectionsLoseNothingAcknowledged(t *testing.T) {
	between, dsn := cuttable(t)
	data := t.TempDir()
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0", "--database", dsn)
	l := begun(server.browser(), server.url)
	for range times(t, 8) {
		time.Sleep(time.Duration(50+rand.IntN(200)) * time.Millisecond)
		between.set(true)
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		between.set(false)
	}
	before := l.now()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if now := l.now(); now.note > before.note && len(now.names) > len(before.names) && len(now.files) > len(before.files) {
			break
		} else if time.Now().After(end) {
			t.Fatalf("afterwards nobody gets on: %v %s", l.refused(), server.said())
		}
	}
	l.end()
	refused, told := l.refused(), l.now()
	if refused[503] == 0 {
		t.Error("nobody noticed")
	}
	if delete(refused, 503); len(refused) > 0 {
		t.Errorf("other answers: %v, of which the last say %v", refused, l.said)
	}
	if wrong := l.missing(l.b, told, nil); len(wrong) > 0 {
		t.Errorf("at the end: %s", strings.Join(wrong[:min(10, len(wrong))], "\n"))
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data, "--database", dsn); r.code != 0 {
		t.Errorf("check: %d %s %s", r.code, r.out, r.err)
	}
}

// An import outlives a PostgreSQL that goes away in its middle, several times.
func TestImportOutlivesStopsOfPostgres(t *testing.T) {
	between, dsn := cuttable(t)
	data := t.TempDir()
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0", "--database", dsn)
	b := server.browser()
	const rows = 6000
	var file strings.Builder
	file.WriteString("公司名稱,備註\n")
	for i := range rows {
		fmt.Fprintf(&file, "第%d號公司,甲\n", i)
	}
	id := b.upload(file.String())
	if status, answer, _ := b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
		t.Fatalf("the run answered %d %v", status, answer)
	}
	far := "0"
	for range 3 {
		ended := false
		far = fmt.Sprint(b.awaited("imports/"+id, func(answer map[string]any) bool {
			ended = answer["state"] == "done"
			return ended || fmt.Sprint(answer["done"]) != far
		})["done"])
		if ended {
			break
		}
		between.set(true)
		time.Sleep(300 * time.Millisecond)
		between.set(false)
	}
	ran := b.awaited("imports/"+id, func(answer map[string]any) bool { return answer["state"] == "done" })
	if got := fmt.Sprint(ran["created"], ran["updated"], ran["skipped"], ran["failed"]); got != fmt.Sprint(rows, 0, 0, 0) {
		t.Errorf("made, updated, skipped, refused: %s", got)
	}
	if got := b.count(""); got != fmt.Sprint(rows) {
		t.Errorf("%s customers of %d rows", got, rows)
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data, "--database", dsn); r.code != 0 {
		t.Errorf("check: %d %s %s", r.code, r.out, r.err)
	}
}
