package app

import (
	"encoding/json"
	"fmt"
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

// The same holds for every kind of field that refers to records, made at run time or
// not, and for fields that the reader may not see at all.
func TestHistoryHidesWhatFieldsOfEveryKindReferTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		for _, body := range []map[string]any{
			{"name": "x_one", "type": "reference", "targets": []string{"customer"}},
			{"name": "x_any", "type": "anyreference", "targets": []string{"customer", "opportunity"}},
			{"name": "x_rows", "type": "lines", "rows": []any{map[string]any{"name": "x_who", "type": "reference", "targets": []string{"customer"}, "labels": "誰"}, map[string]any{"name": "x_n", "type": "integer", "labels": "數"}}},
			{"name": "x_price", "type": "text"},
		} {
			body["labels"] = map[string]string{"zh-TW": "欄位"}
			admin.must(201, "POST", "objects/customer/fields", body)
		}
		secret := people["stranger"].add("customers", map[string]any{"name": "祕密集團"})
		mine := people["seller"].add("customers", map[string]any{"name": "子公司"})
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{
			"x_one": secret, "x_any": map[string]any{"object": "customer", "id": secret}, "x_price": "底價七折",
			"x_rows": []any{map[string]any{"x_who": secret, "x_n": 1}},
		})
		rows := list(admin.must(200, "GET", "customers/"+mine, nil)["x_rows"])
		row, _ := rows[0].(map[string]any)
		row["x_n"] = 2
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"x_rows": []any{row}})
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"x_one": nil, "x_any": nil, "x_rows": []any{}, "x_price": nil})
		role := admin.must(200, "GET", "roles?filter=key%20%3D%20%22salesperson%22", nil)
		first, _ := list(role["records"])[0].(map[string]any)
		id, _ := first["id"].(string)
		admin.must(200, "PATCH", "roles/"+id, map[string]any{"field_access": map[string]any{"customer": map[string]any{"x_price": "hidden"}}})
		for _, path := range []string{"history", "timeline"} {
			b, err := json.Marshal(people["seller"].must(200, "GET", "customers/"+mine+"/"+path, nil))
			if err != nil {
				t.Fatal(err)
			}
			for _, never := range []string{secret, "祕密集團", "底價七折", "x_price"} {
				if strings.Contains(string(b), never) {
					t.Errorf("%s tells %s: %s", path, never, b)
				}
			}
			if n := strings.Count(string(b), `"hidden":true`); n < 6 {
				t.Errorf("%s says %d times that something hidden was there: %s", path, n, b)
			}
			b, err = json.Marshal(admin.must(200, "GET", "customers/"+mine+"/"+path, nil))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(b), "祕密集團") || !strings.Contains(string(b), "底價七折") {
				t.Errorf("%s hides from the administrator what he may see: %s", path, b)
			}
		}
	})
}

// The audit tells who, when and through what, and where from: to administrators, for
// colleagues need not know where somebody sits. Jobs act within the server.
func TestHistoryTellsAdministratorsWhereAChangeCameFrom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		outer := w.behind("127.0.0.1")
		mine := people["seller"].add("customers", map[string]any{"name": "遠方"})
		if got := through(t, outer, "203.0.113.7", "PATCH", "customers/"+mine, `{"note": "路上"}`, people["seller"].cookie); got.status != 200 {
			t.Fatalf("the change answered %d", got.status)
		}
		w.work()
		people["seller"].ended(people["seller"].begin("customers/actions/tag", map[string]any{"ids": []string{mine}, "input": map[string]any{"add": []string{"t"}}}))
		entries := admin.must(200, "GET", "customers/"+mine+"/history", nil)["entries"]
		for i, want := range []any{nil, "203.0.113.7", "127.0.0.1"} {
			if got := at(entries, i, "address"); got != want {
				t.Errorf("entry %d came from %v, want %v", i, got, want)
			}
		}
		for _, path := range []string{"history", "timeline"} {
			b, err := json.Marshal(people["seller"].must(200, "GET", "customers/"+mine+"/"+path, nil))
			if err != nil || strings.Contains(string(b), "203.0.113.7") {
				t.Errorf("%s tells colleagues where from: %s %v", path, b, err)
			}
		}
		if found := w.findings(); len(found) > 0 {
			t.Errorf("what is left does not agree: %v", found)
		}
	})
}

func TestTimelineTellsTheNewestUpToALimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		id := admin.add("customers", map[string]any{"name": "大同"})
		for n := range 5 {
			admin.add("activities", map[string]any{"customer": id, "kind": "call", "subject": fmt.Sprint("電話 ", n)})
			admin.must(200, "PATCH", "customers/"+id, map[string]any{"note": fmt.Sprint("第 ", n, " 次")})
		}
		told := func(query string) []any {
			t.Helper()
			entries, _ := admin.must(200, "GET", "customers/"+id+"/timeline"+query, nil)["entries"].([]any)
			return entries
		}
		all, some := told(""), told("?limit=4")
		if len(some) != 4 || len(all) < 11 || fmt.Sprint(some) != fmt.Sprint(all[:4]) {
			t.Errorf("of %d entries %d are told: %v", len(all), len(some), some)
		}
		for _, limit := range []string{"0", "-1", "x", "501"} {
			admin.must(422, "GET", "customers/"+id+"/timeline?limit="+limit, nil)
		}
	})
}
