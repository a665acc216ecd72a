package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// bench is the start page of a person: whose it is, and the kinds of its widgets.
func (p *person) bench() string {
	p.w.t.Helper()
	l := p.must(200, "GET", "workbench", nil)
	line := fmt.Sprint(l["from"])
	for _, w := range list(l["widgets"]) {
		line += fmt.Sprint(" ", at(w, "kind"), at(w, "w"), "x", at(w, "h"))
	}
	return line
}

func TestWorkbenchIsOnesOwnElseThatOfTheRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague, manager := people["seller"], people["colleague"], people["manager"]
		page := func(kinds ...string) map[string]any {
			list := []any{}
			for i, kind := range kinds {
				list = append(list, map[string]any{"id": fmt.Sprint("w", i), "kind": kind, "w": 6, "h": 8})
			}
			return map[string]any{"widgets": list}
		}
		if got := seller.bench(); got != "" {
			t.Errorf("at first there is %q", got)
		}
		role := fmt.Sprint(at(admin.must(200, "GET", `roles?filter=key+%3D+"salesperson"`, nil), "records", 0, "id"))
		admin.must(200, "PUT", "workbench/roles/"+role, page("tasks", "target"))
		seller.must(200, "PUT", "workbench", page("target"))
		for p, want := range map[*person]string{seller: "user target6x8", colleague: "role tasks6x8 target6x8", manager: ""} {
			if got := p.bench(); got != want {
				t.Errorf("there is %q, want %q", got, want)
			}
		}
		if got := at(admin.must(200, "GET", "workbench", nil), "roles", 0); got != role {
			t.Errorf("roles with a page: %v", got)
		}
		if got := colleague.must(200, "GET", "workbench", nil)["roles"]; got != nil {
			t.Errorf("a salesperson is told of roles: %v", got)
		}
		seller.must(200, "DELETE", "workbench", nil)
		if got, want := seller.bench(), "role tasks6x8 target6x8"; got != want {
			t.Errorf("put back there is %q, want %q", got, want)
		}
		seller.must(200, "PUT", "workbench", page())
		if got := seller.bench(); got != "user" {
			t.Errorf("an empty page is %q", got)
		}
		for _, p := range []*person{seller, manager, people["boss"]} {
			for _, method := range []string{"PUT", "DELETE"} {
				if status, _ := p.call(method, "workbench/roles/"+role, page("tasks")); status != 403 {
					t.Errorf("%s of a role's page answered %d", method, status)
				}
			}
		}
		admin.must(404, "PUT", "workbench/roles/1", page("tasks"))
		admin.must(200, "DELETE", "workbench/roles/"+role, nil)
		if got := colleague.bench(); got != "" {
			t.Errorf("without the role's there is %q", got)
		}
		for _, bad := range []string{
			`{"widgets":[{"id":"a","kind":"tasks","w":13,"h":2}]}`, `{"widgets":[{"id":"a","kind":"tasks","w":3,"h":0}]}`, `{"widgets":[{"id":"a","kind":"<b>","w":3,"h":2}]}`,
			`{"widgets":[{"id":"a","kind":"x","w":3,"h":2},{"id":"a","kind":"x","w":3,"h":2}]}`, `{"widgets":[{"id":"a","kind":"x","w":3,"h":2,"options":{"q":"` + strings.Repeat("x", 2100) + `"}}]}`, `{"widgets":{}}`, `{"x":1}`,
			`{"widgets":[` + strings.Repeat(`{},`, 40) + `{}]}`,
		} {
			if status, _ := seller.call("PUT", "workbench", bad); status != 422 {
				t.Errorf("%.80s answered %d", bad, status)
			}
		}
	})
}

func TestAttainmentStandsAgainstTheTargetUnderTheAskersRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller, colleague, manager, boss := people["seller"], people["colleague"], people["manager"], people["boss"]
		month := time.Now().UTC().Format("2006-01")
		day := func(n int) string { return fmt.Sprintf("%s-%02d", month, n) }
		for _, p := range people {
			p.must(200, "PATCH", "me", map[string]any{"time_zone": "UTC"})
		}
		admin.must(201, "POST", "exchange-rates", map[string]any{"currency": "USD", "date": "2020-01-01", "rate": "30"})
		deal := func(p *person, stage, amount, currency string) {
			p.add("opportunities", map[string]any{"name": "案", "customer": p.add("customers", map[string]any{"name": "客"}), "stage": stage, "amount": map[string]string{"amount": amount, "currency": currency}, "expected_close": day(28)})
		}
		deal(seller, "won", "100", "TWD")
		deal(seller, "won", "10", "USD")
		deal(seller, "proposal", "200", "TWD")
		deal(colleague, "won", "5000", "TWD")
		deal(people["stranger"], "won", "70000", "TWD")
		admin.must(201, "POST", "targets", map[string]any{"month": day(1), "owner": seller.id, "amount": map[string]string{"amount": "1000"}})
		admin.must(201, "POST", "targets", map[string]any{"month": day(1), "owner": colleague.id, "amount": map[string]string{"amount": "2000"}})
		admin.must(201, "POST", "targets", map[string]any{"month": day(1), "department": departments["north"], "owner": nil, "amount": map[string]string{"amount": "9000"}})
		told := func(p *person, who string) string {
			m := at(p.must(200, "GET", "attainment?months=1&who="+who, nil), "months", 0)
			return fmt.Sprint(at(m, "month"), " ", at(m, "target"), " ", at(m, "won"), " ", at(m, "open"), " ", at(m, "weighted"))
		}
		for name, c := range map[string]struct {
			p    *person
			who  string
			want string
		}{
			"my own":                         {seller, "me", "1000 400 200 100"},
			"a colleague's are not seen":     {seller, "u:" + colleague.id, "<nil> 0 0 0"},
			"of those a salesperson sees":    {seller, "all", "1000 400 200 100"},
			"a department as a whole":        {manager, "mine", "9000 5400 200 100"},
			"everybody, by departments":      {boss, "all", "9000 75400 200 100"},
			"of another department":          {manager, "d:" + departments["south"], "<nil> 0 0 0"},
			"of one of the department by id": {manager, "u:" + colleague.id, "2000 5000 0 0"},
		} {
			if got, want := told(c.p, c.who), month+" "+c.want; got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		for _, query := range []string{"months=0", "months=25", "months=x", "who=x", "from=2026-13", "who=u:x"} {
			seller.must(422, "GET", "attainment?"+query, nil)
		}

		// The leaderboard takes a right of its own.
		ranks := func(p *person) string {
			var lines []string
			for _, one := range list(p.must(200, "GET", "leaders", nil)["places"]) {
				lines = append(lines, fmt.Sprint(at(one, "rank"), " ", at(one, "name"), " ", at(one, "won"), " ", at(one, "count")))
			}
			return strings.Join(lines, "; ")
		}
		seller.must(403, "GET", "leaders", nil)
		if got, want := ranks(manager), "1 colleague 5000 1; 2 seller 400 2"; got != want {
			t.Errorf("the manager's leaderboard is %s, want %s", got, want)
		}
		if got, want := ranks(boss), "1 stranger 70000 1; 2 colleague 5000 1; 3 seller 400 2"; got != want {
			t.Errorf("the boss's leaderboard is %s, want %s", got, want)
		}
		// Granted to salespeople over their department it compares them, and shows no deal.
		role := fmt.Sprint(at(admin.must(200, "GET", `roles?filter=key+%3D+"salesperson"`, nil), "records", 0, "id"))
		rights := map[string]any{"view": "own_shared", "create": "own_shared", "edit": "own_shared", "share": "own", "import": "own"}
		rights["rank"] = "department"
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"rights": map[string]any{"*": rights}})
		if got, want := ranks(seller), "1 colleague 5000 1; 2 seller 400 2"; got != want {
			t.Errorf("a salesperson's leaderboard is %s, want %s", got, want)
		}
		if got := size(seller.must(200, "GET", "opportunities", nil)["records"]); got != 3 {
			t.Errorf("with it a salesperson sees %d deals, want his 3", got)
		}
		if got, want := told(seller, "all"), month+" 1000 400 200 100"; got != want {
			t.Errorf("with it all that he sees is %s, want %s", got, want)
		}
		// A deal that was shared with him does not count for the one who shared it.
		shared := people["stranger"].add("opportunities", map[string]any{"name": "分享", "customer": people["stranger"].add("customers", map[string]any{"name": "客"}), "stage": "won", "amount": map[string]string{"amount": "1"}})
		people["stranger"].must(201, "POST", "opportunities/"+shared+"/shares", map[string]any{"user": seller.id})
		if got, want := ranks(seller), "1 colleague 5000 1; 2 seller 400 2"; got != want {
			t.Errorf("with a shared deal the leaderboard is %s, want %s", got, want)
		}
		admin.must(200, "PATCH", "roles/"+role, map[string]any{"rights": map[string]any{"*": rights}, "field_access": map[string]any{"opportunity": map[string]any{"amount": "hidden"}}})
		seller.must(403, "GET", "leaders", nil)
		for object, verb := range map[string]string{"customer": "rank", "opportunity": "rule", "*": "rule"} {
			admin.must(422, "PATCH", "roles/"+role, map[string]any{"rights": map[string]any{object: map[string]any{verb: "own"}}})
		}
	})
}

func TestSavedViewIsAddedUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		for level, n := range map[string]int{"A": 2, "B": 1} {
			for range n {
				seller.add("customers", map[string]any{"name": "客", "level": level})
			}
		}
		people["stranger"].add("customers", map[string]any{"name": "客", "level": "A"})
		body := func(id any, more map[string]any) map[string]any {
			b := map[string]any{"view": id, "group": []map[string]string{{"field": "level"}}, "measures": []map[string]string{{"fn": "count"}}}
			for k, v := range more {
				b[k] = v
			}
			return b
		}
		id := seller.must(201, "POST", "views", map[string]any{"object": "customer", "name": "甲級", "filter": `level = "A"`})["id"]
		rows := seller.must(200, "POST", "customers/aggregate", body(id, nil))["rows"]
		if size(rows) != 1 || at(rows, 0, "group", 0) != "A" || at(rows, 0, "measures", 0) != "2" {
			t.Errorf("the view adds up to %v", rows)
		}
		if rows := seller.must(200, "POST", "customers/aggregate", body(id, map[string]any{"filter": `level = "B"`}))["rows"]; size(rows) != 0 {
			t.Errorf("within the view the others are %v", rows)
		}
		people["stranger"].must(404, "POST", "customers/aggregate", body(id, nil))
		seller.must(404, "POST", "contacts/aggregate", map[string]any{"view": id, "measures": []map[string]string{{"fn": "count"}}})
		seller.must(404, "POST", "customers/aggregate", body("x", nil))
	})
}
