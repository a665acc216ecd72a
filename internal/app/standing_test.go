package app

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// What requests ask again and again is remembered; nothing remembered outlives what
// changed it.
func TestNothingRememberedOfPeopleIsOld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		seller.add("customers", map[string]any{"name": "大同"})
		owner := func(p *person) string {
			t.Helper()
			page, _ := p.must(200, "GET", "customers?fields=owner", nil)["records"].([]any)
			first, _ := page[0].(map[string]any)
			reference, _ := first["owner"].(map[string]any)
			return fmt.Sprint(reference["label"])
		}
		before := owner(seller)
		if before == "林美麗" || owner(seller) != before {
			t.Fatalf("the owner is called %s", before)
		}
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"name": "林美麗"})
		for name, p := range map[string]*person{"the owner": seller, "the administrator": admin} {
			if got := owner(p); got != "林美麗" {
				t.Errorf("after the change %s sees the owner called %s", name, got)
			}
		}
		id, err := strconv.ParseInt(seller.id, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		// A session that ends by itself is over though nothing was written since.
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE session SET until = ? WHERE user_id = ?", time.Now().Add(300*time.Millisecond).UnixMicro(), id); err != nil {
			t.Fatal(err)
		}
		seller.must(200, "GET", "customers", nil)
		time.Sleep(350 * time.Millisecond)
		seller.must(401, "GET", "customers", nil)
	})
}

func TestNodesNeverShowEachOthersOldNames(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first := newWorld(t, dsn)
	second := newWorld(t, dsn)
	admin, people, _ := first.company()
	people["seller"].add("customers", map[string]any{"name": "大同"})
	there := &person{w: second, cookie: people["seller"].cookie}
	for n := range 5 {
		name := fmt.Sprintf("林美麗 %d", n)
		admin.must(200, "PATCH", "users/"+people["seller"].id, map[string]any{"name": name})
		page, _ := there.must(200, "GET", "customers?fields=owner", nil)["records"].([]any)
		if got := fmt.Sprint(page); !strings.Contains(got, name) {
			t.Errorf("the other node shows %s, not %s", got, name)
		}
	}
	admin.must(204, "DELETE", "session", nil)
	if status, _ := (&person{w: second, cookie: admin.cookie}).call("GET", "customers", nil); status != 401 {
		t.Errorf("a session ended on one node answers %d on the other", status)
	}
}
