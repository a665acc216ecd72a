package app

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// A list sorted by owner stands in the order of the owners' names as the reader
// reads them, page by page the same, whatever way it is read.
func TestOwnersSortByTheirNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		owners := map[string]string{}
		// By stroke 丁 王 陳 羅; by pinyin 陳(chen) 丁(ding) 羅(luo) 王(wang). Made in another order.
		for i, name := range []string{"羅一", "丁一", "陳一", "王一"} {
			owners[name] = admin.add("users", map[string]any{"name": name, "login": fmt.Sprint("u", i), "role": "salesperson", "password": "long-password"})
		}
		admin.must(200, "PATCH", "users/"+owners["陳一"], map[string]any{"active": false})
		for i, owner := range []string{"王一", "羅一", "丁一", "陳一", "丁一", "王一"} {
			admin.add("customers", map[string]any{"name": fmt.Sprint(owner, i), "owner": owners[owner]})
		}
		nobody := admin.add("customers", map[string]any{"name": "無主", "owner": owners["丁一"]})
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE r_customer SET owner_id = NULL WHERE id = "+nobody); err != nil {
			t.Fatal(err)
		}
		admin.must(204, "DELETE", "users/"+owners["羅一"], nil)
		check := func(language string, wants map[string]string) {
			t.Helper()
			admin.must(200, "PATCH", "me", map[string]any{"language": language})
			for sort, want := range wants {
				for _, limit := range []int{1, 2, 50} {
					if got := strings.Join(admin.paged("customers?sort="+sort, limit), " "); got != want {
						t.Errorf("%s %s by %d: %s, want %s", language, sort, limit, got, want)
					}
				}
			}
		}
		all := func() {
			t.Helper()
			check("zh-TW", map[string]string{
				"owner,name":  "丁一2 丁一4 王一0 王一5 陳一3 羅一1 無主",
				"-owner,name": "羅一1 陳一3 王一0 王一5 丁一2 丁一4 無主",
				"owner":       "丁一2 丁一4 王一0 王一5 陳一3 羅一1 無主",
				"-owner":      "羅一1 陳一3 王一5 王一0 丁一4 丁一2 無主",
				"level,owner": "丁一2 丁一4 王一0 王一5 陳一3 羅一1 無主",
			})
			check("zh-CN", map[string]string{"owner": "陳一3 丁一2 丁一4 羅一1 王一0 王一5 無主"})
		}
		all()
		// A cursor goes on in the order it began, whatever language is read since.
		first := admin.must(200, "GET", "customers?sort=owner&limit=3", nil)
		admin.must(200, "PATCH", "me", map[string]any{"language": "zh-TW"})
		next := fmt.Sprint(first["next"])
		if got := strings.Join(append(namesOf(first), namesOf(admin.must(200, "GET", "customers?sort=owner&limit=9&cursor="+url.QueryEscape(next), nil))...), " "); got != "陳一3 丁一2 丁一4 羅一1 王一0 王一5 無主" {
			t.Errorf("across languages: %s", got)
		}
		// The same where the table is large and the walk goes owner by owner.
		w.fill(1200, []string{owners["王一"], owners["丁一"]}, []string{w.must(admin.must(200, "GET", "departments", nil)), w.must(admin.must(200, "GET", "departments", nil))})
		for _, sort := range []string{"owner", "-owner", "owner,-name", "-owner,name"} {
			got := admin.paged("customers?sort="+sort, 137)
			if len(got) != 1207 {
				t.Fatalf("%s: %d of 1207 records", sort, len(got))
			}
			if limited := admin.paged("customers?sort="+sort, 500); !slices.Equal(got, limited) {
				t.Errorf("%s: pages of another size are not the same", sort)
			}
			if at := slices.Index(got, "陳一3"); sort[0] != '-' && (at != len(got)-3 || got[at+1] != "羅一1" || got[at+2] != "無主") {
				t.Errorf("%s: 陳一3 stands at %d of %d", sort, at, len(got))
			}
			if sort[0] == '-' && (got[0] != "羅一1" || got[1] != "陳一3" || got[len(got)-1] != "無主") {
				t.Errorf("%s: begins %v", sort, got[:3])
			}
		}
		for _, filter := range []string{`owner = "` + owners["丁一"] + `"`, `owner in ("` + owners["丁一"] + `", "` + owners["王一"] + `")`, `level = "A"`} {
			n := len(admin.paged("customers?sort=-created_at&filter="+url.QueryEscape(filter), 500))
			if got := admin.paged("customers?sort=owner&filter="+url.QueryEscape(filter), 90); len(got) != n || n == 0 {
				t.Errorf("%s: %d records in the order of owners, %d by age", filter, len(got), n)
			}
		}
		if got := admin.paged("customers?sort=owner&q="+url.QueryEscape("罕見"), 2); len(got) != 4 {
			t.Errorf("a search in the order of owners: %v", got)
		}
	})
}

// In the order of customers, what one may not see stands behind, alike: it tells
// nothing of its name, nor which records it belongs to.
func TestSortingByReferenceTellsNothingOfHiddenRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, other := people["seller"], people["stranger"]
		// Made and named so that neither the order of ids nor that of names is that of the list.
		for i, name := range []string{"乙", "丁", "王", "人"} {
			owner := seller
			if i%2 == 1 {
				owner = other
			}
			customer := owner.add("customers", map[string]any{"name": name + "公司"})
			contact := owner.add("contacts", map[string]any{"name": fmt.Sprint("窗口", i), "customer": customer})
			if owner == other {
				other.must(201, "POST", "contacts/"+contact+"/shares", map[string]any{"user": seller.id})
			}
		}
		// What is told to be sortable is, and what refers to any kind is neither.
		for _, object := range []string{"contact", "activity", "task"} {
			for _, f := range list(seller.must(200, "GET", "objects/"+object, nil)["fields"]) {
				field, _ := f.(map[string]any)
				path := "objects/" + object
				plural := fmt.Sprint(seller.must(200, "GET", path, nil)["plural"])
				status, _ := seller.call("GET", plural+"?sort="+fmt.Sprint(field["name"]), nil)
				if sortable := field["sortable"] == true; sortable != (status == 200) {
					t.Errorf("%s.%v is said to be sortable: %v; sorting answered %d", object, field["name"], sortable, status)
				}
				if field["type"] == "anyreference" && status == 200 {
					t.Errorf("a list of %s is sorted by %v", plural, field["name"])
				}
			}
		}
		want := "窗口0 窗口2 窗口1 窗口3"
		if got := strings.Join(seller.paged("contacts?sort=customer", 1), " "); got != want {
			t.Errorf("in the order of customers: %s, want %s", got, want)
		}
		// Turned about, they come first, and by what breaks ties among themselves.
		if got := strings.Join(seller.paged("contacts?sort=-customer,created_at", 1), " "); got != "窗口1 窗口3 窗口2 窗口0" {
			t.Errorf("the other way: %s", got)
		}
	})
}

// Somebody who sees some of very many customers is told beforehand that a list is not
// sorted by them, and why; who sees all of them, or few, sorts.
func TestUnsortableReferenceIsToldBeforehand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, departments := w.company()
		w.fill(1150, []string{people["stranger"].id, people["seller"].id}, []string{departments["south"], departments["north"]})
		for login, want := range map[string]bool{"seller": false, "manager": false, "stranger": true, "boss": true} {
			p := people[login]
			p.must(200, "PATCH", "me", map[string]any{"language": "en"})
			told := []map[string]any{}
			of := func(o map[string]any) {
				for _, f := range list(o["fields"]) {
					if field, _ := f.(map[string]any); field["name"] == "customer" {
						told = append(told, field)
					}
				}
			}
			of(p.must(200, "GET", "objects/contact", nil))
			for _, o := range list(p.must(200, "GET", "objects", nil)["objects"]) {
				if object, _ := o.(map[string]any); object["name"] == "contact" {
					of(object)
				}
			}
			if len(told) != 2 {
				t.Fatalf("%s: %v", login, told)
			}
			for _, field := range told {
				if field["sortable"] != want {
					t.Errorf("%s: contacts are said to be sorted by customer: %v, want %v", login, field["sortable"], want)
				}
				if why := fmt.Sprint(field["unsorted"]); !want && !strings.Contains(why, "too many") || want && why != "<nil>" {
					t.Errorf("%s: why not: %s", login, why)
				}
			}
			status, answer := p.call("GET", "contacts?sort=customer", nil)
			if status == 200 != want || !want && !strings.Contains(fmt.Sprint(answer["fields"]), "sort_too_many") {
				t.Errorf("%s sorts contacts by customer: %d %v", login, status, answer)
			}
		}
	})
}
