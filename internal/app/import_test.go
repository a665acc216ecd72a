package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/traditionalchinese"

	"ecrm/internal/dbtest"
)

func (p *person) upload(object, name string, content []byte) (int, map[string]any) {
	p.w.t.Helper()
	if !p.w.working {
		p.w.work()
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("object", object); err != nil {
		p.w.t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		p.w.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		p.w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.w.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.w.server.URL+"/api/v1/imports", &body)
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(p.cookie)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var decoded map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&decoded); err != nil {
		p.w.t.Fatal(err)
	}
	return answer.StatusCode, decoded
}

// finished starts an action of an import and waits for a state.
func (p *person) finished(id, action, state string) map[string]any {
	p.w.t.Helper()
	p.must(202, "POST", "imports/"+id+"/actions/"+action, nil)
	return p.awaited(id, state, func(map[string]any) {})
}

// awaited waits until an import has come to a state, however slow the machine is, as
// long as it goes on; each look is told of.
func (p *person) awaited(id, state string, look func(job map[string]any)) map[string]any {
	p.w.t.Helper()
	const patience = 30 * time.Second
	far := ""
	for moved := time.Now(); time.Since(moved) < patience; time.Sleep(10 * time.Millisecond) {
		job := p.must(200, "GET", "imports/"+id, nil)
		if job["state"] == state {
			return job
		}
		if at := fmt.Sprint(job["state"], job["done"]); at != far {
			far, moved = at, time.Now()
		}
		if job["state"] == "failed" {
			break
		}
		look(job)
	}
	p.w.t.Fatalf("import %s never came to %s but stands still at %s; jobs: %v", id, state, far, p.must(200, "GET", "jobs", nil))
	return nil
}

func TestImportTellsEveryRowAndIsUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.add("customers", map[string]any{"name": "大同電機"})
		text := "公司名稱,電話,等級,負責人,電子郵件\r\n宏碁電腦,02-2345-6789,A,王大明,a@example.com\r\n大同電機,02-1111-2222,B,李四,\r\n壞等級,03-3333-4444,Z,張三,\r\n,04-1234-5678,A,,\r\n鴻海精密,,C,郭某,b@example.com\r\n"
		big5, err := traditionalchinese.Big5.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		status, job := admin.upload("customer", "客戶.csv", []byte(big5))
		if status != 201 || job["encoding"] != "big5" || fmt.Sprint(job["rows"]) != "5" {
			t.Fatalf("upload answered %d %v", status, job)
		}
		if strings.Contains(fmt.Sprint(job["columns"]), "field:owner") {
			t.Error("負責人 was taken for the owner")
		}
		id := fmt.Sprint(job["id"])
		admin.must(200, "PATCH", "imports/"+id, map[string]any{"unknown_options": "refuse"})
		checked := admin.finished(id, "check", "checked")
		if got := admin.names("customers"); got != "大同電機" {
			t.Errorf("the dry run wrote: %q", got)
		}
		done := admin.finished(id, "run", "done")
		for _, j := range []map[string]any{checked, done} {
			if got := fmt.Sprint(j["created"], j["updated"], j["skipped"], j["failed"], len(j["problems"].([]any))); got != "2 0 1 2 2" { //nolint:errcheck // a wrong shape fails the test
				t.Errorf("%v: made, updated, skipped, refused, problems: %s", j["state"], got)
			}
		}
		if got := admin.names("customers"); got != "鴻海精密 宏碁電腦 大同電機" {
			t.Errorf("after the import: %q", got)
		}
		worked := admin.names("customers?q=hhjm")
		if worked != "鴻海精密" {
			t.Errorf("an imported customer is not found by pinyin: %q", worked)
		}
		one := admin.must(200, "GET", "customers?q=%E9%B4%BB%E6%B5%B7", nil)
		admin.must(200, "PATCH", "customers/"+w.must(one), map[string]any{"note": "談過了"})
		undone := admin.finished(id, "undo", "undone")
		if got := admin.names("customers"); got != "鴻海精密 大同電機" {
			t.Errorf("after the undo: %q", got)
		}
		if !strings.Contains(fmt.Sprint(undone["problems"]), "changed_since") {
			t.Error("the undo does not say what it left alone")
		}
	})
}

func TestImportOfBrokenFilesIsRefusedInWords(t *testing.T) {
	w := newWorld(t, "sqlite:"+t.TempDir()+"/ecrm.db")
	admin := w.setUp()
	for name, content := range map[string]string{"empty.csv": "", "calendar.vcf": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "broken.xlsx": "PK\x03\x04 nothing", "old.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cut.csv.gz": "\x1f\x8b\x08"} {
		status, answer := admin.upload("customer", name, []byte(content))
		fields, _ := answer["fields"].([]any)
		if status != 422 || len(fields) != 1 {
			t.Errorf("%s answered %d %v", name, status, answer)
			continue
		}
		if f, _ := fields[0].(map[string]any); f["message"] == f["code"] {
			t.Errorf("%s is refused without words: %v", name, f["code"])
		}
	}
}

// TestImportTakesWhatFitsAndTellsTheRest brings in a file as offices write them:
// nothing that could be understood refuses a row.
func TestImportTakesWhatFitsAndTellsTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		text := "公司名稱,電話,手機,等級,網址,City,Street,信用額度,Create Date,聯絡人,聯絡人電話,負責業務\n" +
			"大同電機,(02)2345-6789 分機12、02-2345-6780,0912-345-678,甲,tatung.example.com,台北市,中山北路1號,\"NT$1,200\",114/1/23,王大明,02-1234-5678,管理員\n" +
			"大同電機股份有限公司,,,A,,,,,,李小華,02-1234-5679,\n" +
			"宏碁電腦,電話不明,,Z,,,,很多,114/13/45,,,某人\n"
		status, job := admin.upload("", "客戶.csv", []byte(text))
		if status != 201 || job["object"] != "customer" {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		admin.must(200, "PATCH", "imports/"+id, map[string]any{"columns": []map[string]any{{"index": 3, "values": map[string]any{"甲": "A"}}}})
		done := admin.finished(id, "run", "done")
		if got := fmt.Sprint(done["created"], done["updated"], done["failed"], done["warned"]); got != "2 1 0 1" {
			t.Errorf("made, updated, refused, warned: %s; %v", got, done["problems"])
		}
		records, _ := admin.must(200, "GET", "customers?q="+url.QueryEscape("大同"), nil)["records"].([]any)
		if len(records) != 1 {
			t.Fatalf("there are %d customers 大同", len(records))
		}
		one, _ := records[0].(map[string]any)
		for field, want := range map[string]string{
			"level": "A", "phones": "2345-6789#12", "website": "tatung.example.com", "address": "street:中山北路1號", "credit_limit": "amount:1200", "created_at": "2025-01-2", "owner": "管理員",
		} {
			if got := fmt.Sprint(one[field]); !strings.Contains(got, want) {
				t.Errorf("%s is %s, want %s", field, got, want)
			}
		}
		if got := fmt.Sprint(one["phones"]); !strings.Contains(got, "0912-345-678") {
			t.Errorf("the mobile is lost: %s", got)
		}
		if got := admin.names("contacts?sort=name"); got != "王大明 李小華" {
			t.Errorf("the contacts are %q", got)
		}
		for _, want := range []string{"電話", "等級", "信用額度", "Create Date", "負責業務"} {
			if !strings.Contains(fmt.Sprint(done["groups"]), want) {
				t.Errorf("%s is not told among %v", want, done["groups"])
			}
		}
		if file := admin.text("imports/" + id + "/problems.csv"); !strings.Contains(file, "宏碁電腦,電話不明") || !strings.Contains(file, "4,電話,電話不明,") {
			t.Errorf("the file of problems is %s", file)
		}
		admin.finished(id, "undo", "undone")
		if got := admin.names("customers") + admin.names("contacts"); got != "" {
			t.Errorf("after the undo there are %q", got)
		}
	})
}

// text reads an answer that is no JSON.
func (p *person) text(path string) string {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.w.server.URL+"/api/v1/"+path, nil)
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.AddCookie(p.cookie)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		p.w.t.Fatalf("%s answered %d, %v", path, answer.StatusCode, err)
	}
	return string(b)
}
