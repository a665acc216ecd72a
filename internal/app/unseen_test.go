package app

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/identity"
)

// clerk is somebody who may do everything with every record, but for whom some fields are hidden.
func (w *world) clerk(admin *person, hidden map[string]map[string]string) *person {
	w.t.Helper()
	all := map[string]string{"view": "all", "create": "all", "edit": "all", "import": "all", "export": "all", "assign": "all"}
	role := admin.add("roles", map[string]any{"name": "代打", "rights": map[string]any{"*": all}, "field_access": hidden})
	admin.add("users", map[string]any{"name": "clerk", "login": "clerk", "role": role, "password": "long-password"})
	return w.signIn("clerk")
}

// A record that comes to be while the one it is seen through is given away belongs to whom that
// belongs to afterwards.
func TestChildMadeWhileItsParentIsGivenAwayFollowsIt(t *testing.T) {
	w := newWorld(t, dbtest.Postgres(t))
	admin, people, _ := w.company()
	owners := []string{people["seller"].id, people["stranger"].id}
	customer := admin.add("customers", map[string]any{"name": "甲公司", "owner": owners[0]})
	var create []map[string]any
	for i := range 20 {
		create = append(create, map[string]any{"name": fmt.Sprint("窗口", i), "customer": customer})
	}
	for round := range 8 {
		var group sync.WaitGroup
		group.Go(func() { admin.call("POST", "contacts/batch", map[string]any{"create": create, "atomic": true}) })
		group.Go(func() {
			time.Sleep(time.Duration(round) * 3 * time.Millisecond)
			admin.call("PATCH", "customers/"+customer, map[string]any{"owner": owners[(round+1)%2]})
		})
		group.Wait()
	}
	lost, err := w.app.DB.Query(t.Context(), "SELECT count(*) FROM r_contact c JOIN r_customer k ON k.id = c.customer_id WHERE c.customer_owner_id IS DISTINCT FROM k.owner_id")
	if err != nil || fmt.Sprint(lost) != "[[0]]" {
		t.Errorf("%v contacts belong to who lost their customer; %v", lost, err)
	}
}

// What is begun through a token is done within its scopes, also when it is done later.
func TestJobsKeepWithinTheScopesOfTheirToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		boss, seller := people["boss"], people["seller"]
		script := &person{w: w}
		bearer := func(p *person, name string, scopes ...string) []string {
			made := p.must(201, "POST", "tokens", map[string]any{"name": name, "scopes": scopes})
			return []string{"Authorization", "Bearer " + fmt.Sprint(made["secret"])}
		}
		// An import that gives records away is no import any more.
		id := boss.add("customers", map[string]any{"name": "甲公司"})
		_, made := boss.upload("customer", "list.csv", []byte("名稱,負責人\n甲公司,seller\n"))
		job := fmt.Sprint(made["id"])
		boss.must(200, "PATCH", "imports/"+job, map[string]any{"duplicates": map[string]any{"keys": []string{"name"}, "rule": "update"}})
		imports := bearer(boss, "匯入程式", "import")
		if status, answer := script.call("POST", "imports/"+job+"/actions/run", nil, imports...); status == 202 {
			boss.awaited(job, "done", func(map[string]any) {})
		} else if status != 403 {
			t.Errorf("the run is answered %d %v", status, answer)
		}
		if owner := at(boss.must(200, "GET", "customers/"+id, nil), "owner", "label"); owner != "boss" {
			t.Errorf("a token that may import gave a customer to %v", owner)
		}
		// Nor does one who administers by a token without that scope add choices.
		_, made = admin.upload("customer", "choices.csv", []byte("名稱,等級\n乙公司,鑽石\n"))
		job = fmt.Sprint(made["id"])
		if status, answer := script.call("PATCH", "imports/"+job, map[string]any{"unknown_options": "create"}, bearer(admin, "a", "import")...); status != 422 {
			t.Errorf("choices by a token that only imports: %d %v", status, answer)
		}
		// What was done to users in person is not taken back by one that only writes.
		change := admin.begin("users/actions/edit", map[string]any{"ids": []string{seller.id}, "input": map[string]any{"fields": map[string]any{"position": "主任"}}})
		if ended := admin.ended(change); ended["state"] != "done" {
			t.Fatalf("the change of users is %v", ended)
		}
		if status, answer := script.call("POST", "jobs/"+change+"/actions/undo", nil, bearer(admin, "b", "write")...); status != 403 {
			t.Errorf("the undo of a change of users by a token that only writes is answered %d %v", status, answer)
		}
	})
}

// Whoever shows a password that is changed before his session begins has none.
func TestSignInUnderWayEndsWithTheOldPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		seller := people["seller"]
		shown, err := w.app.Identity.SignIn(t.Context(), "seller", "long-password", "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		seller.must(200, "PATCH", "me", map[string]any{"old_password": "long-password", "password": "another-password"})
		if _, err := w.app.Identity.Open(t.Context(), shown, "", ""); err != identity.ErrPassword { //nolint:errorlint // the error itself
			t.Errorf("the old password opens a session: %v", err)
		}
		if list := list(seller.must(200, "GET", "sessions", nil)["sessions"]); len(list) != 1 {
			t.Errorf("%d sessions are left", len(list))
		}
	})
}

// Whoever takes an import back is told of what was done since as far as he may see it.
func TestUndoOfAnImportTellsNothingUnseen(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, people, _ := w.company()
	seller, stranger, boss := people["seller"], people["stranger"], people["boss"]
	_, made := seller.upload("customer", "list.csv", []byte("名稱\n甲公司\n"))
	job := fmt.Sprint(made["id"])
	seller.finished(job, "run", "done")
	id := w.must(seller.must(200, "GET", "customers", nil))
	boss.must(200, "PATCH", "customers/"+id, map[string]any{"owner": stranger.id})
	stranger.must(200, "PATCH", "customers/"+id, map[string]any{"name": "祕密的新名字"})
	undone := seller.finished(job, "undo", "undone")
	if text := fmt.Sprint(undone); strings.Contains(text, "祕密") || len(list(undone["changed_since"])) != 1 {
		t.Errorf("the undo tells %s", text)
	}
}

// A document shows of a quote what its reader may read.
func TestPrintedQuoteLeavesOutWhatIsHidden(t *testing.T) {
	w := newWorld(t, "")
	admin := w.setUp()
	customer := admin.add("customers", map[string]any{"name": "大成機械"})
	contact := admin.add("contacts", map[string]any{"name": "林祕書", "customer": customer})
	quote := admin.add("quotes", map[string]any{"customer": customer, "contact": contact, "subject": "不公開的主旨", "items": []map[string]any{{"description": "螺栓", "price": "4"}}})
	clerk := w.clerk(admin, map[string]map[string]string{"quote": {"subject": "hidden", "contact": "hidden"}})
	if text := admin.pdf("quotes/" + quote + "/print"); !strings.Contains(text, "不公開的主旨") || !strings.Contains(text, "林祕書") {
		t.Fatalf("the document lacks what it is to hide:\n%s", text)
	}
	if text := clerk.pdf("quotes/" + quote + "/print"); strings.Contains(text, "不公開的主旨") || strings.Contains(text, "林祕書") || !strings.Contains(text, "螺栓") {
		t.Errorf("what is hidden is printed:\n%s", text)
	}
}

// Whether a record holds what somebody guesses in a hidden field is not told by what it is like.
func TestLikenessTellsNothingOfHiddenFields(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	admin.add("customers", map[string]any{"name": "大成機械", "english_name": "Tacheng Machinery", "phones": []string{"02-2345-6789"}})
	lead := admin.add("leads", map[string]any{"name": "王小明", "company": "別家", "phones": []string{"02-2345-6789"}})
	clerk := w.clerk(admin, map[string]map[string]string{"customer": {"phones": "hidden", "english_name": "hidden"}})
	for path, text := range map[string]string{"customers/duplicates?name=Tacheng+Machinery": "by a name that is hidden", "leads/" + lead + "/actions/convert": "by a hidden phone"} {
		if got := fmt.Sprint(clerk.must(200, "GET", path, nil)); strings.Contains(got, "大成機械") {
			t.Errorf("%s it is told %s", text, got)
		}
	}
	if got := fmt.Sprint(clerk.must(200, "GET", "customers/duplicates?name=大成機械", nil)); !strings.Contains(got, "大成機械") {
		t.Errorf("by the name he reads he is told %s", got)
	}
}

// What became of a lead is told to who may read it, and it becomes nothing of a customer one does
// not see.
func TestConvertedLeadTellsAndReachesNothingUnseen(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, people, _ := w.company()
	seller, boss := people["seller"], people["boss"]
	lead := admin.add("leads", map[string]any{"name": "王小明", "company": "祕密客戶"})
	admin.must(200, "POST", "leads/"+lead+"/actions/convert", map[string]any{"deal": "none"})
	clerk := w.clerk(admin, map[string]map[string]string{"lead": {"customer": "hidden"}})
	if status, answer := clerk.call("GET", "leads/"+lead+"/actions/convert", nil); status != 409 || strings.Contains(fmt.Sprint(answer), "祕密客戶") {
		t.Errorf("what became of it is told: %d %v", status, answer)
	}
	customer := boss.add("customers", map[string]any{"name": "大成機械"})
	contact := boss.add("contacts", map[string]any{"name": "林祕書", "customer": customer})
	boss.must(201, "POST", "contacts/"+contact+"/shares", map[string]any{"user": seller.id})
	mine := seller.add("leads", map[string]any{"name": "林祕書", "company": "大成"})
	seller.must(201, "POST", "leads/"+mine+"/comments", map[string]any{"text": "我的筆記"})
	if status, answer := seller.call("POST", "leads/"+mine+"/actions/convert", map[string]any{"contact": contact, "fill": false, "deal": "none"}); status != 422 || refusal(answer) != "contact:contact_unseen" {
		t.Errorf("it was converted onto a customer he does not see: %d %v", status, answer)
	}
	if text := fmt.Sprint(boss.must(200, "GET", "customers/"+customer+"/comments", nil)); strings.Contains(text, "我的筆記") {
		t.Errorf("his comment stands there: %s", text)
	}
}

// A mail the server took is not sent again when the connection breaks behind it.
func TestMailThatWasTakenIsSentOnce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	box := newPostbox(w)
	box.hangsUp = true
	admin.must(200, "PATCH", "mail-server", box.settings())
	admin.mailed("lin", nil)
	if w.awaitedMail(box) == nil {
		t.Fatal("no invitation comes")
	}
	if again := w.posted(box); len(again) != 0 {
		t.Errorf("it comes again: %+v", again)
	}
}

// Numbers without gaps have none where a row among others is refused.
func TestGaplessNumbersLeaveNoneOutWhereARowIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		customer := admin.add("customers", map[string]any{"name": "甲"})
		quote := func(quantity string) map[string]any {
			return map[string]any{"customer": customer, "items": []map[string]any{{"description": "螺栓", "price": "4", "quantity": quantity}}}
		}
		for _, create := range [][]map[string]any{{quote("1"), quote("0"), quote("1")}, {quote("0"), quote("1")}} {
			admin.call("POST", "quotes/batch", map[string]any{"create": create})
		}
		records := list(admin.must(200, "GET", "quotes?sort=number&fields=number", nil)["records"])
		for i, r := range records {
			if number := fmt.Sprint(at(r, "number")); !strings.HasSuffix(number, fmt.Sprintf("-%05d", i+1)) {
				t.Errorf("the number of quote %d is %s", i+1, number)
			}
		}
		if len(records) != 3 {
			t.Errorf("there are %d quotes", len(records))
		}
	})
}

// Reminders, the morning's mail and whom a text may name tell nothing of hidden fields.
func TestRemindersTellNothingHidden(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	clerk := w.clerk(admin, map[string]map[string]string{"task": {"due_at": "hidden", "done": "hidden"}, "user": {"login": "hidden"}})
	now := time.Now()
	admin.add("tasks", map[string]any{"subject": "打電話", "owner": clerk.id, "remind_at": now.Add(-2 * time.Minute).UTC().Format(time.RFC3339), "due_at": now.Add(3 * time.Hour).UTC().Format(time.RFC3339)})
	if err := w.app.Notices.Remind(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	clerk.notices()
	for _, n := range list(clerk.must(200, "GET", "notices", nil)["notices"]) {
		if at(n, "kind") == "reminder" && at(n, "due_at") != nil {
			t.Errorf("the reminder tells %v", n)
		}
	}
	box := newPostbox(w)
	admin.must(200, "PATCH", "mail-server", box.settings())
	admin.must(200, "PATCH", "users/"+clerk.id, map[string]any{"mails": []string{"clerk@company.example"}})
	clerk.must(200, "PATCH", "notices/choices", map[string]any{"digest_hour": now.In(time.FixedZone("Asia/Taipei", 8*3600)).Hour(), "digest_weekends": true})
	if err := w.app.Notices.Digest(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if mails := w.posted(box); len(mails) != 1 || strings.Contains(mails[0].text, "打電話 (") {
		t.Errorf("the morning's mail is %+v", mails)
	}
	customer := admin.add("customers", map[string]any{"name": "甲"})
	if people := clerk.must(200, "GET", "customers/"+customer+"/people?q=admin", nil); strings.Contains(fmt.Sprint(people), "login:admin") {
		t.Errorf("a login that is hidden is told: %v", people)
	}
}

// A page whose reader has no right to an object is not told that records of it went; one that had
// is told, whatever else was written a moment before.
func TestPagesAreToldOfWhatTheySaw(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, people, _ := w.company()
	boss, seller, stranger := people["boss"], people["seller"], people["stranger"]
	role := admin.add("roles", map[string]any{"name": "只看客戶", "rights": map[string]any{"customer": map[string]string{"view": "all"}}})
	admin.add("users", map[string]any{"name": "reader", "login": "reader", "role": role, "password": "long-password"})
	reader := w.signIn("reader")
	one, other := boss.add("customers", map[string]any{"name": "甲"}), boss.add("customers", map[string]any{"name": "乙"})
	quote := boss.add("quotes", map[string]any{"customer": one, "items": []map[string]any{{"description": "螺栓", "price": "4"}}})
	mine := seller.add("customers", map[string]any{"name": "我的"})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	hears, reads := seller.heard(ctx), reader.heard(ctx)
	time.Sleep(100 * time.Millisecond)
	boss.must(200, "PATCH", "quotes/"+quote, map[string]any{"customer": other})
	boss.must(200, "POST", "customers/batch", map[string]any{"update": []map[string]any{{"id": mine, "note": "x"}}, "atomic": true})
	boss.must(200, "PATCH", "customers/"+mine, map[string]any{"owner": stranger.id})
	deadline, gone := time.After(5*time.Second), false
	for !gone {
		select {
		case line := <-hears:
			gone = line == `data: {"object":"customer","id":"`+mine+`"}`
		case <-deadline:
			t.Fatal("who saw it is not told that it is gone")
		}
	}
	boss.must(200, "PATCH", "customers/"+one, map[string]any{"note": "zuletzt"})
	time.Sleep(600 * time.Millisecond)
	stop()
	for line := range reads {
		if strings.Contains(line, quote) {
			t.Errorf("who sees no quotes is told %s", line)
		}
	}
}

// Of two who set a target for one month and person at once, one is refused.
func TestTargetIsSetOnceByTwoAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		for month := range 4 {
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					admin.call("POST", "targets", map[string]any{"month": fmt.Sprintf("2027-0%d-01", month+1), "owner": people["seller"].id, "amount": amount("100", "TWD")})
				})
			}
			group.Wait()
		}
		if all := list(admin.must(200, "GET", "targets", nil)["records"]); len(all) != 4 {
			t.Errorf("of four months there are %d targets", len(all))
		}
	})
}

// Texts that PostgreSQL cannot hold are answered like any other name that nothing bears.
func TestNamesNoDatabaseHoldsAreAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for _, path := range []string{"views?object=%00", "views?object=%ff", "favorites"} {
			admin.must(200, "GET", path, nil)
		}
		for _, name := range []string{"%00", "%ff"} {
			if status, answer := admin.call("DELETE", "favorites/"+name+"/1", nil); status >= 500 {
				t.Errorf("a star of %s is answered %d %v", name, status, answer)
			}
			if status, answer := admin.call("POST", "objects/customer/fields/"+name+"/actions/restore", nil); status != 404 {
				t.Errorf("a field %s is answered %d %v", name, status, answer)
			}
		}
		w.work()
		body := "--x\r\nContent-Disposition: form-data; name=\"object\"\r\n\r\ncustomer\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%00b.csv\r\n\r\n名稱\n甲公司\n\r\n--x--\r\n"
		status, made := admin.call("POST", "imports", body, "Content-Type", "multipart/form-data; boundary=x")
		if status != 201 {
			t.Fatalf("the file is answered %d %v", status, made)
		}
		admin.finished(fmt.Sprint(made["id"]), "run", "done")
	})
}

// An import finds what it refers to by the names its person may read.
func TestImportRefersByReadableNames(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	admin.add("customers", map[string]any{"name": "甲公司"})
	clerk := w.clerk(admin, map[string]map[string]string{"customer": {"number": "hidden"}})
	_, made := clerk.upload("contact", "people.csv", []byte("姓名,客戶\n王小明,甲公司\n李四,沒有這家\n"))
	done := clerk.finished(fmt.Sprint(made["id"]), "run", "done")
	if text := fmt.Sprint(done["problems"]); strings.Contains(text, "unavailable") || strings.Contains(text, "[]") && done["created"] != float64(2) {
		t.Errorf("the import says %s of %v", text, done)
	}
}

// Comments that go along with a lead name whom they named.
func TestCarriedCommentsKeepTheirMentions(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, _, _ := w.company()
	lead := admin.add("leads", map[string]any{"name": "王小明", "company": "大成"})
	admin.must(201, "POST", "leads/"+lead+"/comments", map[string]any{"text": "請 @seller 跟進"})
	next := admin.must(200, "POST", "leads/"+lead+"/actions/convert", map[string]any{"deal": "none"})
	comments := list(admin.must(200, "GET", "customers/"+fmt.Sprint(at(next, "next", "id"))+"/comments", nil)["entries"])
	if len(comments) != 1 || len(list(at(comments[0], "mentions"))) != 1 {
		t.Errorf("the comment that went along is %v", comments)
	}
}
