package app

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// fill makes n customers in pseudo-random hands, with names of common and rare
// words, and a call on every third.
func (w *world) fill(n int, owners []string, departments []string) {
	w.t.Helper()
	registry := w.app.Records.Current.Load()
	system := policy.System(registry, "test")
	r := rand.New(rand.NewPCG(1, 2))
	ctx := store.Bulk(context.Background())
	id := func(text string) []any {
		n, _ := schema.ParseID(text)
		return []any{n}
	}
	customers, activities := registry.Object("customer"), registry.Object("activity")
	for i := range n {
		k := r.IntN(len(owners))
		if i%97 != 0 && k == 0 {
			k = 1 // the first owner has few
		}
		v := map[string][]any{
			"name":  {fmt.Sprintf("%s%s有限公司%d", []string{"大同", "遠東", "永豐"}[r.IntN(3)], []string{"電子", "科技"}[r.IntN(2)], i)},
			"level": {[]string{"A", "B", "C"}[r.IntN(3)]}, "owner": id(owners[k]), "department": id(departments[k]),
			"created_at": {int64(1_700_000_000_000_000) + r.Int64N(1_000_000)*1_000_000},
		}
		if i%300 == 7 {
			v["name"] = []any{fmt.Sprintf("罕見貿易%d", i)}
		}
		customer, err := w.app.Records.CreateValues(ctx, system, customers, v)
		if err != nil {
			w.t.Fatal(err)
		}
		if i%3 == 0 {
			o := r.IntN(len(owners))
			if _, err := w.app.Records.CreateValues(ctx, system, activities, map[string][]any{
				"subject": {fmt.Sprintf("電話%d", i)}, "customer": {customer}, "kind": {"call"}, "owner": id(owners[o]), "department": id(departments[o]),
			}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// TestEveryPlanFindsTheSame reads lists that take different ways to their rows
// and compares each with what one person who sees all would pick out by hand.
func TestEveryPlanFindsTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a table")
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		logins := []string{"seller", "colleague", "stranger", "boss"}
		owners, homes := []string{}, []string{}
		for _, l := range logins {
			owners = append(owners, people[l].id)
			homes = append(homes, map[string]string{"seller": departments["north"], "colleague": departments["north"], "stranger": departments["south"], "boss": departments["top"]}[l])
		}
		w.fill(1200, owners, homes)
		admin.must(200, "PATCH", "objects/customer/fields/level", map[string]any{"options": []any{
			map[string]any{"value": "C", "label": "C"}, map[string]any{"value": "D", "label": "D"}, map[string]any{"value": "A", "label": "A"}, map[string]any{"value": "B", "label": "B"}}})
		// As an older program may have left it.
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE r_customer SET level = 'old' WHERE name LIKE '%97'"); err != nil {
			t.Fatal(err)
		}

		type row struct{ id, name, level, owner, department string }
		everything := func(p *person, path string) []row {
			var all []row
			cursor := ""
			for {
				answer := p.must(200, "GET", path+"&limit=300&cursor="+url.QueryEscape(cursor), nil)
				records, _ := answer["records"].([]any)
				for _, r := range records {
					one, _ := r.(map[string]any)
					ref := func(name string) string {
						m, _ := one[name].(map[string]any)
						return fmt.Sprint(m["id"])
					}
					all = append(all, row{fmt.Sprint(one["id"]), fmt.Sprint(one["name"]), fmt.Sprint(one["level"]), ref("owner"), ref("department")})
				}
				if cursor, _ = answer["next"].(string); cursor == "" {
					return all
				}
			}
		}
		all := everything(admin, "customers?sort=name")
		if len(all) != 1200 {
			t.Fatalf("there are %d customers, want 1200", len(all))
		}
		sees := map[string]func(row) bool{
			"seller":  func(r row) bool { return r.owner == people["seller"].id },
			"manager": func(r row) bool { return r.department == departments["north"] },
			"boss":    func(row) bool { return true },
		}
		// A share with the one who has little.
		shared := ""
		for _, r := range all {
			if r.owner == people["stranger"].id && strings.HasPrefix(r.name, "罕見") {
				shared = r.id
			}
		}
		share(t, w, "customer", shared, people["seller"].id)
		sees["seller"] = func(r row) bool { return r.owner == people["seller"].id || r.id == shared }

		for login, may := range sees {
			for _, c := range []struct {
				query string
				fits  func(row) bool
			}{
				{"", func(row) bool { return true }},
				{"&filter=" + url.QueryEscape(`level = "A"`), func(r row) bool { return r.level == "A" }},
				{"&filter=" + url.QueryEscape(`level = "A" OR level = "C"`), func(r row) bool { return r.level == "A" || r.level == "C" }},
				{"&filter=" + url.QueryEscape(`owner = me()`), func(r row) bool { return r.owner == people[login].id }},
				{"&filter=" + url.QueryEscape(`id IN ("`+all[3].id+`", "`+all[5].id+`")`), func(r row) bool { return r.id == all[3].id || r.id == all[5].id }},
				{"&q=" + url.QueryEscape("有限公司"), func(r row) bool { return strings.Contains(r.name, "有限公司") }},
				{"&q=" + url.QueryEscape("電子"), func(r row) bool { return strings.Contains(r.name, "電子") }},
				{"&q=" + url.QueryEscape("罕見"), func(r row) bool { return strings.Contains(r.name, "罕見") }},
				{"&q=" + url.QueryEscape("電子") + "&filter=" + url.QueryEscape(`level = "A"`), func(r row) bool { return strings.Contains(r.name, "電子") && r.level == "A" }},
			} {
				var want []string
				for _, r := range all {
					if may(r) && c.fits(r) {
						want = append(want, r.id)
					}
				}
				slices.Sort(want)
				for _, sort := range []string{"-created_at", "created_at", "name", "-level", "level", "level,-name", "-id", "-last_contact_at,name", ""} {
					var got []string
					for _, r := range everything(people[login], "customers?sort="+sort+c.query) {
						got = append(got, r.id)
					}
					slices.Sort(got)
					if !slices.Equal(got, want) {
						t.Errorf("%s sorts %q with %q: %d records, want %d", login, sort, c.query, len(got), len(want))
					}
				}
				count := people[login].must(200, "GET", "customers?limit=1"+c.query, nil)["count"]
				if got := fmt.Sprint(count); len(want) > 1 && got != fmt.Sprintf("map[relation:eq value:%d]", len(want)) {
					t.Errorf("%s counts %s with %q, want %d", login, got, c.query, len(want))
				}
			}
		}
		// In order, and as one who sees calls through his customers.
		for _, login := range []string{"seller", "boss"} {
			var last string
			for i, r := range everything(people[login], "customers?sort=-name") {
				if i > 0 && bytes.Compare(normal.StrokeKey(r.name), normal.StrokeKey(last)) > 0 {
					t.Fatalf("%s: %s stands behind %s", login, r.name, last)
				}
				last = r.name
			}
		}
		for _, login := range []string{"manager", "boss"} {
			for sort, want := range map[string]string{"level": "C A B old", "-level": "old B A C", "level,-name": "C A B old"} {
				for _, query := range []string{"", "&q=" + url.QueryEscape("電子"), "&filter=" + url.QueryEscape(`name ~ "1"`)} {
					var got []string
					for _, r := range everything(people[login], "customers?sort="+sort+query) {
						if len(got) == 0 || got[len(got)-1] != r.level {
							got = append(got, r.level)
						}
					}
					if strings.Join(got, " ") != want {
						t.Errorf("%s sorts by %s%s: %q, want %s", login, sort, query, got, want)
					}
				}
			}
			for _, filter := range []string{`level = "A"`, `level IN ("A", "C")`} {
				var got []string
				for _, r := range everything(people[login], "customers?sort=-level&filter="+url.QueryEscape(filter)) {
					if len(got) == 0 || got[len(got)-1] != r.level {
						got = append(got, r.level)
					}
				}
				if want := map[bool]string{true: "A", false: "A C"}[filter == `level = "A"`]; strings.Join(got, " ") != want {
					t.Errorf("%s sorts what fits %s: %q", login, filter, got)
				}
			}
		}
		mine := map[string]bool{}
		for _, r := range all {
			mine[r.id] = sees["seller"](r)
		}
		want := 0
		calls := 0
		cursor := ""
		for {
			answer := admin.must(200, "GET", "activities?limit=500&cursor="+cursor, nil)
			records, _ := answer["records"].([]any)
			for _, r := range records {
				one, _ := r.(map[string]any)
				owner, _ := one["owner"].(map[string]any)
				customer, _ := one["customer"].(map[string]any)
				if owner["id"] == people["seller"].id || mine[fmt.Sprint(customer["id"])] {
					want++
				}
			}
			if cursor, _ = answer["next"].(string); cursor == "" {
				break
			}
		}
		for _, q := range []string{"", "&q=" + url.QueryEscape("電話")} {
			calls = len(everything(people["seller"], "activities?sort=-created_at"+q))
			if calls != want || want == 0 {
				t.Errorf("seller sees %d calls%s, want %d", calls, q, want)
			}
		}
	})
}

func share(t *testing.T, w *world, object, record, user string) {
	t.Helper()
	id, _ := schema.ParseID(record)
	if _, err := w.app.DB.Exec(context.Background(), "INSERT INTO share (object, record_id, token, can_write) VALUES (?, ?, ?, ?)", object, id, "u"+user, false); err != nil {
		t.Fatal(err)
	}
}

// TestCallsFollowTheirCustomer moves a customer and looks who sees its calls.
func TestCallsFollowTheirCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		boss := people["boss"]
		customer := boss.add("customers", map[string]any{"name": "遠東", "owner": people["seller"].id})
		boss.add("activities", map[string]any{"subject": "拜訪", "kind": "visit", "customer": customer})
		look := func(step, want string) {
			t.Helper()
			for _, login := range []string{"seller", "stranger"} {
				for _, path := range []string{"activities?fields=subject", "activities?q=" + url.QueryEscape("拜訪"), "activities?filter=" + url.QueryEscape(`customer.name = "遠東"`)} {
					records, _ := people[login].must(200, "GET", path, nil)["records"].([]any)
					if got := len(records) == 1; got != (login == want) {
						t.Errorf("%s: %s sees the call by %s: %v", step, login, path, got)
					}
				}
			}
		}
		look("at first", "seller")
		boss.must(200, "PATCH", "customers/"+customer, map[string]any{"owner": people["stranger"].id})
		look("handed over", "stranger")
		boss.must(204, "DELETE", "customers/"+customer, nil)
		look("in the bin", "")
		boss.must(200, "POST", "customers/"+customer+"/actions/restore", nil)
		look("restored", "stranger")
		records, _ := boss.must(200, "GET", "customers?q="+url.QueryEscape("遠東"), nil)["records"].([]any)
		if len(records) != 1 {
			t.Error("a restored customer is not found")
		}
	})
}
