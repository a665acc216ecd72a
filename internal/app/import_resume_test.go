package app

import (
	"fmt"
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
		for deadline := time.Now().Add(60 * time.Second); ; {
			job = admin.must(200, "GET", "imports/"+id, nil)
			if job["state"] == "done" {
				break
			}
			if job["state"] != "running" || time.Now().After(deadline) {
				t.Fatalf("the import is %v at %v after %d interruptions; %v", job["state"], job["done"], interrupted, admin.must(200, "GET", "jobs", nil))
			}
			if fmt.Sprint(job["done"]) != "0" && interrupted < 2 {
				interrupted++
				w.app.Jobs.Stop()
				w.work()
			}
			time.Sleep(20 * time.Millisecond)
		}
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
