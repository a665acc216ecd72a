package app

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// told are all entries of a timeline, page by page to its end.
func (p *person) told(path string, limit int, between func(page int)) (entries []map[string]any) {
	p.w.t.Helper()
	cursor := ""
	for page := 1; ; page++ {
		answer := p.must(200, "GET", fmt.Sprintf("%s&limit=%d%s", path, limit, cursor), nil)
		for _, e := range list(answer["entries"]) {
			e, _ := e.(map[string]any)
			entries = append(entries, e)
		}
		next, more := answer["next"].(string)
		if !more {
			return entries
		}
		if page > 200 {
			p.w.t.Fatal("the timeline has no end")
		}
		cursor = "&cursor=" + url.QueryEscape(next)
		if between != nil {
			between(page)
		}
	}
}

// A timeline goes on to the first thing that ever happened: every kind of entry, in the
// order of time, none twice, whatever is added while somebody reads.
func TestTimelineGoesOnToTheVeryEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		id := seller.add("customers", map[string]any{"name": "大同"})
		day := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
		var visits, tasks []any
		for n := range 60 {
			// Calls are written down days later, in no order.
			visits = append(visits, map[string]any{"customer": id, "kind": "call", "subject": fmt.Sprint("電話 ", n), "at": day.AddDate(0, 0, n*37%60).Format(time.RFC3339)})
		}
		for n := range 15 {
			tasks = append(tasks, map[string]any{"customer": id, "subject": fmt.Sprint("工作 ", n)})
		}
		seller.must(200, "POST", "activities/batch", map[string]any{"create": visits})
		seller.must(200, "POST", "tasks/batch", map[string]any{"create": tasks})
		for n := range 12 {
			seller.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": fmt.Sprint("留言 ", n)})
			seller.must(200, "PATCH", "customers/"+id, map[string]any{"note": fmt.Sprint("第 ", n, " 次")})
		}
		path := "customers/" + id + "/timeline?x="
		entries := seller.told(path, 7, func(page int) {
			if page == 3 {
				seller.add("activities", map[string]any{"customer": id, "kind": "call", "subject": "剛剛打來"})
				seller.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "插話"})
			}
		})
		kinds, seen := map[string]int{}, map[string]bool{}
		for i, e := range entries {
			kind, _ := e["kind"].(string)
			kinds[kind]++
			key := fmt.Sprint(kind, e["id"], e["at"], e["text"])
			if seen[key] {
				t.Errorf("told twice: %v", e)
			}
			seen[key] = true
			if i > 0 {
				before, _ := time.Parse(time.RFC3339Nano, fmt.Sprint(entries[i-1]["at"]))
				at, _ := time.Parse(time.RFC3339Nano, fmt.Sprint(e["at"]))
				if at.After(before) {
					t.Errorf("%v stands behind %v", e["at"], entries[i-1]["at"])
				}
			}
		}
		if kinds["activity"] != 60 || kinds["task"] != 15 || kinds["comment"] != 12 || kinds["change"] != 13 {
			t.Errorf("told: %v", kinds)
		}
		// One kind alone, to its end too.
		for kind, want := range map[string]int{"comment": 13, "activity": 61, "change": 13, "task": 15, "opportunity": 0} {
			if got := seller.told(path+"&kind="+kind, 5, nil); len(got) != want {
				t.Errorf("%d of the kind %s, of %d", len(got), kind, want)
			}
		}
		seller.must(422, "GET", path+"&kind=x", nil)

		// A cursor is of no use to anybody else, nor for another record, nor made up.
		next := fmt.Sprint(seller.must(200, "GET", path+"&limit=3", nil)["next"])
		other := seller.add("customers", map[string]any{"name": "小同"})
		people["stranger"].must(404, "GET", path+"&limit=3&cursor="+next, nil)
		admin.must(422, "GET", path+"&limit=3&cursor="+next, nil)
		seller.must(422, "GET", "customers/"+other+"/timeline?limit=3&cursor="+next, nil)
		seller.must(422, "GET", path+"&kind=comment&cursor="+next, nil)
		for _, made := range []string{"x", "AAAA", next[:len(next)-4], next + "AAAA"} {
			seller.must(422, "GET", path+"&cursor="+url.QueryEscape(made), nil)
		}
	})
}

// hide takes fields of an object from the sight of everybody in a role.
func (p *person) hide(role, object string, fields ...string) {
	p.w.t.Helper()
	access := map[string]any{}
	for _, f := range fields {
		access[f] = "hidden"
	}
	id, _ := list(p.must(200, "GET", "roles?filter="+url.QueryEscape(`key = "`+role+`"`), nil)["records"])[0].(map[string]any)["id"].(string)
	p.must(200, "PATCH", "roles/"+id, map[string]any{"field_access": map[string]any{object: access}})
}

// Whoever may not read when records were made or happened is answered all the same, in
// an order that tells nothing of it.
func TestNoOrderTellsOfHiddenTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		owner := map[string]any{"index": 2, "field": "owner"}
		_, done := admin.imported("customer", "公司名稱,建立時間,負責業務\n甲,2024-05-01,seller\n乙,2021-01-01,seller\n丙,2023-01-01,seller\n", map[string]any{"columns": []map[string]any{{"index": 1, "field": "created_at"}, owner}})
		if totals(done) != "3 0 0 0" {
			t.Fatalf("imported: %s %v", totals(done), done["problems"])
		}
		order := func(p *person, query string) string {
			t.Helper()
			var names []string
			for cursor := ""; ; {
				answer := p.must(200, "GET", "customers?fields=name&limit=1"+query+cursor, nil)
				for _, r := range list(answer["records"]) {
					names = append(names, fmt.Sprint(at(r, "name")))
				}
				next, more := answer["next"].(string)
				if !more {
					return strings.Join(names, "")
				}
				cursor = "&cursor=" + url.QueryEscape(next)
			}
		}
		if got := order(seller, ""); got != "甲丙乙" {
			t.Fatalf("by when they were made: %s", got)
		}
		var visits []any
		customer := fmt.Sprint(at(list(seller.must(200, "GET", "customers?q="+url.QueryEscape("甲"), nil)["records"])[0], "id"))
		for _, day := range []string{"2026-03-02", "2026-01-01", "2026-02-01"} {
			visits = append(visits, map[string]any{"customer": customer, "kind": "call", "subject": day, "at": day + "T02:00:00Z"})
		}
		seller.must(200, "POST", "activities/batch", map[string]any{"create": visits})

		admin.hide("salesperson", "customer", "created_at", "updated_at")
		if got := order(seller, ""); got != "丙乙甲" { // by id, newest first
			t.Errorf("by default: %s", got)
		}
		if got := order(seller, "&deleted=true"); got != "" {
			t.Errorf("in the bin: %s", got)
		}
		for _, sort := range []string{"created_at", "-created_at", "name,created_at", "-updated_at"} {
			seller.must(422, "GET", "customers?sort="+sort, nil)
		}
		seller.must(422, "GET", "customers?filter="+url.QueryEscape(`created_at > "2022-01-01"`), nil)
		seller.must(422, "POST", "customers/aggregate", map[string]any{"group": []map[string]string{{"field": "created_at", "by": "year"}}, "measures": []map[string]string{{"fn": "count"}}})
		seller.must(422, "POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "max", "field": "created_at"}}})
		// What is exported by default stands in the same order.
		w.work()
		admin.hide("general_manager", "customer", "created_at", "updated_at")
		rows := people["boss"].exported(map[string]any{"fields": []string{"name"}})
		if got := fmt.Sprint(rows); !strings.Contains(got, "[丙] [乙] [甲]") {
			t.Errorf("exported: %s", got)
		}

		admin.hide("salesperson", "activity", "at", "created_at", "updated_at")
		var subjects []string
		for _, e := range seller.told("customers/"+customer+"/timeline?kind=activity", 1, nil) {
			subjects = append(subjects, fmt.Sprint(at(e["record"], "subject")))
			if strings.HasPrefix(fmt.Sprint(e["at"]), "2026-0") {
				t.Errorf("the timeline tells when it was: %v", e)
			}
		}
		if want := []string{"2026-02-01", "2026-01-01", "2026-03-02"}; !slices.Equal(subjects, want) {
			t.Errorf("on the timeline: %v", subjects)
		}
		if got := seller.must(200, "GET", "activities", nil)["records"]; size(got) != 3 {
			t.Errorf("activities: %v", got)
		}
	})
}
