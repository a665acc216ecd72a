package app

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
)

func TestTargetsAreSetByManagersAndSeenByTheirPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller, manager := people["seller"], people["manager"]
		amount := map[string]any{"amount": "500000"}
		id := manager.add("targets", map[string]any{"month": "2026-11-17", "owner": seller.id, "amount": amount})
		one := manager.must(200, "GET", "targets/"+id, nil)
		if one["month"] != "2026-11-01" || one["name"] != "2026-11" || at(one, "department", "id") != departments["north"] {
			t.Errorf("the target is %v", one)
		}
		whole := manager.add("targets", map[string]any{"month": "2026-11-01", "owner": nil, "department": departments["north"], "amount": amount})
		for what, in := range map[string]map[string]any{
			"twice for a person":     {"month": "2026-11-30", "owner": seller.id, "amount": amount},
			"twice for a department": {"month": "2026-11-01", "owner": nil, "department": departments["north"], "amount": amount},
			"for nobody":             {"month": "2026-12-01", "owner": nil, "department": nil, "amount": amount},
			"of another department":  {"month": "2026-12-01", "owner": people["stranger"].id, "amount": amount},
			"below nothing":          {"month": "2026-12-01", "owner": seller.id, "amount": map[string]any{"amount": "-1"}},
		} {
			if status, answer := manager.call("POST", "targets", in); status != 422 {
				t.Errorf("a target %s answered %d %v", what, status, answer)
			}
		}
		// Nobody sets his own, nor moves it.
		if status, _ := seller.call("POST", "targets", map[string]any{"month": "2026-12-01", "amount": amount}); status != 422 {
			t.Errorf("a salesperson's own target answered %d", status)
		}
		if status, _ := seller.call("PATCH", "targets/"+id, map[string]any{"amount": map[string]any{"amount": "1"}}); status != 422 && status != 403 {
			t.Errorf("a salesperson's change answered %d", status)
		}
		if status, _ := seller.call("DELETE", "targets/"+id, nil); status == 204 {
			t.Error("a salesperson removed his target")
		}
		for who, want := range map[string]string{"seller": "2026-11", "colleague": "", "stranger": "", "manager": "2026-11 2026-11", "boss": "2026-11 2026-11"} {
			if got := people[who].names("targets"); got != want {
				t.Errorf("%s sees %q", who, got)
			}
		}
		manager.must(200, "PATCH", "targets/"+whole, map[string]any{"amount": map[string]any{"amount": "900000"}})
		_, done := admin.imported("target", "月份,業務,目標金額\n2026/11/1,seller,600000\n2026/12/1,seller,700000\n")
		if got := totals(done); got != "1 1 0 0" {
			t.Errorf("imported: %s %v", got, done["problems"])
		}
	})
}

// What the forecast page asks: sums by month and person of open deals, won ones and
// targets, each person those of whose records he sees.
func TestForecastHoldsWhatItsReaderSees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		deal := func(who, stage, amount, expected string) {
			in := map[string]any{"name": who + amount, "amount": map[string]any{"amount": amount}, "expected_close": expected, "stage": stage}
			people[who].add("opportunities", in)
		}
		deal("seller", "proposal", "1000", "2026-11-05")
		deal("seller", "new", "500", "2026-11-30")
		deal("seller", "new", "70", "2026-12-01")
		deal("stranger", "negotiation", "400", "2026-11-01")
		deal("stranger", "won", "9000", "2026-11-01")
		asked := map[string]any{
			"filter": `stage = open() AND expected_close >= "2026-11-01" AND expected_close <= "2026-11-30"`,
			"group":  []map[string]string{{"field": "expected_close", "by": "month"}, {"field": "owner"}}, "measures": []map[string]string{{"fn": "sum", "field": "amount"}, {"fn": "weighted", "field": "amount"}},
		}
		for who, want := range map[string]string{"seller": "seller:1500/550", "manager": "seller:1500/550", "stranger": "stranger:400/300", "boss": "seller:1500/550 stranger:400/300", "colleague": ""} {
			var all []string
			for _, r := range list(people[who].must(200, "POST", "opportunities/aggregate", asked)["rows"]) {
				name := fmt.Sprint(at(r, "group", 1))
				for login, p := range people {
					name = strings.Replace(name, p.id, login, 1)
				}
				all = append(all, fmt.Sprintf("%s:%v/%v", name, at(r, "measures", 0), at(r, "measures", 1)))
			}
			if got := sorted(strings.Join(all, " ")); got != want {
				t.Errorf("%s: %q, want %q", who, got, want)
			}
		}
	})
}

func TestCompetitorsOfADealHaveTheRightsOfTheDeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, stranger := people["seller"], people["stranger"]
		rival := stranger.add("competitors", map[string]any{"name": "對手公司", "strengths": "便宜", "price_level": "lower"})
		deal := seller.add("opportunities", map[string]any{"name": "產線", "amount": map[string]any{"amount": "100"}})
		link := seller.add("opportunity-competitors", map[string]any{"opportunity": deal, "competitor": rival, "price": map[string]any{"amount": "90"}, "stand": "behind"})
		stranger.must(404, "GET", "opportunity-competitors/"+link, nil)
		if got := len(list(stranger.must(200, "GET", "competitors/"+rival+"/opportunity-competitors", nil)["records"])); got != 0 {
			t.Errorf("a stranger sees %d of the deals", got)
		}
		if got := seller.names("opportunities?filter=" + url.QueryEscape(`competitors.any(name = "對手公司" AND stand = "behind")`)); got != "產線" {
			t.Errorf("deals against it: %q", got)
		}
		seller.must(200, "PATCH", "opportunities/"+deal, map[string]any{"stage": "lost", "reason": "價格", "lost_to": rival})
		if got := seller.names("opportunities?filter=" + url.QueryEscape(`stage = lost() AND lost_to = "`+rival+`"`)); got != "產線" {
			t.Errorf("lost to it: %q", got)
		}
		// A member of the team is one it is shared with, in a role.
		seller.must(201, "POST", "opportunities/"+deal+"/shares", map[string]any{"user": stranger.id, "role": "售前顧問"})
		shares := list(stranger.must(200, "GET", "opportunities/"+deal+"/shares", nil)["shares"])
		if len(shares) != 1 || at(shares[0], "role") != "售前顧問" {
			t.Errorf("the team is %v", shares)
		}
		if status, _ := seller.call("POST", "opportunities/"+deal+"/shares", map[string]any{"user": stranger.id, "role": strings.Repeat("長", 41)}); status != 422 {
			t.Errorf("a role of 41 characters answered %d", status)
		}
	})
}
