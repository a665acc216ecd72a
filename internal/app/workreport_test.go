package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/schema"
)

// listed are the lists of what was logged: key, how many, what they add up to, titles.
func listed(logged any) string {
	var lines []string
	for _, l := range list(at(logged, "lists")) {
		line := fmt.Sprint(at(l, "key"), " ", at(l, "count"))
		for _, p := range list(at(l, "parts")) {
			line += fmt.Sprint(" ", at(p, "value"), ":", at(p, "count"))
		}
		if sum := at(l, "sum"); sum != nil {
			line += fmt.Sprint(" =", sum)
		}
		for _, i := range list(at(l, "items")) {
			if at(i, "hidden") == true {
				line += " ?"
			} else {
				line += fmt.Sprint(" ", at(i, "title"))
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// team are the people of a team's page with what became of their reports.
func (p *person) team(kind, day string) string {
	p.w.t.Helper()
	var names []string
	for _, m := range list(p.must(200, "GET", "reporting/team?kind="+kind+"&day="+day, nil)["members"]) {
		names = append(names, fmt.Sprint(at(m, "user", "name"), ":", at(m, "state")))
	}
	return strings.Join(names, " ")
}

func TestReportIsFilledFromWhatWasLoggedAndStaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, colleague, manager := people["seller"], people["colleague"], people["manager"]
		today := time.Now().UTC().Format(time.DateOnly)
		noon := today + "T00:00:30Z"
		seller.must(200, "PATCH", "me", map[string]any{"time_zone": "UTC"})
		customer := seller.add("customers", map[string]any{"name": "甲公司"})
		seller.add("activities", map[string]any{"kind": "visit", "customer": customer, "at": noon, "subject": "拜訪"})
		seller.add("activities", map[string]any{"kind": "call", "customer": customer, "at": noon, "subject": "電話一"})
		seller.add("activities", map[string]any{"kind": "call", "customer": customer, "at": "2020-01-01T00:00:00Z", "subject": "從前"})
		colleague.add("activities", map[string]any{"kind": "call", "customer": colleague.add("customers", map[string]any{"name": "別人的"}), "at": noon, "subject": "同事"})
		seller.add("opportunities", map[string]any{"name": "大案", "customer": customer, "stage": "won", "amount": map[string]string{"amount": "1000.50", "currency": "TWD"}})
		seller.add("tasks", map[string]any{"subject": "催款", "due_at": noon})
		seller.add("tasks", map[string]any{"subject": "送樣", "due_at": time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly) + "T01:00:00Z"})

		page := seller.must(200, "GET", "reporting/mine?kind=day", nil)
		want := "activities 2 call:1 visit:1 拜訪 電話一; deals_won 1 =1000.5 大案; customers 1 甲公司; tasks_open 1 催款; tasks_ahead 1 送樣"
		if got := listed(page["logged"]); got != want {
			t.Errorf("filled with %s\nwant %s", got, want)
		}
		// A draft is its author's, and the same from each of his devices.
		texts := map[string]any{"done": "整理展場", "plan": "拜訪乙公司", "help": "請 @manager 給折扣"}
		seller.must(200, "PUT", "reporting/draft", map[string]any{"kind": "day", "day": today, "texts": texts})
		seller.must(409, "PUT", "reporting/draft", map[string]any{"kind": "day", "day": today, "texts": map[string]any{"done": "別台"}})
		if got := at(seller.must(200, "GET", "reporting/mine?kind=day", nil), "draft", "texts", "done"); got != "整理展場" {
			t.Errorf("the other device finds %v", got)
		}
		seller.must(200, "PUT", "reporting/draft", map[string]any{"kind": "day", "day": today, "texts": texts, "version": 1})
		for _, other := range []*person{manager, people["boss"]} {
			for _, route := range []string{"reporting/team?kind=day", "work-reports", "search?q=整理展場"} {
				if _, text := other.raw("GET", "/api/v1/"+route, "application/json", nil); strings.Contains(text, "整理展場") {
					t.Errorf("%s shows the draft: %s", route, text)
				}
			}
		}
		// Handed in, it says the same whatever becomes of the records.
		id := fmt.Sprint(seller.must(201, "POST", "reporting/hand-in", map[string]any{"kind": "day", "day": today, "texts": texts})["id"])
		if got, expected := manager.notices(), "mentioned seller 1 "+today; got != expected {
			t.Errorf("whom it asks for help is told %q, want %q", got, expected)
		}
		seller.must(409, "POST", "reporting/hand-in", map[string]any{"kind": "day", "day": today, "texts": texts})
		seller.must(409, "POST", "work-reports", map[string]any{"kind": "day", "begins": today})
		seller.must(409, "PUT", "reporting/draft", map[string]any{"kind": "day", "day": today, "texts": texts})
		seller.must(200, "PATCH", "customers/"+customer, map[string]any{"name": "改名公司"})
		seller.add("activities", map[string]any{"kind": "call", "customer": customer, "at": noon, "subject": "太晚"})
		kept := seller.must(200, "GET", "reporting/mine?kind=day", nil)
		if got := listed(kept["logged"]); got != want {
			t.Errorf("handed in it says %s\nwant %s", got, want)
		}
		if fmt.Sprint(at(kept, "report", "id")) != id || at(kept, "report", "texts", "plan") != "拜訪乙公司" || at(kept, "latest", 0, "report") != id {
			t.Errorf("what was handed in reads %v", kept)
		}
		// The next day begins with what was planned.
		tomorrow := time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
		if got := at(seller.must(200, "GET", "reporting/mine?kind=day&day="+tomorrow, nil), "before", "texts", "plan"); got != "拜訪乙公司" {
			t.Errorf("the plan of the day before reads %v", got)
		}
		seller.must(422, "POST", "reporting/hand-in", map[string]any{"kind": "day", "day": time.Now().UTC().AddDate(0, 0, 3).Format(time.DateOnly)})

		// The manager sees it whole and speaks of it, a colleague not at all.
		card := at(manager.must(200, "GET", "reporting/team?kind=day&day="+today, nil), "members")
		var found any
		for _, m := range list(card) {
			if at(m, "user", "name") == "seller" {
				found = m
			}
		}
		if got := listed(at(found, "logged")); got != want || at(found, "report", "texts", "done") != "整理展場" {
			t.Errorf("the manager reads %s %v", got, found)
		}
		manager.must(201, "POST", "work-reports/"+id+"/comments", map[string]any{"text": "@seller 折扣可以"})
		if got, expected := seller.notices(), "mentioned manager 1 "+today+" @seller 折扣可以"; got != expected {
			t.Errorf("the author is told %q, want %q", got, expected)
		}
		colleague.must(404, "GET", "work-reports/"+id, nil)
		colleague.must(404, "GET", "reporting/logged?id="+id, nil)
		if got := colleague.team("day", today); got != "" {
			t.Errorf("a colleague's team is %q", got)
		}

		// Shared with whom sees none of the records: how many there were, and no names.
		seller.must(201, "POST", "work-reports/"+id+"/shares", map[string]any{"user": people["stranger"].id})
		shared := people["stranger"].must(200, "GET", "reporting/logged?id="+id, nil)
		if got, expected := listed(shared["logged"]), "activities 2 call:1 visit:1 ? ?; deals_won 1 ?; customers 1 ?; tasks_open 1 ?; tasks_ahead 1 ?"; got != expected {
			t.Errorf("without rights one reads %s\nwant %s", got, expected)
		}
		if text := fmt.Sprint(shared); strings.Contains(text, "甲公司") || strings.Contains(text, "1000") {
			t.Errorf("without rights one reads %s", text)
		}

		// Nobody else writes it, nor takes it over; its author corrects it for a day.
		for body, status := range map[string]int{`{"done":"我改"}`: 422, `{"owner":"` + manager.id + `"}`: 422} {
			if got, answer := manager.call("PATCH", "work-reports/"+id, body); got != status {
				t.Errorf("the manager's %s answered %d %v", body, got, answer)
			}
		}
		manager.must(422, "POST", "work-reports", map[string]any{"kind": "day", "begins": "2020-01-02", "owner": seller.id})
		seller.must(200, "PATCH", "work-reports/"+id, map[string]any{"difficulties": "交期"})
		seller.must(422, "PATCH", "work-reports/"+id, map[string]any{"begins": "2020-01-01"})
		number, _ := schema.ParseID(id)
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE r_work_report SET handed_at = ? WHERE id = ?", time.Now().Add(-25*time.Hour).UnixMicro(), number); err != nil {
			t.Fatal(err)
		}
		seller.must(422, "PATCH", "work-reports/"+id, map[string]any{"difficulties": "改口"})
	})
}

func TestTeamShowsWhoHasNotHandedInAndIsReminded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague, manager := people["seller"], people["colleague"], people["manager"]
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE r_user SET created_at = 0"); err != nil {
			t.Fatal(err)
		}
		monday, sunday := "2026-11-23", "2026-11-22"
		if got, want := manager.team("day", monday), "colleague:missing seller:missing"; got != want {
			t.Errorf("on a working day the team is %q, want %q", got, want)
		}
		if got := manager.team("day", sunday); got != "" {
			t.Errorf("on a Sunday missing are %q", got)
		}
		if got := manager.team("week", monday); got != "" {
			t.Errorf("of a week, which no rule asks for, missing are %q", got)
		}
		seller.must(201, "POST", "reporting/hand-in", map[string]any{"kind": "day", "day": monday, "texts": map[string]any{"done": "補寫"}})
		colleague.must(200, "PATCH", "me", map[string]any{"away_from": monday, "away_until": monday})
		if got, want := manager.team("day", monday), "colleague:away seller:handed_in"; got != want {
			t.Errorf("the team is %q, want %q", got, want)
		}
		if at(manager.must(200, "GET", "reporting/team?kind=day&day="+monday, nil), "members", 1, "report", "late") != true {
			t.Error("what was handed in afterwards is not told to be late")
		}
		colleague.must(200, "PATCH", "me", map[string]any{"away_from": nil, "away_until": nil})

		// Reminded are those who owe one, and whom the manager leads; the others are not.
		all := []string{seller.id, colleague.id, people["stranger"].id}
		for range 2 {
			if got := manager.must(200, "POST", "reporting/remind", map[string]any{"kind": "day", "day": monday, "people": all})["reminded"]; fmt.Sprint(got) != "1" {
				t.Errorf("reminded are %v", got)
			}
		}
		one := at(colleague.must(200, "GET", "notices", nil), "notices")
		if size(one) != 1 || at(one, 0, "kind") != "wanted" || at(one, 0, "period", "day") != monday || at(one, 0, "by", "name") != "manager" {
			t.Errorf("the reminded is told %v", one)
		}
		if got := seller.notices() + people["stranger"].notices(); got != "" {
			t.Errorf("others are told %q", got)
		}
		seller.must(200, "POST", "reporting/remind", map[string]any{"kind": "day", "day": monday, "people": []string{colleague.id}})
		if n := size(colleague.must(200, "GET", "notices", nil)["notices"]); n != 1 {
			t.Errorf("a colleague reminded him as well: %d notices", n)
		}

		// By the clock, once a day, those of the rule's roles.
		salesperson := fmt.Sprint(at(admin.must(200, "GET", `roles?filter=key+%3D+"salesperson"`, nil), "records", 0, "id"))
		admin.must(422, "POST", "report-rules", map[string]any{"name": "x", "roles": []string{salesperson}, "remind_at": "25:00"})
		admin.must(201, "POST", "report-rules", map[string]any{"name": "業務日報", "roles": []string{salesperson}, "remind_at": "17:30"})
		due := time.Date(2026, 11, 24, 17, 31, 0, 0, w.app.Records.Zone())
		for range 2 {
			if err := w.app.Reports.RemindDue(t.Context(), due); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := seller.notices(), "wanted <nil> 1 <nil>"; got != want {
			t.Errorf("by the clock told is %q, want %q", got, want)
		}
		if got := manager.notices(); got != "" {
			t.Errorf("whoever hands in nothing is told %q", got)
		}
		if status, _ := seller.call("POST", "report-rules", map[string]any{"name": "x", "roles": []string{salesperson}}); status != 403 {
			t.Errorf("a salesperson's rule answered %d", status)
		}
		for _, query := range []string{"kind=year", "kind=day&day=x", ""} {
			manager.must(422, "GET", "reporting/team?"+query, nil)
			seller.must(422, "GET", "reporting/mine?"+query, nil)
		}
	})
}
