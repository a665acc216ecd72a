package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// A row that is refused after part of it was written leaves nothing behind, and
// takes nothing of the rows around it along: not in the dry run, not in the run.
func TestRefusedRowLeavesNothingAndHarmsNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		const rows, bad = 120, 60
		var file strings.Builder
		file.WriteString("公司名稱,編號,電話,聯絡人,上層公司\n")
		for i := range rows {
			number, parent := fmt.Sprintf("X%05d", i), ""
			if i == bad {
				// The tenth row's; the parent is written before that is seen.
				number, parent = "X00010", "白寫的母公司"
			}
			fmt.Fprintf(&file, "第%d家商行,%s,02-2%07d,陳%d,%s\n", i, number, i, i, parent)
		}
		change := map[string]any{"duplicates": map[string]any{"keys": []string{}, "rule": "create"}, "columns": []map[string]any{{"index": 1, "field": "number"}, {"index": 3, "field": "contact.name"}, {"index": 4, "field": "parent"}}}
		status, job := admin.upload("customer", "file.csv", []byte(file.String()))
		if status != 201 {
			t.Fatalf("upload answered %d %v", status, job)
		}
		id := fmt.Sprint(job["id"])
		admin.must(200, "PATCH", "imports/"+id, change)
		want := fmt.Sprintf("%d 0 0 1", rows-1)
		if checked := admin.finished(id, "check", "checked"); totals(checked) != want {
			t.Errorf("the dry run foresees %s; %v", totals(checked), checked["problems"])
		}
		if n := len(list(admin.must(200, "GET", "customers", nil)["records"])); n != 0 {
			t.Fatalf("the dry run left %d customers", n)
		}
		if done := admin.finished(id, "run", "done"); totals(done) != want {
			t.Errorf("made, updated, skipped, refused: %s; %v", totals(done), done["problems"])
		}
		for name, found := range map[string]int{"第60家商行": 0, "白寫的母公司": 0, "陳60": 0, "第59家商行": 1, "第61家商行": 1, "陳119": 1} {
			results := admin.must(200, "GET", "search?q="+name, nil)["results"]
			if n := len(list(results)); n != found {
				t.Errorf("%s is found %d times: %v", name, n, results)
			}
		}
		count := func(sql string, args ...any) int64 {
			found, err := w.app.DB.Query(t.Context(), sql, args...)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := found[0][0].(int64)
			return n
		}
		origin := "import " + id
		if n := count("SELECT count(*) FROM audit WHERE origin = ?", origin); n != 2*(rows-1) {
			t.Errorf("the audit tells of %d records", n)
		}
		if n := count("SELECT count(*) FROM match_key WHERE record_id NOT IN (SELECT id FROM r_customer UNION ALL SELECT id FROM r_contact UNION ALL SELECT id FROM r_user)"); n != 0 {
			t.Errorf("%d keys lead nowhere", n)
		}
		// The numbers go on behind those that were drawn.
		made := admin.must(201, "POST", "customers", map[string]any{"name": "之後的公司"})
		if made["number"] == "" || made["number"] == nil {
			t.Errorf("the next customer has the number %v", made["number"])
		}
	})
}

// A batch that is not atomic keeps the rows that fit, whatever became of those
// that had begun to be written.
func TestBatchKeepsWhatFits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		rows := []any{}
		for i := range 30 {
			number := fmt.Sprintf("B%d", i)
			if i%10 == 5 {
				number = "B0"
			}
			rows = append(rows, map[string]any{"name": fmt.Sprintf("第%d行", i), "number": number})
		}
		answer := admin.must(200, "POST", "customers/batch", map[string]any{"create": rows})
		if fmt.Sprint(answer["created"], answer["failed"]) != "27 3" {
			t.Errorf("created, failed: %v %v", answer["created"], answer["failed"])
		}
		for name, n := range map[string]int{"第5行": 0, "第6行": 1, "第29行": 1} {
			if got := len(list(admin.must(200, "GET", "search?q="+name, nil)["results"])); got != n {
				t.Errorf("%s is found %d times", name, got)
			}
		}
	})
}

func list(v any) []any {
	items, _ := v.([]any)
	return items
}
