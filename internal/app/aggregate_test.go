package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestAggregateCountsWhatASearchFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		for _, name := range []string{"宏碩電子", "日昇電子", "大順五金"} {
			people["seller"].add("customers", map[string]any{"name": name, "level": "A"})
		}
		people["stranger"].add("customers", map[string]any{"name": "外人電子", "level": "A"})
		for q, want := range map[string]string{"電子": "[map[group:[A] measures:[2]]]", "": "[map[group:[A] measures:[3]]]", "查無此名": "[]", "。": "[]"} {
			answer := people["seller"].must(200, "POST", "customers/aggregate", map[string]any{"q": q,
				"group": []map[string]string{{"field": "level"}}, "measures": []map[string]string{{"fn": "count"}}})
			if got := fmt.Sprint(answer["rows"]); got != want {
				t.Errorf("%q is counted as %s, want %s", q, got, want)
			}
		}
	})
}

func TestAggregateGroupsInstantsByTheAskersDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for _, at := range []string{"2026-11-23T15:59:59Z", "2026-11-23T16:00:00Z", "2026-06-30T22:30:00Z", "2026-06-30T23:30:00Z", "1999-12-31T12:00:00Z"} {
			admin.add("tasks", map[string]any{"subject": "打電話", "due_at": at})
		}
		admin.add("tasks", map[string]any{"subject": "沒有期限"})
		for _, c := range []struct{ zone, by, want string }{
			{"Asia/Taipei", "day", "1999-12-31=1 2026-07-01=2 2026-11-23=1 2026-11-24=1 <nil>=1"},
			{"Europe/London", "day", "1999-12-31=1 2026-06-30=1 2026-07-01=1 2026-11-23=2 <nil>=1"},
			{"Europe/London", "month", "1999-12=1 2026-06=1 2026-07=1 2026-11=2 <nil>=1"},
			{"Asia/Taipei", "year", "1999=1 2026=4 <nil>=1"},
		} {
			admin.must(200, "PATCH", "me", map[string]any{"time_zone": c.zone})
			answer := admin.must(200, "POST", "tasks/aggregate", map[string]any{
				"group": []map[string]string{{"field": "due_at", "by": c.by}}, "measures": []map[string]string{{"fn": "count"}}})
			got, empty := "", ""
			rows, _ := answer["rows"].([]any)
			for _, row := range rows {
				r, _ := row.(map[string]any)
				group, _ := r["group"].([]any)
				measures, _ := r["measures"].([]any)
				text := fmt.Sprintf("%v=%v", group[0], measures[0])
				if group[0] == nil {
					empty = " " + text // SQLite puts it first, PostgreSQL last
					continue
				}
				if got != "" {
					got += " "
				}
				got += text
			}
			if got+empty != c.want {
				t.Errorf("%s by %s: %s, want %s", c.zone, c.by, got+empty, c.want)
			}
		}
		answer := admin.must(200, "POST", "tasks/aggregate", map[string]any{
			"group": []map[string]string{{"field": "done"}}, "measures": []map[string]string{{"fn": "count"}}})
		if got := fmt.Sprint(answer["rows"]); got != "[map[group:[false] measures:[6]]]" {
			t.Errorf("a yes or no is grouped as %s", got)
		}
		admin.must(422, "POST", "tasks/aggregate", map[string]any{
			"group": []map[string]string{{"field": "due_at", "by": "fortnight"}}, "measures": []map[string]string{{"fn": "count"}}})
		admin.must(422, "POST", "tasks/aggregate", map[string]any{
			"group": []map[string]string{{"field": "subject", "by": "day"}}, "measures": []map[string]string{{"fn": "count"}}})
	})
}

func TestAggregateCountsCitiesWhereverTheyStandInTheAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		admin := newWorld(t, dsn).setUp()
		for i, address := range []map[string]any{
			{"region": "台北市", "district": "信義區"}, {"region": "台北市", "district": "大安區"}, {"region": "江苏省", "city": "苏州市"}, nil,
		} {
			admin.add("customers", map[string]any{"name": fmt.Sprint("客戶", i), "address": address})
		}
		count := func(field string) string {
			answer := admin.must(200, "POST", "customers/aggregate", map[string]any{
				"group": []map[string]string{{"field": field}}, "measures": []map[string]string{{"fn": "count"}}})
			got := map[string]string{}
			rows, _ := answer["rows"].([]any)
			for _, row := range rows {
				r, _ := row.(map[string]any)
				got[fmt.Sprint(r["group"])] = fmt.Sprint(r["measures"])
			}
			return fmt.Sprint(got)
		}
		if got := count("address.city"); got != "map[[<nil>]:[1] [台北市]:[2] [苏州市]:[1]]" {
			t.Errorf("cities: %s", got)
		}
		if got := count("address.district"); got != "map[[<nil>]:[2] [信義區]:[1] [大安區]:[1]]" {
			t.Errorf("districts: %s", got)
		}
		for _, field := range []string{"address.", "address.planet", "name.city", "address.city.x", "address_city"} {
			admin.must(422, "POST", "customers/aggregate", map[string]any{
				"group": []map[string]string{{"field": field}}, "measures": []map[string]string{{"fn": "count"}}})
		}
	})
}

func TestCitiesAreCountedFromAnIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		// An empty table is read whole by PostgreSQL, whatever indexes it has.
		told := "SELECT indexdef FROM pg_indexes WHERE tablename = 'r_customer' AND indexdef LIKE '%COALESCE(address_city, address_region)%'"
		if !w.app.DB.Postgres() {
			told = "EXPLAIN QUERY PLAN SELECT coalesce(t.address_city, t.address_region), count(*) FROM r_customer t WHERE t.deleted_at IS NULL GROUP BY 1"
		}
		rows, err := w.app.DB.Query(t.Context(), told)
		if plan := fmt.Sprint(rows); err != nil || !strings.Contains(plan, "i_customer_address") {
			t.Errorf("cities are counted by %s (%v)", plan, err)
		}
	})
}
