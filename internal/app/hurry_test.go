package app

import (
	"net/http"
	"testing"

	"ecrm/internal/dbtest"
)

// A server that remembers who asks finds out with the next request what changed on
// another: that a session has ended, that a field is hidden, that somebody left.
func TestWhatIsRememberedOfPeopleIsTestedWithEachRequest(t *testing.T) {
	dsn := dbtest.Postgres(t)
	here, there := newWorld(t, dsn), newWorld(t, dsn)
	admin, people, _ := here.company()
	seller := people["seller"]
	id := seller.add("customers", map[string]any{"name": "大同", "note": "祕密"})
	far := &person{w: there, cookie: seller.cookie, id: seller.id}
	paths := []string{"customers", "customers/" + id, "customers/" + id + "/timeline", "customers?limit=1&count=exact", "search?q=大同", "nothing", "customers?sort=x", "customers/12"}
	statuses := func() (all []int) {
		for _, path := range paths {
			status, _ := far.call(http.MethodGet, path, nil)
			all = append(all, status)
		}
		return all
	}
	same := func(when string, want ...int) {
		t.Helper()
		for i, status := range statuses() {
			if status != want[i] {
				t.Errorf("%s GET %s answers %d, want %d", when, paths[i], status, want[i])
			}
		}
	}
	all := []int{200, 200, 200, 200, 200, 404, 422, 404}
	same("at first", all...)
	same("from memory", all...)
	admin.hide("salesperson", "customer", "note")
	if note := at(far.must(200, "GET", "customers/"+id, nil), "note"); note != nil {
		t.Errorf("a field hidden elsewhere is told: %v", note)
	}
	same("after a right changed", all...)
	admin.must(200, "PATCH", "customers/"+id, map[string]any{"owner": people["stranger"].id})
	if status, _ := far.call(http.MethodGet, "customers/"+id, nil); status != 404 {
		t.Errorf("a record given to another answers %d", status)
	}
	admin.must(200, "PATCH", "customers/"+id, map[string]any{"owner": seller.id})
	same("when it is his again", all...)
	// A second session of his ends with him; this one before.
	other := here.signIn("seller")
	seller.must(204, "DELETE", "session", nil)
	none := []int{401, 401, 401, 401, 401, 401, 401, 401}
	same("when the session ended elsewhere", none...)
	far.cookie = other.cookie
	same("in another session", all...)
	admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"active": false})
	same("when he has left", none...)
}
