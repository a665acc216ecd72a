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
