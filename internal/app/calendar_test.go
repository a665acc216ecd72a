package app

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"ecrm/internal/dbtest"
)

// shows is what a calendar shows: kind, title, day or hour in Taipei.
func (p *person) shows(query string) string {
	p.w.t.Helper()
	list, _ := p.must(200, "GET", "calendar?"+query, nil)["entries"].([]any)
	var lines []string
	for _, one := range list {
		line := fmt.Sprint(at(one, "kind"), " ", at(one, "title"))
		if text, ok := at(one, "at").(string); ok {
			when, err := time.Parse(time.RFC3339, text)
			if err != nil {
				p.w.t.Fatal(err)
			}
			line += when.In(time.FixedZone("", 8*3600)).Format(" 01-02 15:04")
		} else {
			line += " " + fmt.Sprint(at(one, "day"))[5:]
		}
		for _, mark := range []string{"done", "ahead"} {
			if at(one, mark) == true {
				line += " " + mark
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// planned fills a salesperson's March of 2031: a task that repeats, a visit, a deal that
// is to close, two birthdays.
func planned(p *person) (customer string) {
	taipei := func(text string) string {
		at, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("", 8*3600))
		if err != nil {
			p.w.t.Fatal(err)
		}
		return clockAt(at)
	}
	customer = p.add("customers", map[string]any{"name": "甲公司, 台北; 股份"})
	p.add("contacts", map[string]any{"name": "王小明", "customer": customer, "birthday": "--03-05"})
	p.add("contacts", map[string]any{"name": "陳董", "customer": customer, "birthday": "農曆二月十五"})
	p.add("tasks", map[string]any{"subject": "週會", "due_at": taipei("2031-03-07 09:00"), "repeat": "FREQ=WEEKLY;BYDAY=FR;COUNT=3"})
	p.add("activities", map[string]any{"kind": "visit", "subject": "到廠看機器", "customer": customer, "at": taipei("2031-03-06 14:00"), "minutes": 90})
	p.add("activities", map[string]any{"kind": "note", "subject": "只是筆記", "customer": customer, "at": taipei("2020-03-06 14:00")})
	p.add("opportunities", map[string]any{"name": "採購案", "customer": customer, "expected_close": "2031-03-31"})
	p.add("opportunities", map[string]any{"name": "結案了", "customer": customer, "expected_close": "2031-03-30", "stage": "won"})
	return customer
}

func TestCalendarShowsWhatHasADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague, manager := people["seller"], people["colleague"], people["manager"]
		customer := planned(seller)
		const march = "from=2031-03-01&to=2031-04-01"
		want := "birthday 王小明 03-05; activity 到廠看機器 03-06 14:00; birthday 陳董 03-07; task 週會 03-07 09:00; task 週會 03-14 09:00 ahead; task 週會 03-21 09:00 ahead; opportunity 採購案 03-31"
		if got := seller.shows(march); got != want {
			t.Errorf("the calendar shows\n%s; want\n%s", got, want)
		}
		if got := seller.shows(march + "&kinds=opportunity,nothing"); got != "opportunity 採購案 03-31" {
			t.Errorf("of one kind: %s", got)
		}
		if got := seller.shows("from=2031-03-06&to=2031-03-07"); !strings.HasPrefix(got, "activity 到廠") || strings.Contains(got, ";") {
			t.Errorf("of one day: %s", got)
		}
		// Others see what they may see, under whose it is.
		for who, n := range map[*person]int{colleague: 0, people["stranger"]: 0, manager: 7, people["boss"]: 7, admin: 7} {
			for _, q := range []string{"&who=all", "&who=" + seller.id} {
				if got := size(who.must(200, "GET", "calendar?"+march+q, nil)["entries"]); got != n {
					t.Errorf("%s sees %d entries of a colleague's, want %d", who.id, got, n)
				}
			}
			if got := who.shows(march); got != "" {
				t.Errorf("in his own calendar %s", got)
			}
		}
		seller.must(201, "POST", "customers/"+customer+"/shares", map[string]any{"user": colleague.id})
		if got := colleague.shows(march + "&who=all"); got != "birthday 王小明 03-05; activity 到廠看機器 03-06 14:00; birthday 陳董 03-07; opportunity 採購案 03-31" {
			t.Errorf("with the customer shared: %s", got)
		}
		// A field one may not read is no part of one's calendar.
		for object, days := range map[string][]string{"opportunity": {"expected_close", "採購案"}, "contact": {"birthday", "王小明"}, "activity": {"status", "到廠"}} {
			admin.hide("salesperson", object, days[0])
			if got := seller.shows(march); strings.Contains(got, days[1]) || !strings.Contains(got, "週會") {
				t.Errorf("with hidden %s: %s", days[0], got)
			}
		}
	})
}

// phone reads a calendar as a phone does, without signing in.
func (w *world) phone(path string, headers ...string) (int, http.Header, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), "GET", w.server.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(b)
}

func TestPhoneReadsTheCalendarOfItsPersonAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague := people["seller"], people["colleague"]
		soon := time.Now().Add(50 * time.Hour).Truncate(time.Minute)
		customer := seller.add("customers", map[string]any{"name": "甲公司, 台北; 股份"})
		visit := seller.add("activities", map[string]any{"kind": "visit", "subject": "到廠; BEGIN:VEVENT, \\n SUMMARY:\"假的\" 很長的主旨" + strings.Repeat("看機器", 20), "customer": customer, "at": clockAt(soon), "minutes": 90})
		seller.add("contacts", map[string]any{"name": "王小明", "customer": customer, "birthday": soon.Format("--01-02")})
		seller.add("tasks", map[string]any{"subject": "寄樣品", "due_at": clockAt(soon)})
		colleague.add("tasks", map[string]any{"subject": "同事的", "due_at": clockAt(soon)})
		link := seller.must(201, "POST", "calendar/links", map[string]any{"name": "我的手機"})
		path := fmt.Sprint(link["path"])
		status, header, text := w.phone(path)
		if status != 200 || header.Get("Content-Type") != "text/calendar; charset=utf-8" {
			t.Fatalf("the phone is answered %d %v", status, header)
		}
		c, err := ics.ParseCalendar(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		seen := map[string]*ics.VEvent{}
		for _, e := range c.Events() {
			seen[e.GetProperty(ics.ComponentPropertySummary).Value] = e
		}
		title := "到廠; BEGIN:VEVENT, \\n SUMMARY:\"假的\" 很長的主旨" + strings.Repeat("看機器", 20) + " · 甲公司, 台北; 股份"
		e := seen[title]
		if len(seen) != 3 || e == nil || seen["寄樣品"] == nil || seen["王小明 生日 · 甲公司, 台北; 股份"] == nil {
			t.Fatalf("the phone shows %d events in\n%s", len(seen), text)
		}
		start, err := e.GetStartAt()
		end, bad := e.GetEndAt()
		if err != nil || bad != nil || !start.Equal(soon) || end.Sub(start) != 90*time.Minute || !strings.HasPrefix(e.Id(), "activity-"+visit+"@") {
			t.Errorf("the visit lies from %s to %s as %s", start, end, e.Id())
		}
		for _, line := range strings.Split(text, "\r\n") {
			if len(line) > 75 {
				t.Errorf("a line of %d bytes: %s", len(line), line)
			}
		}
		// Nothing changed: nothing is sent again.
		if status, _, again := w.phone(path, "If-None-Match", header.Get("ETag")); status != 304 || again != "" {
			t.Errorf("asked again it answers %d", status)
		}
		// The secret is told once and kept nowhere.
		if text := fmt.Sprint(seller.must(200, "GET", "calendar/links", nil)); strings.Contains(text, path) || !strings.Contains(text, "我的手機") || strings.Contains(text, "used_at:<nil>") {
			t.Errorf("the links tell %s", text)
		}
		// His rights are those of the moment.
		seller.must(200, "PATCH", "me", map[string]any{"language": "en"})
		if _, _, text := w.phone(path); !strings.Contains(text, "Birthday of") {
			t.Errorf("in English:\n%s", text)
		}
		admin.hide("salesperson", "contact", "birthday")
		if _, _, text := w.phone(path); strings.Contains(text, "Birthday of") || !strings.Contains(text, "寄樣品") {
			t.Errorf("with hidden birthdays:\n%s", text)
		}
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"active": false})
		if status, _, text := w.phone(path); status != 404 || strings.Contains(text, "寄樣品") {
			t.Errorf("of somebody who left it answers %d", status)
		}
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"active": true})
		if status, _, _ := w.phone(path); status != 200 {
			t.Errorf("back again: %d", status)
		}
		seller = w.signIn("seller")
		seller.must(204, "DELETE", fmt.Sprint("calendar/links/", link["id"]), nil)
		if status, _, _ := w.phone(path); status != 404 {
			t.Errorf("revoked it answers %d", status)
		}
		// A link is not read without end, nor are secrets tried.
		other := fmt.Sprint(seller.must(201, "POST", "calendar/links", map[string]any{"name": "平板"})["path"])
		last := 0
		for range 62 {
			last, _, _ = w.phone(other)
		}
		if last != 429 {
			t.Errorf("read again and again it answers %d", last)
		}
		for range 40 {
			last, _, _ = w.phone("/ical/NOBODYS.ics")
		}
		if last != 429 {
			t.Errorf("trying secrets is answered %d", last)
		}
	})
}

func TestManyAreFollowedUpAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.work()
		_, people, _ := w.company()
		seller, manager, stranger := people["seller"], people["manager"], people["stranger"]
		var ids []string
		for _, name := range []string{"甲公司", "乙公司", "丙公司"} {
			ids = append(ids, seller.add("customers", map[string]any{"name": name}))
		}
		theirs := stranger.add("customers", map[string]any{"name": "別人的"})
		due := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		values := map[string]any{"subject": "年節送禮", "due_at": clockAt(due)}
		job := manager.begin("customers/actions/follow", map[string]any{"ids": append([]string{theirs}, ids...), "input": map[string]any{"object": "task", "values": values, "to_owner": true}})
		if got := outcome(manager.ended(job)); got != "done 3/0/1/0" {
			t.Errorf("the job ended %s", got)
		}
		if got := strings.Count(seller.tasks(`subject = "年節送禮"`), "年節送禮"); got != 3 {
			t.Errorf("the owner has %d tasks", got)
		}
		// One that was worked on stays when it is taken back; nobody needs the right to delete.
		first := fmt.Sprint(at(seller.must(200, "GET", "tasks?sort=id", nil), "records", 0, "id"))
		seller.must(200, "PATCH", "tasks/"+first, map[string]any{"note": "已經在辦"})
		undo := manager.begin("jobs/"+job+"/actions/undo", nil)
		if got := outcome(manager.ended(undo)); got != "done 2/0/1/0" {
			t.Errorf("the undo ended %s", got)
		}
		if got := strings.Count(seller.tasks(""), "年節送禮"); got != 1 {
			t.Errorf("%d tasks are left", got)
		}
		again := manager.begin("jobs/"+undo+"/actions/undo", nil)
		if got := outcome(manager.ended(again)); got != "done 2/0/0/0" || strings.Count(seller.tasks(""), "年節送禮") != 3 {
			t.Errorf("and back again %s", got)
		}
		// Calls with a next step make its task, and both go when it is taken back.
		calls := seller.begin("customers/actions/follow", map[string]any{"filter": "", "input": map[string]any{"object": "activity", "values": map[string]any{"kind": "line", "result": "群發新品", "next_step": "追問", "next_at": clockAt(due)}}})
		if got := outcome(seller.ended(calls)); got != "done 3/0/0/0" || strings.Count(seller.tasks(`subject = "追問"`), "追問") != 3 {
			t.Errorf("calls ended %s: %s", got, seller.tasks(""))
		}
		seller.ended(seller.begin("jobs/"+calls+"/actions/undo", nil))
		if got := seller.tasks(`subject = "追問"`); got != "" || size(seller.must(200, "GET", "activities", nil)["records"]) != 0 {
			t.Errorf("taken back there are %s", got)
		}
		for _, input := range []any{nil, map[string]any{"object": "quote", "values": map[string]any{}}, map[string]any{"object": "task", "values": map[string]any{}}, map[string]any{"object": "task", "values": map[string]any{"nothing": 1, "subject": "x"}}} {
			seller.must(422, "POST", "customers/actions/follow", map[string]any{"ids": ids, "input": input})
		}
		seller.must(422, "POST", "products/actions/follow", map[string]any{"filter": "", "input": map[string]any{"object": "task", "values": map[string]any{"subject": "x"}}})
	})
}

func TestCompanySaysAfterHowManyDaysItsCustomersAreSpokenTo(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, people, _ := w.company()
	days := func(p *person) string {
		return fmt.Sprint(at(p.must(200, "GET", "me", nil), "company", "follow_up_days"))
	}
	if got := days(people["seller"]); got != "map[:60 A:14 B:30 C:60 D:90]" {
		t.Errorf("at first %s", got)
	}
	admin.must(200, "PATCH", "company", map[string]any{"follow_up_days": map[string]any{"A": 7, "": 45}})
	if got := days(people["seller"]); got != "map[:45 A:7]" {
		t.Errorf("then %s", got)
	}
	people["boss"].must(403, "PATCH", "company", map[string]any{"follow_up_days": map[string]any{"A": 1}})
	for _, bad := range []any{map[string]any{"A": 0}, map[string]any{"A": 99999}, map[string]any{strings.Repeat("級", 101): 3}} {
		admin.must(422, "PATCH", "company", map[string]any{"follow_up_days": bad})
	}
}
