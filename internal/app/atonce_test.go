package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
)

// Eight who do the same at the same moment, two clicks or two tabs, are each told what
// came of it: nobody's request fails, and what there is once afterwards is there once.
func TestTheSameAtOnceFailsNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller, friend := people["seller"], people["stranger"]
		admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "unique": true, "labels": map[string]string{"zh-TW": "代號"}})
		customer := seller.add("customers", map[string]any{"name": "甲", "level": "A"})
		contact := seller.add("contacts", map[string]any{"name": "乙", "customer": customer})
		deal := seller.add("opportunities", map[string]any{"name": "丙", "customer": customer})
		gone := seller.add("customers", map[string]any{"name": "丁"})
		back := seller.add("customers", map[string]any{"name": "戊"})
		admin.must(204, "DELETE", "customers/"+back, nil)
		file := seller.file("x.txt", []byte("x"))
		token := fmt.Sprint(seller.must(201, "POST", "tokens", map[string]any{"name": "t", "scopes": []string{"read"}})["id"])
		view := fmt.Sprint(seller.must(201, "POST", "views", map[string]any{"object": "customer", "name": "v"})["id"])
		for _, c := range []struct {
			who          *person
			method, path string
			body         string
			// most is how many of the eight may be told that they did it.
			most int
		}{
			{seller, "PUT", "favorites/customer/" + customer, ``, 8},
			{seller, "POST", "customers/" + customer + "/shares", `{"user":"` + friend.id + `","write":true}`, 8},
			{seller, "DELETE", "customers/" + customer + "/shares/u" + friend.id, ``, 1},
			{seller, "POST", "opportunity-contacts", `{"opportunity":"` + deal + `","contact":"` + contact + `","role":"decider"}`, 1},
			{seller, "PUT", "customers/by/x_code/K1", `{"name":"鍵"}`, 8},
			{seller, "POST", "customers", `{"name":"同","x_code":"U1"}`, 1},
			{seller, "PATCH", "customers/" + customer, `{"level":"B","tags":["a","b"],"phones":["02-2345-6789"],"external_ids":["crm:1"]}`, 8},
			{seller, "POST", "customers/" + customer + "/files", `{"files":["` + file + `"]}`, 8},
			{seller, "DELETE", "customers/" + customer + "/files/" + file, ``, 1},
			{seller, "POST", "customers/" + customer + "/comments", `{"text":"hi"}`, 8},
			{admin, "DELETE", "customers/" + gone, ``, 1},
			{admin, "POST", "customers/" + back + "/actions/restore", ``, 1},
			{admin, "POST", "objects/customer/fields", `{"name":"x_same","type":"integer","labels":"同"}`, 1},
			{admin, "POST", "objects", `{"name":"x_thing","labels":"物"}`, 1},
			{admin, "PATCH", "objects/customer/fields/x_same", `{"labels":"同樣"}`, 8},
			{admin, "DELETE", "objects/customer/fields/x_same", ``, 8},
			{admin, "POST", "departments", `{"name":"組","parent":"` + departments["north"] + `"}`, 8},
			{admin, "POST", "users", `{"name":"新","login":"fresh"}`, 1},
			{admin, "POST", "users/" + friend.id + "/actions/reset-password", ``, 8},
			{admin, "POST", "users/actions/invite", `{}`, 8},
			{seller, "PATCH", "me", `{"theme":"dark"}`, 8},
			{seller, "DELETE", "tokens/" + token, ``, 1},
			{seller, "PATCH", "views/" + view, `{"name":"w","shared_with":"all"}`, 8},
			{seller, "DELETE", "views/" + view, ``, 1},
			{seller, "POST", "customers/batch", `{"create":[{"name":"批","x_code":"B1"}],"update":[{"id":"` + customer + `","note":"x"}]}`, 8},
			{admin, "PATCH", "company", `{"name":"公司"}`, 8},
		} {
			statuses, answers := make([]int, 8), make([]string, 8)
			var group sync.WaitGroup
			for i := range statuses {
				group.Go(func() {
					statuses[i], answers[i] = c.who.raw(c.method, "/api/v1/"+c.path, "application/json", []byte(c.body))
				})
			}
			group.Wait()
			did := 0
			for i, status := range statuses {
				switch {
				case status >= 500:
					t.Errorf("%s %s answered %d %s", c.method, c.path, status, answers[i])
				case status < 300:
					did++
				}
			}
			if did == 0 || did > c.most {
				t.Errorf("%s %s: %d were told that they did it, want at most %d: %v %s", c.method, c.path, did, c.most, statuses, answers[0])
			}
		}
		for _, c := range []struct{ path, what string }{{"customers?filter=x_code%20%3D%20%22K1%22", "鍵"}, {"customers?filter=x_code%20%3D%20%22U1%22", "同"}, {"customers?filter=x_code%20%3D%20%22B1%22", "批"}} {
			if got := admin.names(c.path); got != c.what {
				t.Errorf("%s are %q", c.path, got)
			}
		}
		if n := size(seller.must(200, "GET", "favorites", nil)["favorites"]); n != 1 {
			t.Errorf("%d favourites", n)
		}
		if n := strings.Count(fmt.Sprint(admin.must(200, "GET", "customers/"+customer+"/history", nil)), "level"); n > 2 {
			t.Errorf("one change of the level stands in the history %d times", n)
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("what is left does not agree: %v", found)
		}
	})
}
