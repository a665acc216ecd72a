package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

func TestSharedRecordIsReadThenWrittenThenGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, departments := w.company()
		owner, friend := people["seller"], people["stranger"]
		id := owner.add("customers", map[string]any{"name": "共享客戶"})
		path := "customers/" + id + "/shares"
		if got := friend.names("customers"); got != "" {
			t.Fatalf("before the share: %q", got)
		}
		share := owner.must(201, "POST", path, map[string]any{"user": friend.id})
		if share["write"] != false || share["until"] != nil || !strings.Contains(fmt.Sprint(share["user"]), "stranger") {
			t.Errorf("the share: %v", share)
		}
		if got := friend.names("customers"); got != "共享客戶" {
			t.Errorf("shared for reading: %q", got)
		}
		if got := friend.names("customers?q=%E5%85%B1%E4%BA%AB"); got != "共享客戶" {
			t.Errorf("a shared customer is not found by search: %q", got)
		}
		friend.must(403, "PATCH", "customers/"+id, map[string]any{"name": "x"})
		friend.must(403, "POST", path, map[string]any{"user": people["colleague"].id})
		friend.must(403, "DELETE", path+"/u"+friend.id, nil)
		owner.must(201, "POST", path, map[string]any{"user": friend.id, "write": true})
		friend.must(200, "PATCH", "customers/"+id, map[string]any{"note": "改了"})
		if status, _ := friend.call("PATCH", "customers/"+id, map[string]any{"owner": friend.id}); status != 422 {
			t.Errorf("whoever it is shared with took the customer over: %d", status)
		}
		owner.must(204, "DELETE", path+"/u"+friend.id, nil)
		friend.must(404, "GET", "customers/"+id, nil)
		owner.must(404, "DELETE", path+"/u"+friend.id, nil)

		owner.must(201, "POST", path, map[string]any{"department": departments["south"], "until": "2999-01-01"})
		if got := friend.names("customers"); got != "共享客戶" {
			t.Errorf("shared with his department: %q", got)
		}
		if got := fmt.Sprint(owner.must(200, "GET", path, nil)); !strings.Contains(got, "south") || !strings.Contains(got, "2999") || strings.Contains(got, "stranger") {
			t.Errorf("the shares: %s", got)
		}
		history := fmt.Sprint(owner.must(200, "GET", "customers/"+id+"/history", nil))
		if !strings.Contains(history, "unshared") || !strings.Contains(history, "south") || !strings.Contains(history, "stranger") {
			t.Errorf("the history does not tell the shares: %s", history)
		}
	})
}

func TestShareEndsAtItsDate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		owner, friend := people["seller"], people["stranger"]
		id := owner.add("customers", map[string]any{"name": "限時客戶"})
		until := time.Now().Add(1500 * time.Millisecond)
		owner.must(201, "POST", "customers/"+id+"/shares", map[string]any{"user": friend.id, "until": until.Format(time.RFC3339Nano)})
		friend.must(200, "GET", "customers/"+id, nil)
		time.Sleep(time.Until(until) + 10*time.Millisecond)
		friend.must(404, "GET", "customers/"+id, nil)
		if got := friend.names("customers"); got != "" {
			t.Errorf("after its end the share still lists %q", got)
		}
		if got, _ := owner.must(200, "GET", "customers/"+id+"/shares", nil)["shares"].([]any); len(got) != 0 {
			t.Errorf("a share that ended is listed: %v", got)
		}
	})
}

func TestSharingNeedsTheRightAndGivesNoMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		id := people["seller"].add("customers", map[string]any{"name": "祕密"})
		path := "customers/" + id + "/shares"
		for _, c := range []struct {
			who    string
			status int
		}{{"stranger", 404}, {"colleague", 404}} {
			people[c.who].must(c.status, "POST", path, map[string]any{"user": people[c.who].id})
			people[c.who].must(c.status, "GET", path, nil)
			people[c.who].must(c.status, "DELETE", path+"/u1", nil)
		}
		for name, body := range map[string]map[string]any{
			"nobody": {}, "both": {"user": people["boss"].id, "department": departments["south"]}, "no such": {"user": "12"}, "not an id": {"user": "x"},
			"past": {"user": people["boss"].id, "until": "2001-01-01"}, "no date": {"user": people["boss"].id, "until": "soon"}, "unknown": {"user": people["boss"].id, "rights": "all"},
			"type": {"user": people["boss"].id, "write": "yes"},
		} {
			if status, answer := people["seller"].call("POST", path, body); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		for _, bad := range []string{"x", "u", "u0", "d-1", "u99999999999999999999", "%27"} {
			people["seller"].must(404, "DELETE", path+"/"+bad, nil)
		}
		admin.must(404, "GET", "users/"+people["seller"].id+"/shares", nil)
		rows, err := w.app.DB.Query(context.Background(), "SELECT COUNT(*) FROM share")
		if err != nil || rows[0][0] != int64(0) {
			t.Errorf("refused shares left %v, %v", rows, err)
		}
	})
}

// What hangs on a record is seen with it, be it one's own or shared; when it goes to
// the recycle bin nothing is seen through it any more, and everything again once it
// is back.
func TestNothingIsSeenThroughWhatIsInTheRecycleBin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		owner, friend := people["seller"], people["stranger"]
		id := owner.add("customers", map[string]any{"name": "共享客戶"})
		owner.must(201, "POST", "customers/"+id+"/shares", map[string]any{"user": friend.id})
		people["boss"].add("contacts", map[string]any{"name": "聯絡人", "customer": id})
		sees := func(when, want string) {
			t.Helper()
			for _, p := range []*person{owner, friend} {
				for _, path := range []string{"contacts", "contacts?sort=name", "contacts?q=%E8%81%AF%E7%B5%A1", "contacts?count=exact&limit=1"} {
					if got := p.names(path); got != want {
						t.Errorf("%s: %s lists %q, want %q", when, path, got, want)
					}
				}
			}
		}
		sees("shared", "聯絡人")
		admin.must(204, "DELETE", "customers/"+id, nil)
		sees("in the bin", "")
		admin.must(200, "POST", "customers/"+id+"/actions/restore", nil)
		sees("back", "聯絡人")
	})
}
