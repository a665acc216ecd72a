package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/schema"
)

// told has what was committed become notices, as a running server does by itself.
func (w *world) told() {
	w.t.Helper()
	if err := w.app.Records.Deliver(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// notices are a person's notices, newest first: kind, by whom, how many, what about.
func (p *person) notices() string {
	p.w.t.Helper()
	p.w.told()
	list, _ := p.must(200, "GET", "notices", nil)["notices"].([]any)
	var lines []string
	for _, one := range list {
		label := at(one, "record", "label")
		if at(one, "record", "hidden") == true {
			label = "hidden"
		}
		line := fmt.Sprint(at(one, "kind"), " ", at(one, "by", "name"), " ", at(one, "count"), " ", label)
		if text := at(one, "text"); text != nil {
			line += fmt.Sprint(" ", text)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func (p *person) unread() string {
	p.w.t.Helper()
	return fmt.Sprint(p.must(200, "GET", "notices?limit=1", nil)["unread"])
}

func TestPeopleAreToldWhatConcernsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, colleague, stranger, manager := people["seller"], people["colleague"], people["stranger"], people["manager"]
		id := seller.add("customers", map[string]any{"name": "甲公司"})
		if got := seller.notices(); got != "" {
			t.Errorf("who makes his own record is told %q", got)
		}
		manager.must(200, "PATCH", "customers/"+id, map[string]any{"owner": colleague.id, "level": "A"})
		manager.must(200, "PATCH", "customers/"+id, map[string]any{"level": "B"})
		if got, want := colleague.notices(), "assigned manager 1 甲公司"; got != want || colleague.unread() != "1" {
			t.Errorf("to whom a record was given is told %q, want %q; unread %s", got, want, colleague.unread())
		}
		if got := colleague.notices(); strings.Contains(got, ";") {
			t.Errorf("handed on again, he is told twice: %q", got)
		}

		// Named, only those who may see the record are told; a mail address names nobody.
		manager.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "請 @colleague 看一下，@stranger 也是，寄到 x@seller.example"})
		if got, want := colleague.notices(), "mentioned manager 1 甲公司 請 @colleague 看一下，@stranger 也是，寄到 x@seller.example; assigned manager 1 甲公司"; got != want {
			t.Errorf("named: %q, want %q", got, want)
		}
		if got := stranger.notices() + seller.notices(); got != "" {
			t.Errorf("those who may not see it are told %q", got)
		}
		// The owner hears of comments, and so does whoever spoke before; several are one.
		boss := people["boss"]
		boss.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "第一"})
		boss.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "第二"})
		if got, want := manager.notices(), "commented boss 2 甲公司 第二"; got != want {
			t.Errorf("who spoke before is told %q, want %q", got, want)
		}
		if got := colleague.notices(); !strings.HasPrefix(got, "commented boss 2 甲公司 第二; mentioned") {
			t.Errorf("the owner is told %q", got)
		}
		if got := boss.notices(); got != "" {
			t.Errorf("who speaks himself is told %q", got)
		}
		// In a text of the record, and only once for the same name.
		call := boss.add("activities", map[string]any{"kind": "call", "customer": id, "result": "已談妥，＠Manager 請報價"})
		boss.must(200, "PATCH", "activities/"+call, map[string]any{"result": "已談妥了，＠Manager 請報價"})
		if got := manager.notices(); !strings.HasPrefix(got, "mentioned boss 1 電話; commented") || strings.Count(got, "mentioned") != 1 {
			t.Errorf("named in a text he is told %q", got)
		}

		// Read: by him alone, all up to one.
		newest := fmt.Sprint(at(colleague.must(200, "GET", "notices", nil), "notices", 0, "id"))
		stranger.must(200, "POST", "notices/actions/read", map[string]any{"ids": []string{newest}, "through": newest})
		if colleague.unread() != "3" {
			t.Errorf("after another marked his, unread are %s", colleague.unread())
		}
		colleague.must(200, "POST", "notices/actions/read", map[string]any{"ids": []string{newest}})
		if colleague.unread() != "2" {
			t.Errorf("one read leaves %s", colleague.unread())
		}
		colleague.must(200, "POST", "notices/actions/read", map[string]any{"through": newest})
		if colleague.unread() != "0" {
			t.Errorf("all read leaves %s", colleague.unread())
		}

		// Out of sight, a record is not named any more, nor what was said of it.
		manager.must(200, "PATCH", "customers/"+id, map[string]any{"owner": seller.id})
		if got, want := colleague.notices(), "commented boss 2 hidden; mentioned manager 1 hidden; assigned manager 1 hidden"; got != want {
			t.Errorf("of what is out of sight he reads %q, want %q", got, want)
		}
		text := fmt.Sprint(colleague.must(200, "GET", "notices", nil))
		for _, secret := range []string{"甲公司", "第二", id} {
			if strings.Contains(text, secret) {
				t.Errorf("out of sight, %q is told: %s", secret, text)
			}
		}
		// By pages.
		first := colleague.must(200, "GET", "notices?limit=2", nil)
		second := colleague.must(200, "GET", "notices?limit=2&cursor="+fmt.Sprint(first["next"]), nil)
		if size(first["notices"]) != 2 || size(second["notices"]) != 1 || second["next"] != nil {
			t.Errorf("pages of %v and %v", first, second)
		}
		for _, query := range []string{"limit=0", "limit=1000", "cursor=x", "limit=x"} {
			colleague.must(422, "GET", "notices?"+query, nil)
		}

		// Whoever wants none of a kind gets none.
		seller.must(200, "POST", "notices/actions/read", map[string]any{"through": newest})
		seller.must(200, "PATCH", "notices/choices", map[string]any{"kinds": map[string]any{"mentioned": map[string]any{"app": false, "mail": "no"}}})
		before := seller.notices()
		manager.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "@seller 好嗎"})
		if got := seller.notices(); got != before {
			t.Errorf("who wants no mentions is told %q", got)
		}
		for _, bad := range []string{`{"kinds":{"x":{"app":true,"mail":"no"}}}`, `{"kinds":{"job":{"app":true,"mail":"x"}}}`, `{"digest_hour":24}`, `{"x":1}`, `[]`} {
			if status, _ := seller.call("PATCH", "notices/choices", bad); status != 422 {
				t.Errorf("%s answered %d", bad, status)
			}
		}
	})
}

// However many records a job gives to somebody, he is told once; of his own jobs he
// hears how they ended.
func TestManyRecordsGivenAreOneNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller, boss := people["seller"], people["boss"]
		var ids []string
		for i := range 8 {
			ids = append(ids, boss.add("customers", map[string]any{"name": fmt.Sprintf("第%d家", i)}))
		}
		w.work()
		job := boss.begin("customers/actions/assign", map[string]any{"ids": ids[:7], "input": map[string]any{"owner": seller.id}})
		boss.ended(job)
		w.told()
		if got := seller.notices(); !strings.HasPrefix(got, "assigned boss 7 第") || strings.Contains(got, ";") {
			t.Errorf("of seven records he is told %q", got)
		}
		if got := boss.notices(); !strings.HasPrefix(got, "job <nil> 1 <nil>") {
			t.Errorf("of his job he is told %q", got)
		}
		boss.must(200, "POST", "notices/actions/read", map[string]any{"job": job})
		if boss.unread() != "0" {
			t.Errorf("who saw his job end has %s unread", boss.unread())
		}
	})
}

// Two servers on one database make each notice once, and the pages on either are told.
func TestTwoServersTellOnce(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	_, people, _ := first.company()
	seller, boss := people["seller"], people["boss"]
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for _, w := range []*world{first, second} {
		go w.app.Records.Relay(ctx)
	}
	there := &person{w: second, cookie: seller.cookie}
	hears := there.heard(ctx)
	time.Sleep(300 * time.Millisecond)
	for i := range 4 {
		boss.add("customers", map[string]any{"name": fmt.Sprintf("第%d家", i), "owner": seller.id})
	}
	deadline := time.After(10 * time.Second)
	for told := false; !told; {
		select {
		case line := <-hears:
			told = strings.Contains(line, `"unread":4`)
		case <-deadline:
			t.Fatal("the page on the other server is not told of four notices")
		}
	}
	if got := strings.Count(seller.notices(), "assigned boss 1"); got != 4 {
		t.Errorf("of four records he is told %d times", got)
	}
}

func TestOnlyThoseWhoSeeARecordAreOffered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		for login, name := range map[string]string{"wang1": "王小明", "wang2": "王小明", "chen": "陳大文"} {
			admin.add("users", map[string]any{"name": name, "login": login, "role": "general_manager", "department": departments["north"], "password": "long-password"})
		}
		id := people["seller"].add("customers", map[string]any{"name": "甲公司"})
		offered := func(p *person, q string) string {
			list, _ := p.must(200, "GET", "customers/"+id+"/people?q="+q, nil)["people"].([]any)
			var names []string
			for _, one := range list {
				names = append(names, fmt.Sprint(at(one, "as")))
			}
			if q != "" {
				slices.Sort(names)
			}
			return strings.Join(names, " ")
		}
		for q, want := range map[string]string{"陳": "陳大文", "chendawen": "陳大文", "chen": "陳大文", "王小": "wang1 wang2", "stranger": "", "colleague": "", "manager": "manager"} {
			if got := offered(people["seller"], q); got != want {
				t.Errorf("typing %q he is offered %q, want %q", q, got, want)
			}
		}
		if got := offered(people["manager"], ""); !strings.HasPrefix(got, "seller") || strings.Contains(got, "stranger") || strings.Contains(got, "colleague") {
			t.Errorf("with nothing typed he is offered %q", got)
		}
		people["stranger"].must(404, "GET", "customers/"+id+"/people?q=man", nil)
		// Two of one name are told apart by their logins.
		people["seller"].must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "@王小明 @wang2 @陳大文好"})
		w.told()
		for login, want := range map[string]int{"wang1": 0, "wang2": 1, "chen": 1} {
			if got := strings.Count(w.signIn(login).notices(), "mentioned"); got != want {
				t.Errorf("%s is told %d times, want %d", login, got, want)
			}
		}
	})
}

// An open page is told when what it shows leaves its reader's sight, by the id alone,
// and nobody else is.
func TestWhatLeavesOnesSightIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller, colleague, stranger, boss := people["seller"], people["colleague"], people["stranger"], people["boss"]
		shared := boss.add("customers", map[string]any{"name": "分享的"})
		boss.must(201, "POST", "customers/"+shared+"/shares", map[string]any{"user": seller.id})
		mine := seller.add("customers", map[string]any{"name": "我的"})
		contact := boss.add("contacts", map[string]any{"name": "窗口", "customer": mine})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		hears, other, all := seller.heard(ctx), stranger.heard(ctx), boss.heard(ctx)
		time.Sleep(100 * time.Millisecond)
		awaits := func(want string) {
			t.Helper()
			for deadline := time.After(5 * time.Second); ; {
				select {
				case line := <-hears:
					if strings.Contains(line, "name") || strings.Contains(line, "owner") || strings.Contains(line, "was") {
						t.Errorf("more than the id is told: %s", line)
					}
					if line == want {
						return
					}
				case <-deadline:
					t.Fatalf("he does not hear %s", want)
				}
			}
		}
		// The contact is seen through the customer alone.
		boss.must(200, "PATCH", "contacts/"+contact, map[string]any{"customer": shared})
		boss.must(204, "DELETE", "customers/"+shared+"/shares/u"+seller.id, nil)
		awaits(`data: {"object":"customer","id":"` + shared + `"}`)
		// A share ends by its date too, though nobody writes anything.
		if err := w.app.Notices.Remind(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		until := time.Now().Add(time.Minute)
		lent := boss.add("customers", map[string]any{"name": "借看的"})
		boss.must(201, "POST", "customers/"+lent+"/shares", map[string]any{"user": seller.id, "until": until.UTC().Format(time.RFC3339)})
		if _, err := w.app.DB.Exec(ctx, "UPDATE share SET until = ? WHERE record_id = ?", time.Now().UnixMicro(), mustID(t, lent)); err != nil {
			t.Fatal(err)
		}
		if err := w.app.Notices.Remind(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		awaits(`data: {"object":"customer","id":"` + lent + `"}`)
		admin.must(200, "PATCH", "customers/"+mine, map[string]any{"owner": colleague.id})
		awaits(`data: {"object":"customer","id":"` + mine + `"}`)
		boss.must(200, "PATCH", "contacts/"+contact, map[string]any{"customer": mine})
		stop()
		for line := range other {
			if strings.Contains(line, mine) || strings.Contains(line, shared) || strings.Contains(line, contact) {
				t.Errorf("a stranger is told %s", line)
			}
		}
		for line := range all {
			if strings.Contains(line, "event: gone") {
				t.Error("who sees all is told that something is gone")
			}
		}
	})
}

// Whose rights change is told to read anew what his pages show.
func TestPagesOfWhoseRightsChangeReadAnew(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, people, _ := w.company()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	hears := people["boss"].heard(ctx)
	time.Sleep(100 * time.Millisecond)
	admin.must(200, "PATCH", "users/"+people["boss"].id, map[string]any{"role": "salesperson"})
	for deadline := time.After(5 * time.Second); ; {
		select {
		case line := <-hears:
			if line == "event: reload" {
				return
			}
		case <-deadline:
			t.Fatal("he is not told")
		}
	}
}

// mustID reads an id.
func mustID(t *testing.T, text string) int64 {
	t.Helper()
	id, ok := schema.ParseID(text)
	if !ok {
		t.Fatalf("%q is no id", text)
	}
	return id
}
