package app

import (
	"encoding/json"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// What a record once referred to is told by its history only to who may see it;
// others learn that something was there.
func TestHistoryHidesReferencesItsReaderMayNotSee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		secret := people["stranger"].add("customers", map[string]any{"name": "祕密集團"})
		open := people["seller"].add("customers", map[string]any{"name": "公開集團"})
		mine := people["seller"].add("customers", map[string]any{"name": "子公司", "parent": open})
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"parent": secret})
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"parent": nil})
		// People and departments are references too, one and many.
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"owner": people["stranger"].id})
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"owner": people["seller"].id})
		admin.must(200, "PATCH", "users/"+people["seller"].id, map[string]any{"assistant_of": []string{people["stranger"].id}})
		admin.must(200, "GET", "users/"+people["seller"].id+"/history", nil)
		told := func(p *person, path string) string {
			b, err := json.Marshal(p.must(200, "GET", "customers/"+mine+"/"+path, nil))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		for _, path := range []string{"history", "timeline"} {
			got := told(people["seller"], path)
			if strings.Contains(got, secret) || strings.Contains(got, "祕密集團") {
				t.Errorf("%s tells a salesperson of a customer that is not his: %s", path, got)
			}
			if !strings.Contains(got, `"hidden":true`) || !strings.Contains(got, "公開集團") {
				t.Errorf("%s does not say what changed: %s", path, got)
			}
			if got := told(admin, path); !strings.Contains(got, secret) || !strings.Contains(got, "祕密集團") {
				t.Errorf("%s hides from the administrator what he may see: %s", path, got)
			}
		}
	})
}
