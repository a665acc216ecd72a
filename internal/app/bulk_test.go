package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// work has the world's jobs run.
func (w *world) work() {
	w.t.Helper()
	w.working = true
	if err := w.app.Jobs.Work(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// begin begins a job and answers its id.
func (p *person) begin(path string, body any) string {
	p.w.t.Helper()
	id, _ := p.must(202, "POST", path, body)["id"].(string)
	return id
}

// ended waits for a job's end.
func (p *person) ended(id string) map[string]any {
	p.w.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		job := p.must(200, "GET", "jobs/"+id, nil)
		switch job["state"] {
		case "done", "failed", "cancelled":
			return job
		}
	}
	p.w.t.Fatalf("job %s does not end", id)
	return nil
}

// outcome is a job's totals: done/unchanged/failed/changed since.
func outcome(job map[string]any) string {
	r, _ := job["result"].(map[string]any)
	return fmt.Sprintf("%v %v/%v/%v/%v", job["state"], r["done"], r["unchanged"], r["failed"], r["changed_since"])
}

// rows lists the rows of a job as "label state code field,field".
func (p *person) rows(id, state string) string {
	p.w.t.Helper()
	list, _ := p.must(200, "GET", "jobs/"+id+"/rows?state="+state, nil)["rows"].([]any)
	var told []string
	for _, r := range list {
		row, _ := r.(map[string]any)
		text := fmt.Sprint(row["label"], " ", row["state"], " ", row["code"])
		fields, _ := row["fields"].([]any)
		for _, f := range fields {
			field, _ := f.(map[string]any)
			text += fmt.Sprint(" ", field["field"])
		}
		told = append(told, text)
	}
	return strings.Join(told, "; ")
}

func (p *person) value(path, field string) string {
	p.w.t.Helper()
	v := p.must(200, "GET", path, nil)[field]
	if m, ok := v.(map[string]any); ok {
		v = m["label"]
	}
	return fmt.Sprint(v)
}

func TestBulkEditIsCountedDoneAndUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		var ids []string
		for i := range 30 {
			ids = append(ids, seller.add("customers", map[string]any{"name": fmt.Sprintf("客戶%02d", i), "industry": map[bool]string{true: "retail", false: "finance"}[i == 0], "note": "before"}))
		}
		job := seller.must(202, "POST", "customers/actions/edit", map[string]any{"filter": `name ~ "客戶"`, "input": map[string]any{"fields": map[string]any{"industry": "retail"}}})
		if job["total"] != 30.0 || job["state"] != "queued" {
			t.Fatalf("began as %v", job)
		}
		late := seller.add("customers", map[string]any{"name": "客戶 later", "industry": "finance"})
		w.work()
		id, _ := job["id"].(string)
		if got := outcome(seller.ended(id)); got != "done 29/1/0/0" {
			t.Fatalf("ended as %s: %s", got, seller.rows(id, "failed"))
		}
		if got := seller.value("customers/"+late, "industry"); got != "finance" {
			t.Errorf("a record made after the start was changed: %s", got)
		}
		if got := seller.value("customers/"+ids[7], "industry"); got != "retail" {
			t.Errorf("industry is %s", got)
		}
		history := seller.must(200, "GET", "customers/"+ids[7]+"/history", nil)
		if !strings.Contains(fmt.Sprint(history), "bulk "+id) {
			t.Errorf("the history does not tell of the job: %v", history)
		}
		// One of them is worked on: that field stays, and is named.
		seller.must(200, "PATCH", "customers/"+ids[7], map[string]any{"industry": "medical"})
		seller.must(200, "PATCH", "customers/"+ids[8], map[string]any{"note": "worked on"})
		undo := seller.begin("jobs/"+id+"/actions/undo", nil)
		if got := outcome(seller.ended(undo)); got != "done 28/0/1/0" {
			t.Errorf("the undo ended as %s", got)
		}
		if got := seller.rows(undo, "failed"); got != "客戶07 failed changed_since industry" {
			t.Errorf("the undo tells %q", got)
		}
		for i, want := range map[int]string{0: "retail", 7: "medical", 8: "finance", 29: "finance"} {
			if got := seller.value("customers/"+ids[i], "industry"); got != want {
				t.Errorf("customer %d has industry %s, want %s", i, got, want)
			}
		}
		// An undo is a job like others: it can be undone.
		again := seller.begin("jobs/"+undo+"/actions/undo", nil)
		if got := outcome(seller.ended(again)); got != "done 28/0/0/0" {
			t.Errorf("the undo of the undo ended as %s", got)
		}
		if got := seller.value("customers/"+ids[8], "industry"); got != "retail" {
			t.Errorf("after the undo of the undo industry is %s", got)
		}
	})
}

func TestBulkChecksRightAndVersionOfEachRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger, boss := people["seller"], people["stranger"], people["boss"]
		var ids []string
		for _, name := range []string{"甲", "乙", "丙", "丁"} {
			ids = append(ids, seller.add("customers", map[string]any{"name": name}))
		}
		foreign := stranger.add("customers", map[string]any{"name": "別人的"})
		id := seller.begin("customers/actions/edit", map[string]any{"ids": append(append([]string{}, ids...), foreign, ids[0], "77"),
			"input": map[string]any{"fields": map[string]any{"note": "bulk"}}})
		if got := seller.must(200, "GET", "jobs/"+id, nil)["total"]; got != 6.0 {
			t.Errorf("the job counts %v records", got)
		}
		seller.must(200, "PATCH", "customers/"+ids[1], map[string]any{"note": "by hand"})
		seller.must(200, "PATCH", "customers/"+ids[2], map[string]any{"website": "https://example.com"})
		boss.must(200, "PATCH", "customers/"+ids[3], map[string]any{"owner": stranger.id, "department": nil})
		w.work()
		if got := outcome(seller.ended(id)); got != "done 2/0/4/0" {
			t.Errorf("ended as %s", got)
		}
		got := seller.rows(id, "failed")
		if want := "乙 failed conflict note; <nil> failed not_found; <nil> failed not_found; <nil> failed not_found"; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if got := stranger.value("customers/"+foreign, "note"); got != "<nil>" {
			t.Errorf("another's record was changed: %s", got)
		}
		if got := seller.value("customers/"+ids[1], "note"); got != "by hand" {
			t.Errorf("a newer value was overwritten: %s", got)
		}
		for _, p := range []*person{stranger, people["manager"]} {
			for _, c := range []struct{ method, path string }{
				{"GET", "jobs/" + id}, {"GET", "jobs/" + id + "/rows"}, {"POST", "jobs/" + id + "/actions/undo"}, {"POST", "jobs/" + id + "/actions/cancel"}, {"GET", "jobs/" + id + "/result"},
			} {
				if status, body := p.call(c.method, c.path, nil); status != 404 {
					t.Errorf("%s %s of another's job answered %d %v", c.method, c.path, status, body)
				}
			}
			if list, _ := p.must(200, "GET", "jobs", nil)["jobs"].([]any); len(list) != 0 {
				t.Errorf("another's jobs are listed: %v", list)
			}
		}
		if list, _ := admin.must(200, "GET", "jobs", nil)["jobs"].([]any); len(list) != 1 {
			t.Errorf("the administrator sees %d jobs", len(list))
		}
	})
}

func TestBulkRefusesAtOnceWhatNoRecordCouldTake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		mine := seller.add("customers", map[string]any{"name": "我的"})
		foreign := people["stranger"].add("customers", map[string]any{"name": "別人的"})
		fields := func(m map[string]any) map[string]any { return map[string]any{"fields": m} }
		for name, c := range map[string]struct {
			path string
			body map[string]any
			want int
		}{
			"delete without the right":       {"customers/actions/delete", map[string]any{"ids": []string{mine}}, 403},
			"assign without the right":       {"customers/actions/assign", map[string]any{"ids": []string{mine}, "input": map[string]any{"owner": seller.id}}, 403},
			"nothing":                        {"customers/actions/edit", map[string]any{"input": fields(map[string]any{"note": "x"})}, 422},
			"ids and a filter":               {"customers/actions/edit", map[string]any{"ids": []string{mine}, "filter": "", "input": fields(map[string]any{"note": "x"})}, 422},
			"no fields":                      {"customers/actions/edit", map[string]any{"ids": []string{mine}}, 422},
			"a field that is not there":      {"customers/actions/edit", map[string]any{"ids": []string{mine}, "input": fields(map[string]any{"nonsense": 1})}, 422},
			"a field nobody writes":          {"customers/actions/edit", map[string]any{"ids": []string{mine}, "input": fields(map[string]any{"created_at": "2026-01-01"})}, 422},
			"a wrong option":                 {"customers/actions/edit", map[string]any{"ids": []string{mine}, "input": fields(map[string]any{"level": "Z9"})}, 422},
			"a reference to what is hidden":  {"customers/actions/edit", map[string]any{"ids": []string{mine}, "input": fields(map[string]any{"parent": foreign})}, 422},
			"a filter that is none":          {"customers/actions/edit", map[string]any{"filter": "name ~~ 1", "input": fields(map[string]any{"note": "x"})}, 422},
			"a filter on what is not there":  {"customers/actions/edit", map[string]any{"filter": "nonsense = 1", "input": fields(map[string]any{"note": "x"})}, 422},
			"an id that is none":             {"customers/actions/edit", map[string]any{"ids": []string{"x"}, "input": fields(map[string]any{"note": "x"})}, 422},
			"an input that is none":          {"customers/actions/edit", map[string]any{"ids": []string{mine}, "input": "x"}, 422},
			"a tag that is none":             {"customers/actions/tag", map[string]any{"ids": []string{mine}, "input": map[string]any{"add": []string{strings.Repeat("x", 61)}}}, 422},
			"a share with nobody":            {"customers/actions/share", map[string]any{"ids": []string{mine}, "input": map[string]any{}}, 422},
			"a share with a wrong id":        {"customers/actions/share", map[string]any{"ids": []string{mine}, "input": map[string]any{"user": "x"}}, 422},
			"an unknown member":              {"customers/actions/edit", map[string]any{"ids": []string{mine}, "nonsense": 1}, 422},
			"an action that is not there":    {"customers/actions/undo", map[string]any{"ids": []string{mine}}, 404},
			"an object that is not there":    {"nonsense/actions/edit", map[string]any{"ids": []string{mine}}, 404},
			"a filter that finds nothing":    {"customers/actions/edit", map[string]any{"filter": `name = "nobody"`, "input": fields(map[string]any{"note": "x"})}, 422},
			"users by someone not in charge": {"users/actions/edit", map[string]any{"filter": "", "input": fields(map[string]any{"role": "administrator"})}, 403},
		} {
			if status, body := seller.call("POST", c.path, c.body); status != c.want {
				t.Errorf("%s answered %d, want %d: %v", name, status, c.want, body)
			}
		}
		if rows, err := w.app.DB.Query(t.Context(), "SELECT count(*) FROM job_row"); err != nil || rows[0][0] != int64(0) {
			t.Errorf("%v rows were left behind (%v)", rows, err)
		}
	})
}

func TestBulkAssignTagShareDeleteAndRestoreWithUndo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		w.work()
		boss, seller, colleague, stranger := people["boss"], people["seller"], people["colleague"], people["stranger"]
		var ids []string
		for i := range 5 {
			ids = append(ids, seller.add("customers", map[string]any{"name": fmt.Sprintf("客戶%d", i), "tags": []string{"old"}}))
		}
		run := func(p *person, action string, input any) string {
			t.Helper()
			id := p.begin("customers/actions/"+action, map[string]any{"ids": ids, "input": input})
			if got := outcome(p.ended(id)); got != "done 5/0/0/0" {
				t.Fatalf("%s ended as %s: %s", action, got, p.rows(id, ""))
			}
			return id
		}
		back := func(p *person, id string) {
			t.Helper()
			undo := p.begin("jobs/"+id+"/actions/undo", nil)
			if got := outcome(p.ended(undo)); got != "done 5/0/0/0" {
				t.Fatalf("the undo ended as %s: %s", got, p.rows(undo, ""))
			}
		}
		assigned := run(boss, "assign", map[string]any{"owner": colleague.id})
		if got := colleague.value("customers/"+ids[0], "owner"); got != "colleague" {
			t.Errorf("the owner is %s", got)
		}
		back(boss, assigned)
		if got := seller.value("customers/"+ids[0], "owner"); got != "seller" {
			t.Errorf("after the undo the owner is %s", got)
		}

		tagged := run(seller, "tag", map[string]any{"add": []string{"vip"}, "remove": []string{"old"}})
		if got := seller.names("customers?filter=" + url.QueryEscape(`tags : "vip" AND NOT tags : "old"`)); strings.Count(got, "客戶") != 5 {
			t.Errorf("tagged %q", got)
		}
		back(seller, tagged)
		if got := seller.value("customers/"+ids[0], "tags"); got != "[old]" {
			t.Errorf("after the undo the tags are %s", got)
		}

		shared := run(seller, "share", map[string]any{"user": stranger.id, "write": false})
		if got := stranger.names("customers"); strings.Count(got, "客戶") != 5 {
			t.Errorf("shared %q", got)
		}
		back(seller, shared)
		if got := stranger.names("customers"); got != "" {
			t.Errorf("after the undo still shared: %q", got)
		}

		deleted := run(boss, "delete", nil)
		if got := seller.names("customers"); got != "" {
			t.Errorf("not deleted: %q", got)
		}
		restored := run(boss, "restore", nil)
		back(boss, restored)
		if got := seller.names("customers"); got != "" {
			t.Errorf("not deleted again: %q", got)
		}
		boss.must(200, "POST", "customers/"+ids[0]+"/actions/restore", nil)
		undo := boss.begin("jobs/"+deleted+"/actions/undo", nil)
		if got := outcome(boss.ended(undo)); got != "done 4/0/1/0" {
			t.Errorf("the undo of the deletion ended as %s", got)
		}
		if got := boss.rows(undo, "failed"); got != "客戶0 failed changed_since deleted_at" {
			t.Errorf("told %q", got)
		}
		all := boss.begin("customers/actions/delete", map[string]any{"filter": ""})
		if got := outcome(boss.ended(all)); got != "done 5/0/0/0" {
			t.Errorf("deleting all ended as %s", got)
		}
		bin := boss.begin("customers/actions/restore", map[string]any{"filter": `name ~ "客戶"`})
		if got := outcome(boss.ended(bin)); got != "done 5/0/0/0" {
			t.Errorf("restoring all ended as %s", got)
		}
	})
}

func TestBulkRowThatClashesLeavesTheOthersStanding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		w.work()
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "unique": true,
			"labels": map[string]string{"zh-TW": "代號", "zh-CN": "代号", "en": "Code"}})
		for i := range 3 {
			admin.add("customers", map[string]any{"name": fmt.Sprintf("客戶%d", i)})
		}
		id := admin.begin("customers/actions/edit", map[string]any{"filter": "", "input": map[string]any{"fields": map[string]any{"x_code": "same", "note": "tried"}}})
		if got := outcome(admin.ended(id)); got != "done 1/0/2/0" {
			t.Fatalf("ended as %s: %s", got, admin.rows(id, ""))
		}
		if got := admin.rows(id, "failed"); got != "客戶1 failed conflict x_code; 客戶0 failed conflict x_code" {
			t.Errorf("told %q", got)
		}
		if got := admin.names("customers?filter=" + url.QueryEscape(`note = "tried"`)); got != "客戶2" {
			t.Errorf("half-written: %q", got)
		}
		rows, err := w.app.DB.Query(t.Context(), "SELECT count(*) FROM audit WHERE origin = ?", "bulk "+id)
		if err != nil || rows[0][0] != int64(1) {
			t.Errorf("the history has %v entries of the job (%v)", rows, err)
		}
	})
}

func TestBulkIsCancelledMidwayAndWhatWasDoneIsUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, departments := w.company()
		seller := people["seller"]
		w.fill(3000, []string{seller.id, seller.id}, []string{departments["north"], departments["north"]})
		w.work()
		id := seller.begin("customers/actions/edit", map[string]any{"filter": "", "input": map[string]any{"fields": map[string]any{"note": "bulk"}}})
		for range 1000 {
			if seller.must(200, "GET", "jobs/"+id, nil)["state"] != "queued" {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
		seller.must(202, "POST", "jobs/"+id+"/actions/cancel", nil)
		job := seller.ended(id)
		result, _ := job["result"].(map[string]any)
		count := func() any {
			count, _ := seller.must(200, "GET", "customers?limit=1&count=exact&filter="+url.QueryEscape(`note = "bulk"`), nil)["count"].(map[string]any)
			return count["value"]
		}
		if job["state"] != "cancelled" || result["done"] == 0.0 || result["done"] == 3000.0 || count() != result["done"] {
			t.Fatalf("cancelled: %v with %v records written", job, count())
		}
		undo := seller.begin("jobs/"+id+"/actions/undo", nil)
		if job := seller.ended(undo); job["state"] != "done" || count() != 0.0 {
			t.Errorf("the undo: %v, %v records still written", job, count())
		}
	})
}

func TestBulkGoesOnAfterARestartWithoutDoubling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, departments := w.company()
		seller := people["seller"]
		w.fill(2000, []string{seller.id, seller.id}, []string{departments["north"], departments["north"]})
		w.work()
		id := seller.begin("customers/actions/edit", map[string]any{"filter": "", "input": map[string]any{"fields": map[string]any{"note": "bulk"}}})
		written := func() int64 {
			rows, err := w.app.DB.Query(t.Context(), "SELECT count(*) FROM audit WHERE origin = ?", "bulk "+id)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := rows[0][0].(int64)
			return n
		}
		for range 3 {
			before := written()
			for range 5000 {
				if written() > before {
					break
				}
				time.Sleep(time.Millisecond)
			}
			w.app.Jobs.Stop()
			if job := seller.must(200, "GET", "jobs/"+id, nil); job["state"] != "queued" && job["state"] != "done" {
				t.Fatalf("a stopped node leaves %v", job)
			}
			w.work()
		}
		if got := outcome(seller.ended(id)); got != "done 2000/0/0/0" {
			t.Errorf("ended as %s", got)
		}
		if n := written(); n != 2000 {
			t.Errorf("%d changes of 2000 records", n)
		}
	})
}

func TestBulkStopsWhenItsPersonLosesTheRight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		boss := people["boss"]
		boss.add("customers", map[string]any{"name": "甲"})
		id := boss.begin("customers/actions/delete", map[string]any{"filter": ""})
		gone := boss.begin("customers/actions/edit", map[string]any{"filter": "", "input": map[string]any{"fields": map[string]any{"note": "x"}}})
		admin.must(200, "PATCH", "users/"+boss.id, map[string]any{"role": "salesperson"})
		w.work()
		if job := boss.ended(id); job["state"] != "failed" {
			t.Errorf("deleted without the right: %v", job)
		}
		boss.ended(gone)
		admin.must(200, "PATCH", "users/"+boss.id, map[string]any{"role": "general_manager", "active": false})
		if got := admin.names("customers"); got != "甲" {
			t.Errorf("left: %q", got)
		}
	})
}
