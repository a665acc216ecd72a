package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestSavedViewGivesAListItsFilterColumnsAndOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for i, name := range []string{"甲", "乙", "丙", "丁"} {
			admin.add("customers", map[string]any{"name": name, "level": []string{"A", "B", "A", "A"}[i]})
		}
		view := admin.must(201, "POST", "views", map[string]any{"object": "customer", "name": "重要客戶", "filter": `level = "A" AND NOT name = "丁"`,
			"columns": []map[string]any{{"field": "name", "width": 240}, {"field": "level"}}, "sort": "-name"})
		id := fmt.Sprint(view["id"])
		if view["shared_with"] != "none" || view["mine"] != true {
			t.Errorf("a new view: %v", view)
		}
		answer := admin.must(200, "GET", "customers?view="+id, nil)
		if got := strings.Join(namesOf(answer), " "); got != "甲 丙" {
			t.Errorf("the view lists %q", got)
		}
		records, _ := answer["records"].([]any)
		if one, _ := records[0].(map[string]any); len(one) != 4 { // id, version, name, level
			t.Errorf("the view's columns give %v", one)
		}
		grouped := admin.must(200, "PATCH", "views/"+id, map[string]any{"group": "level"})
		if grouped["group"] != "level" {
			t.Errorf("a view keeps its group as %v", grouped["group"])
		}
		admin.must(422, "PATCH", "views/"+id, map[string]any{"group": "nonsense"})
		// What the request says goes before what the view says; filters add up.
		if got := admin.names("customers?sort=name&view=" + id + "&filter=" + url.QueryEscape(`name = "丙"`)); got != "丙" {
			t.Errorf("with a filter of the request: %q", got)
		}
		next, _ := admin.must(200, "GET", "customers?limit=1&view="+id, nil)["next"].(string)
		if got := admin.names("customers?limit=1&view=" + id + "&cursor=" + next); got != "丙" {
			t.Errorf("the second page: %q", got)
		}
		admin.must(200, "PATCH", "views/"+id, map[string]any{"filter": map[string]any{"field": "level", "op": "=", "value": "B"}, "columns": []map[string]any{{"field": "name"}}})
		view = admin.must(200, "GET", "views/"+id, nil)
		if fmt.Sprint(view["columns"]) != "[map[field:name]]" || view["sort"] != "-name" || view["name"] != "重要客戶" {
			t.Errorf("after the change: %v", view)
		}
		if got := admin.names("customers?view=" + id); got != "乙" {
			t.Errorf("the changed view lists %q", got)
		}
		admin.must(204, "DELETE", "views/"+id, nil)
		admin.must(404, "GET", "customers?view="+id, nil)
		for name, body := range map[string]map[string]any{
			"no name": {"object": "customer", "name": " "}, "no object": {"object": "nothing", "name": "x"}, "filter": {"object": "customer", "name": "x", "filter": "nope = 1"},
			"sort": {"object": "customer", "name": "x", "sort": "nope"}, "column": {"object": "customer", "name": "x", "columns": []map[string]any{{"field": "nope"}}},
			"width": {"object": "customer", "name": "x", "columns": []map[string]any{{"field": "name", "width": -1}}}, "unknown": {"object": "customer", "name": "x", "colour": 1},
			"audience": {"object": "customer", "name": "x", "shared_with": "everybody"}, "department": {"object": "customer", "name": "x", "shared_with": []string{"12"}},
			"type": {"object": "customer", "name": 5},
		} {
			if status, answer := admin.call("POST", "views", body); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
	})
}

func TestSavedViewOfAnotherIsReachedOnlyWhenShared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, departments := w.company()
		owner, attacker := people["seller"], people["stranger"]
		body := map[string]any{"object": "customer", "name": "我的"}
		id := fmt.Sprint(owner.must(201, "POST", "views", body)["id"])
		for _, c := range []struct{ method, path string }{{"GET", "views/" + id}, {"PATCH", "views/" + id}, {"DELETE", "views/" + id}, {"GET", "customers?view=" + id}} {
			if status, answer := attacker.call(c.method, c.path, map[string]any{"name": "x"}); status != 404 {
				t.Errorf("%s %s answered %d %v", c.method, c.path, status, answer)
			}
		}
		count := func(p *person) int {
			views, _ := p.must(200, "GET", "views?object=customer", nil)["views"].([]any)
			return len(views)
		}
		owner.must(200, "PATCH", "views/"+id, map[string]any{"shared_with": []string{departments["north"]}})
		if count(people["colleague"]) != 1 || count(attacker) != 0 || count(owner) != 1 {
			t.Errorf("shared with north: colleague %d, stranger %d, owner %d", count(people["colleague"]), count(attacker), count(owner))
		}
		people["colleague"].must(200, "GET", "customers?view="+id, nil)
		people["colleague"].must(403, "PATCH", "views/"+id, map[string]any{"name": "gekapert"})
		people["colleague"].must(403, "DELETE", "views/"+id, nil)
		owner.must(200, "PATCH", "views/"+id, map[string]any{"shared_with": "all"})
		if count(attacker) != 1 {
			t.Error("a view shared with all is not listed for a stranger")
		}
		// A shared view gives no right: it lists what its user may see.
		owner.add("customers", map[string]any{"name": "北方客戶"})
		if got := attacker.names("customers?view=" + id); got != "" {
			t.Errorf("the shared view told %q", got)
		}
		owner.must(200, "PATCH", "views/"+id, map[string]any{"shared_with": "none"})
		if count(attacker) != 0 || count(people["colleague"]) != 0 {
			t.Error("the view is still listed after the share was taken back")
		}
	})
}
