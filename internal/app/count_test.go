package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/store"
)

// A list counts no further than it says, unless it is asked to: ten thousand and more is
// told as that, and what a search finds as what it is.
func TestCountsStopWhereTheySay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		const rows = store.CountCap + 50
		var file strings.Builder
		file.WriteString("公司名稱\n")
		for i := range rows {
			fmt.Fprintf(&file, "第%d號公司\n", i)
		}
		if _, done := admin.imported("customer", file.String()); totals(done) != fmt.Sprintf("%d 0 0 0", rows) {
			t.Fatalf("imported %s", totals(done))
		}
		for query, want := range map[string]string{
			"":                         fmt.Sprintf("map[relation:gte value:%d]", store.CountCap),
			"count=exact":              fmt.Sprintf("map[relation:eq value:%d]", rows),
			"count=none":               "<nil>",
			"filter=name+~+%227777%22": "map[relation:eq value:1]",
			"limit=500&sort=name":      fmt.Sprintf("map[relation:gte value:%d]", store.CountCap),
		} {
			if got := fmt.Sprint(admin.must(200, "GET", "customers?"+query, nil)["count"]); got != want {
				t.Errorf("%q counts %s, want %s", query, got, want)
			}
		}
	})
}

// What somebody sets for himself is his at the next request, his alone, and keeps to what
// there is to choose.
func TestPersonalSettingsAreOnesOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		mine, other := people["seller"], people["colleague"]
		for field, value := range map[string]string{"language": "en", "time_zone": "Europe/Paris", "theme": "dark", "density": "compact"} {
			mine.must(200, "PATCH", "me", map[string]any{field: value})
			if got := at(mine.must(200, "GET", "me", nil), "user", field); got != value {
				t.Errorf("%s is %v, want %s", field, got, value)
			}
			if got := at(other.must(200, "GET", "me", nil), "user", field); got == value {
				t.Errorf("a colleague's %s is %v too", field, got)
			}
			mine.must(422, "PATCH", "me", map[string]any{field: "nonsense"})
			mine.must(422, "PATCH", "me", map[string]any{field: 5})
		}
		if status, answer := mine.call("GET", "customers/1", nil); status != 404 || answer["title"] != "This record was not found" {
			t.Errorf("his language is not spoken: %v", answer)
		}
	})
}
