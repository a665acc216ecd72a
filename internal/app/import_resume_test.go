package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// An import that is interrupted goes on with the next row: none is lost, none
// comes twice, and its undo knows of all of them.
func TestImportGoesOnAfterARestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		const rows = 1500
		var file strings.Builder
		file.WriteString("公司名稱,電話,備註\n")
		for i := range rows {
			fmt.Fprintf(&file, "第%d號公司,02-2%07d,甲\n", i, i)
		}
		status, job := admin.upload("customer", "file.csv", []byte(file.String()))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		admin.must(202, "POST", "imports/"+id+"/actions/run", nil)
		interrupted := 0
		job = admin.awaited(id, "done", func(job map[string]any) {
			if job["state"] != "running" {
				t.Fatalf("the import is %v at %v after %d interruptions", job["state"], job["done"], interrupted)
			}
			if fmt.Sprint(job["done"]) != "0" && interrupted < 2 {
				interrupted++
				w.app.Jobs.Stop()
				w.work()
			}
		})
		if interrupted == 0 {
			t.Fatal("the import was never interrupted")
		}
		if got := totals(job); got != fmt.Sprintf("%d 0 0 0", rows) {
			t.Errorf("made, updated, skipped, refused: %s; %v", got, job["problems"])
		}
		count := func() string {
			found, _ := admin.must(200, "GET", "customers?count=exact&limit=1", nil)["count"].(map[string]any)
			return fmt.Sprint(found["value"])
		}
		if got := count(); got != fmt.Sprint(rows) {
			t.Errorf("%s customers are there", got)
		}
		if left, ok := admin.finished(id, "undo", "undone")["problems"].([]any); !ok || len(left) > 0 {
			t.Errorf("the undo left %v", left)
		}
		if got := count(); got != "0" {
			t.Errorf("%s customers are left", got)
		}
	})
}

// Whoever imports the same kind of file every month decides its columns once;
// nobody else's files are touched by that.
func TestImportRemembersHowAFormWasMapped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		field := func(job map[string]any, i int) string {
			columns, _ := job["columns"].([]any)
			column, _ := columns[i].(map[string]any)
			return fmt.Sprint(column["field"])
		}
		const first = "名稱,甲乙丙\n一號公司,某種說明\n"
		_, before := admin.upload("auto", "a.csv", []byte(first))
		if field(before, 1) == "note" {
			t.Fatal("the column is guessed, so that nothing is shown")
		}
		admin.imported("customer", first, map[string]any{"columns": []map[string]any{{"index": 1, "field": "note"}}, "unknown_options": "refuse"})
		_, again := admin.upload("auto", "b.csv", []byte("名稱,甲乙丙\n二號公司,另一種\n"))
		if again["object"] != "customer" || field(again, 1) != "note" || again["unknown_options"] != "refuse" || !strings.Contains(fmt.Sprint(again["warnings"]), "file_remembered") {
			t.Errorf("the next file of the form is mapped as %v", again)
		}
		_, chosen := admin.upload("contact", "b.csv", []byte("名稱,甲乙丙\n二號公司,另一種\n"))
		if chosen["object"] != "contact" {
			t.Errorf("the object chosen became %v", chosen["object"])
		}
		if _, other := people["seller"].upload("customer", "b.csv", []byte(first)); field(other, 1) == "note" {
			t.Error("somebody else's mapping is used")
		}
		if status, _ := admin.call("PATCH", "imports/"+fmt.Sprint(again["id"]), map[string]any{"unknown_options": "nonsense"}); status != 422 && status != 400 {
			t.Errorf("a nonsensical choice answered %d", status)
		}
	})
}

// An undo that was cancelled goes on where it was: what it put back itself is
// nobody's later change.
func TestCancelledUndoGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		var before, after strings.Builder
		before.WriteString("公司名稱,備註\n")
		after.WriteString("公司名稱,備註\n")
		for i := range 2000 {
			fmt.Fprintf(&before, "第%d號公司,舊\n", i)
			fmt.Fprintf(&after, "第%d號公司,新\n", i)
		}
		admin.imported("customer", before.String())
		id, done := admin.imported("customer", after.String(), map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}})
		if got := totals(done); got != "0 2000 0 0" {
			t.Fatalf("made, updated, skipped, refused: %s", got)
		}
		admin.must(202, "POST", "imports/"+id+"/actions/undo", nil)
		for state := "undoing"; state == "undoing"; time.Sleep(2 * time.Millisecond) {
			job := admin.must(200, "GET", "imports/"+id, nil)
			if state = fmt.Sprint(job["state"]); state == "undoing" && fmt.Sprint(job["done"]) != "0" {
				admin.call("POST", "imports/"+id+"/actions/cancel", nil)
			}
			if state == "undone" {
				t.Fatal("the undo ended before it could be cancelled")
			}
		}
		undone := admin.finished(id, "undo", "undone")
		if since, _ := undone["changed_since"].([]any); len(since) > 0 {
			t.Errorf("%d records are said to be changed since, first %v", len(since), since[0])
		}
		left, _ := admin.must(200, "GET", "customers?count=exact&limit=1&filter="+url.QueryEscape(`note = "新"`), nil)["count"].(map[string]any)
		if fmt.Sprint(left["value"]) != "0" {
			t.Errorf("%v records still hold what the import wrote", left["value"])
		}
	})
}

// A company that a refused row asked for in vain is found once a later row has
// made it.
func TestReferenceIsFoundAfterALaterRowMadeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "labels": "代碼", "unique": true})
		_, done := admin.imported("customer", "公司名稱,上層公司,代碼\n零,,7\n一,總公司,7\n總公司,,8\n二,總公司,9\n", map[string]any{
			"columns":    []map[string]any{{"index": 0, "field": "name"}, {"index": 1, "field": "parent"}, {"index": 2, "field": "x_code"}},
			"duplicates": map[string]any{"keys": []string{"name"}, "rule": "skip"},
		})
		if got := totals(done); got != "3 0 0 1" {
			t.Errorf("made, updated, skipped, refused: %s; %v", got, done["problems"])
		}
		found, _ := admin.must(200, "GET", "customers?count=exact&limit=1&filter="+url.QueryEscape(`name = "總公司"`), nil)["count"].(map[string]any)
		if fmt.Sprint(found["value"]) != "1" {
			t.Errorf("there are %v of the company", found["value"])
		}
	})
}

// The node that runs an import need not be the one that took the file.
func TestAnotherNodeRunsTheImport(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	admin := first.setUp()
	there := &person{w: second, cookie: admin.cookie}
	first.working = true // it takes the file, and runs nothing
	status, job := admin.upload("customer", "file.csv", []byte("公司名稱\n甲公司\n乙公司\n"))
	if status != 201 {
		t.Fatalf("upload answered %d %v", status, job)
	}
	second.work()
	id := fmt.Sprint(job["id"])
	there.must(200, "PATCH", "imports/"+id, map[string]any{"header_row": 1})
	if got := totals(there.finished(id, "run", "done")); got != "2 0 0 0" {
		t.Errorf("made, updated, skipped, refused: %s", got)
	}
}

// The list of jobs says of each what it did: a dry run made nothing, an undo took
// back.
func TestJobsOfAnImportSayWhatTheyDid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		status, job := admin.upload("customer", "file.csv", []byte("公司名稱\n甲公司\n乙公司\n"))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		admin.finished(id, "check", "checked")
		admin.finished(id, "run", "done")
		admin.finished(id, "undo", "undone")
		want := map[string]string{
			"import_check": fmt.Sprintf("map[import:%s]", id),
			"import":       fmt.Sprintf("map[continued:0 created:2 failed:0 import:%s skipped:0 updated:0]", id),
			"import_undo":  fmt.Sprintf("map[changed_since:0 done:2 import:%s]", id),
		}
		list, _ := admin.must(200, "GET", "jobs", nil)["jobs"].([]any)
		if len(list) != len(want) {
			t.Fatalf("jobs: %v", list)
		}
		for _, one := range list {
			j, _ := one.(map[string]any)
			// A job ends a moment after its import does.
			kind, ended := fmt.Sprint(j["kind"]), admin.ended(fmt.Sprint(j["id"]))
			if got := fmt.Sprint(ended["result"]); got != want[kind] {
				t.Errorf("%s says %s, want %s", kind, got, want[kind])
			}
		}
	})
}
