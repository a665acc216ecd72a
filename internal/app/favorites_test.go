package app

import (
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

// starred are the labels of a person's favourites.
func starred(p *person) string {
	list, _ := p.must(200, "GET", "favorites", nil)["favorites"].([]any)
	var names []string
	for _, one := range list {
		f, _ := one.(map[string]any)
		names = append(names, fmt.Sprintf("%v:%v", f["object"], f["label"]))
	}
	return strings.Join(names, " ")
}

func TestFavoritesAreEachPersonsOwnAndFollowWhatHeMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		id := seller.add("customers", map[string]any{"name": "甲公司"})
		view := fmt.Sprint(seller.must(201, "POST", "views", map[string]any{"object": "customer", "name": "重要", "filter": `level = "A"`})["id"])
		for range 2 { // a second star is the same star
			seller.must(200, "PUT", "favorites/customer/"+id, nil)
		}
		seller.must(200, "PUT", "favorites/view/"+view, nil)
		if got := starred(seller); got != "customer:甲公司 view:重要" {
			t.Errorf("starred: %q", got)
		}
		if got := starred(stranger); got != "" {
			t.Errorf("another has %q", got)
		}
		seller.must(200, "PATCH", "customers/"+id, map[string]any{"name": "乙公司"})
		if got := starred(seller); got != "customer:乙公司 view:重要" {
			t.Errorf("renamed: %q", got)
		}
		// Given away it is out of sight, and stands again when it comes back.
		admin.must(200, "PATCH", "customers/"+id, map[string]any{"owner": stranger.id})
		if got := starred(seller); got != "view:重要" {
			t.Errorf("of a record out of sight: %q", got)
		}
		admin.must(200, "PATCH", "customers/"+id, map[string]any{"owner": seller.id})
		admin.must(204, "DELETE", "customers/"+id, nil)
		if got := starred(seller); got != "view:重要" {
			t.Errorf("of a deleted record: %q", got)
		}
		admin.must(200, "POST", "customers/"+id+"/actions/restore", nil)
		if got := starred(seller); got != "customer:乙公司 view:重要" {
			t.Errorf("restored: %q", got)
		}
		seller.must(204, "DELETE", "favorites/customer/"+id, nil)
		seller.must(204, "DELETE", "favorites/customer/"+id, nil)
		if got := starred(seller); got != "view:重要" {
			t.Errorf("after the star was taken away: %q", got)
		}
	})
}

func TestFavoritesHaveAnEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		admin := newWorld(t, dsn).setUp()
		for i := range 101 {
			id := admin.add("customers", map[string]any{"name": fmt.Sprint("客戶", i)})
			want := 200
			if i >= 100 {
				want = 422
			}
			admin.must(want, "PUT", "favorites/customer/"+id, nil)
		}
	})
}

// Favourites stand in the order their owner puts them; what he does not see just now
// keeps its place, and nonsense changes nothing.
func TestFavoritesStandInTheOrderTheirOwnerPutsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		ids := map[string]string{}
		named := func(names ...string) map[string]any {
			list := []any{}
			for _, name := range names {
				list = append(list, map[string]any{"object": "customer", "id": ids[name]})
			}
			return map[string]any{"favorites": list}
		}
		for _, name := range []string{"甲", "乙", "丙", "丁"} {
			ids[name] = seller.add("customers", map[string]any{"name": name})
			seller.must(200, "PUT", "favorites/customer/"+ids[name], nil)
		}
		seller.must(200, "PUT", "favorites", named("丁", "甲", "乙", "丙"))
		if got := starred(seller); got != "customer:丁 customer:甲 customer:乙 customer:丙" {
			t.Errorf("in order: %q", got)
		}
		admin.must(200, "PATCH", "customers/"+ids["甲"], map[string]any{"owner": stranger.id})
		seller.must(200, "PUT", "favorites", named("丙", "乙", "丁", "丙"))
		admin.must(200, "PATCH", "customers/"+ids["甲"], map[string]any{"owner": seller.id})
		if got := starred(seller); got != "customer:丙 customer:甲 customer:乙 customer:丁" {
			t.Errorf("with one out of sight: %q", got)
		}
		last := seller.add("customers", map[string]any{"name": "戊"})
		seller.must(200, "PUT", "favorites/customer/"+last, nil)
		if got := starred(seller); !strings.HasSuffix(got, "customer:丁 customer:戊") {
			t.Errorf("a new one: %q", got)
		}
		for _, body := range []any{map[string]any{"favorites": "x"}, map[string]any{"favorites": []any{map[string]any{"object": "customer", "id": "x"}}}, []any{}} {
			if status, _ := seller.call("PUT", "favorites", body); status != 422 {
				t.Errorf("%v answered %d", body, status)
			}
		}
	})
}
