package app

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// clockAt is an instant as the API takes it.
func clockAt(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// tasks are what a person sees of tasks: words, whether done, when due in Taipei.
func (p *person) tasks(filter string) string {
	p.w.t.Helper()
	list, _ := p.must(200, "GET", "tasks?sort=due_at&filter="+url.QueryEscape(filter), nil)["records"].([]any)
	var lines []string
	for _, one := range list {
		line := fmt.Sprint(at(one, "subject"))
		if at(one, "done") == true {
			line += " done"
		}
		if text, ok := at(one, "due_at").(string); ok {
			due, err := time.Parse(time.RFC3339, text)
			if err != nil {
				p.w.t.Fatal(err)
			}
			line += due.In(time.FixedZone("", 8*3600)).Format(" 01-02 15:04")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestOneCallTellsResultNextStepAndTask(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, colleague := people["seller"], people["colleague"]
		customer := seller.add("customers", map[string]any{"name": "甲公司"})
		next := time.Now().Add(72 * time.Hour).Truncate(time.Minute)
		call := seller.must(201, "POST", "activities", map[string]any{"kind": "call", "customer": customer, "result": "要看樣品", "next_step": "寄樣品", "next_at": clockAt(next)})
		task := at(call, "next_task", "id")
		if task == nil || at(call, "status") != "done" {
			t.Fatalf("the call made no task: %v", call)
		}
		got := seller.must(200, "GET", fmt.Sprint("tasks/", task), nil)
		if at(got, "subject") != "寄樣品" || at(got, "due_at") != clockAt(next) || at(got, "customer", "label") != "甲公司" || at(got, "owner", "id") != seller.id {
			t.Errorf("the task is %v", got)
		}
		if got := seller.value("customers/"+customer, "next_contact_at"); got != clockAt(next) {
			t.Errorf("the next contact is %s", got)
		}
		// Put off, the task goes with it; put off there, the next contact does.
		later := next.Add(24 * time.Hour)
		id := fmt.Sprint(at(call, "id"))
		seller.must(200, "PATCH", "activities/"+id, map[string]any{"next_at": clockAt(later)})
		if got := seller.value(fmt.Sprint("tasks/", task), "due_at"); got != clockAt(later) {
			t.Errorf("the task stays at %s", got)
		}
		seller.must(200, "PATCH", fmt.Sprint("tasks/", task), map[string]any{"due_at": clockAt(next)})
		if got := seller.value("customers/"+customer, "next_contact_at"); got != clockAt(next) {
			t.Errorf("put off there, the next contact is %s", got)
		}
		// A visit done for the task finishes it, and nothing is due any more.
		seller.must(201, "POST", "activities", map[string]any{"kind": "visit", "customer": customer, "result": "送到了", "task": task,
			"place": map[string]any{"text": "內湖", "latitude": 25.0786123, "longitude": 121.5746, "accuracy": 12}})
		if got := seller.tasks(""); !strings.HasPrefix(got, "寄樣品 done") || strings.Contains(got, ";") {
			t.Errorf("tasks: %s", got)
		}
		if got := seller.value("customers/"+customer, "next_contact_at"); got != "<nil>" {
			t.Errorf("and the next contact is %s", got)
		}
		// Nobody finishes what he may not change, nor learns of it.
		theirs := colleague.add("tasks", map[string]any{"subject": "別人的"})
		seller.must(422, "POST", "activities", map[string]any{"kind": "call", "customer": customer, "result": "x", "task": theirs})
		if got := colleague.value("tasks/"+theirs, "done"); got != "false" {
			t.Errorf("a stranger's task is done: %s", got)
		}
		// A visit to come is planned: no contact yet, and what comes next.
		ahead := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		before := seller.value("customers/"+customer, "last_contact_at")
		visit := seller.add("activities", map[string]any{"kind": "visit", "customer": customer, "at": clockAt(ahead), "minutes": 60})
		if got := seller.value("activities/"+visit, "status") + " " + seller.value("customers/"+customer, "last_contact_at") + " " + seller.value("customers/"+customer, "next_contact_at"); got != "planned "+before+" "+clockAt(ahead) {
			t.Errorf("a planned visit leaves %s", got)
		}
		seller.must(200, "PATCH", "activities/"+visit, map[string]any{"at": clockAt(time.Now().Add(-time.Hour)), "result": "談妥"})
		if got := seller.value("activities/"+visit, "status"); got != "done" {
			t.Errorf("with its result it is %s", got)
		}
		for _, bad := range []any{map[string]any{"latitude": 91, "longitude": 0}, map[string]any{"latitude": 1}, map[string]any{"text": strings.Repeat("長", 301)}, map[string]any{"x": 1}, 5, map[string]any{"latitude": "1", "longitude": 2}} {
			seller.must(422, "PATCH", "activities/"+visit, map[string]any{"place": bad})
		}
	})
}

func TestTemplatesAreOnesOwnOrEverybodys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague := people["seller"], people["colleague"]
		mine := seller.add("log_templates", map[string]any{"name": "沒人接", "kind": "call", "result": "沒人接，改天再打", "next_step": "再打一次", "next_days": 1})
		colleague.add("log_templates", map[string]any{"name": "同事的"})
		all := admin.add("log_templates", map[string]any{"name": "已寄型錄", "result": "已寄型錄", "shared": true})
		if got := seller.names("log_templates?sort=name"); got != "已寄型錄 沒人接" && got != "沒人接 已寄型錄" {
			t.Errorf("a salesperson has %q", got)
		}
		seller.must(422, "PATCH", "log_templates/"+mine, map[string]any{"shared": true})
		seller.must(403, "PATCH", "log_templates/"+all, map[string]any{"name": "改掉"})
		seller.must(403, "DELETE", "log_templates/"+all, nil)
		people["boss"].must(422, "PATCH", "log_templates/"+all, map[string]any{"name": "改掉"})
		seller.must(422, "POST", "log_templates", map[string]any{"name": "我的也給大家", "shared": true})
		seller.must(422, "POST", "log_templates", map[string]any{"name": "太久", "next_days": 99999})
	})
}

func TestWhatRepeatsComesAgainOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		seller.must(200, "PATCH", "me", map[string]any{"time_zone": "Asia/Taipei"})
		// The Friday after next, at nine in Taipei.
		taipei := time.FixedZone("", 8*3600)
		day := time.Now().In(taipei).AddDate(0, 0, 8)
		for day.Weekday() != time.Friday {
			day = day.AddDate(0, 0, 1)
		}
		due := time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, taipei)
		task := seller.add("tasks", map[string]any{"subject": "週報", "due_at": clockAt(due), "repeat": "FREQ=WEEKLY;BYDAY=FR", "remind_before": []string{"60", "1440"},
			"checklist": []any{map[string]any{"item": "數字"}, map[string]any{"item": "寄出"}}})
		seller.must(422, "POST", "tasks", map[string]any{"subject": "沒有日期", "repeat": "FREQ=DAILY"})
		seller.must(422, "POST", "tasks", map[string]any{"subject": "亂寫", "due_at": clockAt(due), "repeat": "每週五"})
		items, _ := at(seller.must(200, "GET", "tasks/"+task, nil), "checklist").([]any)
		seller.must(200, "PATCH", "tasks/"+task, map[string]any{"checklist": map[string]any{"change": []any{map[string]any{"id": at(items[0], "id"), "done": true}}}})
		if got := seller.value("tasks/"+task, "progress"); got != "50" {
			t.Errorf("half of it is %s", got)
		}
		// Two finish it at once, again and again: the next one comes once.
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if status, answer := seller.call("PATCH", "tasks/"+task, map[string]any{"done": true}); status != 200 && status != 409 {
					t.Errorf("finishing answered %d %v", status, answer)
				}
			})
		}
		all.Go(func() {
			if err := w.app.Wake.Wake(t.Context(), due.Add(time.Minute)); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		first, second := due.Format("01-02 15:04"), due.AddDate(0, 0, 7).Format("01-02 15:04")
		if got, want := seller.tasks(""), "週報 done "+first+"; 週報 "+second; got != want {
			t.Fatalf("tasks: %s; want %s", got, want)
		}
		next := fmt.Sprint(at(seller.must(200, "GET", "tasks/"+task, nil), "successor", "id"))
		again := seller.must(200, "GET", "tasks/"+next, nil)
		if fmt.Sprint(at(again, "remind_before")) != "[60 1440]" || fmt.Sprint(at(again, "progress")) != "0" || at(again, "checklist", 1, "item") != "寄出" || at(again, "owner", "id") != seller.id {
			t.Errorf("the next one is %v", again)
		}
		// Taken back and finished again it makes no other.
		seller.must(200, "PATCH", "tasks/"+task, map[string]any{"done": false})
		seller.must(200, "PATCH", "tasks/"+task, map[string]any{"done": true})
		// The next one is made of this when it is due, done or not, and what was missed does not pile up.
		late := due.AddDate(0, 0, 7+15)
		for range 2 {
			if err := w.app.Wake.Wake(t.Context(), late); err != nil {
				t.Fatal(err)
			}
		}
		third := due.AddDate(0, 0, 28).Format("01-02 15:04")
		if got, want := seller.tasks(""), "週報 done "+first+"; 週報 "+second+"; 週報 "+third; got != want {
			t.Errorf("tasks: %s; want %s", got, want)
		}
		// What counts ends.
		once := seller.add("tasks", map[string]any{"subject": "兩次", "due_at": clockAt(due), "repeat": "FREQ=DAILY;COUNT=2"})
		seller.must(200, "PATCH", "tasks/"+once, map[string]any{"done": true})
		other := fmt.Sprint(at(seller.must(200, "GET", "tasks/"+once, nil), "successor", "id"))
		seller.must(200, "PATCH", "tasks/"+other, map[string]any{"done": true})
		if got := seller.tasks(`subject = "兩次"`); got != "兩次 done "+first+"; 兩次 done "+due.AddDate(0, 0, 1).Format("01-02 15:04") {
			t.Errorf("what comes twice: %s", got)
		}
	})
}

func TestTaskIsDelegatedAndItsMakerAndWatchersAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, colleague, stranger, manager := people["seller"], people["colleague"], people["stranger"], people["manager"]
		// A salesperson gives a task to somebody of another department, and one more watches.
		task := seller.add("tasks", map[string]any{"subject": "請報價", "owner": stranger.id, "watchers": []string{colleague.id}})
		if got := stranger.notices(); got != "assigned seller 1 請報價" {
			t.Errorf("who is to do it is told %q", got)
		}
		for who, want := range map[*person]int{seller: 200, stranger: 200, colleague: 200, manager: 404} {
			who.must(want, "GET", "tasks/"+task, nil)
		}
		colleague.must(403, "PATCH", "tasks/"+task, map[string]any{"done": true})
		seller.must(200, "PATCH", "tasks/"+task, map[string]any{"priority": "high"})
		stranger.must(200, "PATCH", "tasks/"+task, map[string]any{"done": true})
		if got := seller.notices(); got != "finished stranger 1 請報價" {
			t.Errorf("who gave it is told %q", got)
		}
		if got := colleague.notices(); got != "finished stranger 1 請報價" {
			t.Errorf("who watches is told %q", got)
		}
		// Who does it hands it on, and goes on seeing it; who only watches cannot.
		colleague.must(403, "PATCH", "tasks/"+task, map[string]any{"owner": colleague.id})
		stranger.must(200, "PATCH", "tasks/"+task, map[string]any{"owner": manager.id})
		stranger.must(200, "GET", "tasks/"+task, nil)
		// Of what repeats the next is seen by the same.
		weekly := seller.add("tasks", map[string]any{"subject": "週報", "owner": stranger.id, "watchers": []string{colleague.id}, "due_at": clockAt(time.Now().Add(time.Hour)), "repeat": "FREQ=WEEKLY"})
		stranger.must(200, "PATCH", "tasks/"+weekly, map[string]any{"done": true})
		next := fmt.Sprint(at(stranger.must(200, "GET", "tasks/"+weekly, nil), "successor", "id"))
		for _, who := range []*person{seller, stranger, colleague} {
			if got := at(who.must(200, "GET", "tasks/"+next, nil), "created_by", "id"); got != seller.id {
				t.Errorf("the next one was made by %v", got)
			}
		}
		// That goes for tasks alone, and with a customer one sees.
		seller.must(422, "POST", "customers", map[string]any{"name": "甲公司", "owner": stranger.id})
		hidden := stranger.add("customers", map[string]any{"name": "祕密公司"})
		seller.must(422, "POST", "tasks", map[string]any{"subject": "x", "customer": hidden})
		mine := seller.add("customers", map[string]any{"name": "乙公司"})
		given := seller.add("tasks", map[string]any{"subject": "拜訪乙公司", "customer": mine, "owner": stranger.id})
		if got := stranger.must(200, "GET", "tasks/"+given, nil); at(got, "customer", "hidden") != true {
			t.Errorf("a task tells of a customer: %v", at(got, "customer"))
		}
	})
}

func TestRemindersComeEachBeforeItIsDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		now := time.Now().Truncate(time.Second)
		due := now.Add(70 * time.Minute)
		seller.add("tasks", map[string]any{"subject": "會前準備", "due_at": clockAt(due), "remind_before": []string{"60", "10"}})
		customer := seller.add("customers", map[string]any{"name": "甲公司"})
		seller.add("activities", map[string]any{"kind": "visit", "subject": "拜訪", "customer": customer, "at": clockAt(due), "remind_before": []string{"60"}})
		off := seller.add("activities", map[string]any{"kind": "visit", "subject": "不去了", "customer": customer, "at": clockAt(due), "remind_before": []string{"60"}})
		seller.must(200, "PATCH", "activities/"+off, map[string]any{"status": "cancelled"})
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{0, 0}, {11 * time.Minute, 2}, {12 * time.Minute, 2}, {61 * time.Minute, 3}, {62 * time.Minute, 3}, {90 * time.Minute, 3}} {
			if err := w.app.Notices.Remind(t.Context(), now.Add(step.after)); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(seller.notices(), "reminder"); got != step.want {
				t.Errorf("after %s there are %d reminders, want %d: %s", step.after, got, step.want, seller.notices())
			}
		}
	})
}
