package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"ecrm/internal/dbtest"
)

// mailed makes a user with a mail address and no password yet.
func (p *person) mailed(login string, more map[string]any) string {
	p.w.t.Helper()
	body := map[string]any{"name": login, "login": login, "mails": []string{login + "@company.example"}, "invite": "mail"}
	for name, value := range more {
		body[name] = value
	}
	return p.add("users", body)
}

func TestMailServerIsSetTriedAndKeepsItsPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		box := newPostbox(w)
		admin := w.setUp()
		try := func() map[string]any {
			return admin.must(200, "POST", "mail-server/actions/test", map[string]any{"to": "boss@company.example"})
		}
		if got := try(); got["code"] != "mail_no_server" {
			t.Errorf("without a server: %v", got)
		}
		for name, bad := range map[string]any{"host": "a b", "port": 70000, "security": "x", "sender_address": "a@b.example, c@d.example", "site": "javascript:alert(1)", "sender_name": "甲\r\nBcc: x@y.example", "invite_days": 0} {
			body := box.settings()
			body[name] = bad
			if status, answer := admin.call("PATCH", "mail-server", body); status != 422 || fmt.Sprint(at(answer, "fields", 0, "field")) != name {
				t.Errorf("%s %v answered %d %v", name, bad, status, answer)
			}
		}
		clear := box.settings()
		clear["security"], clear["host"] = "none", "smtp.company.example"
		if status, answer := admin.call("PATCH", "mail-server", clear); status != 422 {
			t.Errorf("a password in clear answered %d %v", status, answer)
		}
		shown := admin.must(200, "PATCH", "mail-server", box.settings())
		if text := fmt.Sprint(shown, admin.must(200, "GET", "mail-server", nil)); strings.Contains(text, smtpPassword) || shown["has_password"] != true {
			t.Errorf("the password is shown: %s", text)
		}
		rows, err := w.app.DB.Query(t.Context(), "SELECT settings FROM mail_server")
		if err != nil || len(rows) != 1 || strings.Contains(fmt.Sprint(rows), smtpPassword) {
			t.Errorf("the database holds %v, %v", rows, err)
		}
		if got := try(); got["ok"] != true {
			t.Errorf("a good server: %v", got)
		}
		mails := box.taken()
		if len(mails) != 1 || mails[0].subject != "ECRM 測試信" || mails[0].from != "crm@company.example" || mails[0].header.Get("Auto-Submitted") != "auto-generated" || !strings.Contains(mails[0].html, "管理員") {
			t.Errorf("it got %+v", mails)
		}
		// Sent elsewhere the password would be somebody else's: it must be entered again.
		if status, answer := admin.call("PATCH", "mail-server", map[string]any{"host": "evil.example"}); status != 422 || at(answer, "fields", 0, "field") != "password" {
			t.Errorf("another host with the old password answered %d %v", status, answer)
		}
		for code, change := range map[string]map[string]any{
			"mail_sign_in": {"password": "wrong"}, "mail_no_connection": {"port": 1, "password": smtpPassword}, "mail_not_tls": {"security": "tls", "password": smtpPassword},
		} {
			body := box.settings()
			for name, value := range change {
				body[name] = value
			}
			admin.must(200, "PATCH", "mail-server", body)
			if got := try(); got["code"] != code || got["message"] == code || strings.Contains(fmt.Sprint(got), smtpPassword) {
				t.Errorf("want %s: %v", code, got)
			}
		}
		admin.must(200, "PATCH", "mail-server", map[string]any{"host": ""})
		if got := admin.must(200, "GET", "setup", nil); got["mail"] != false {
			t.Errorf("without a server: %v", got)
		}
	})
}

func TestInvitedChoosesHisPasswordOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		box := newPostbox(w)
		admin := w.setUp()
		if status, _ := admin.call("POST", "users", map[string]any{"name": "x", "login": "x", "invite": "mail"}); status != 422 {
			t.Errorf("invited without a server: %d", status)
		}
		admin.must(200, "PATCH", "mail-server", box.settings())
		for name, body := range map[string]map[string]any{
			"without an address": {"name": "x", "login": "x", "invite": "mail"}, "and a password": {"name": "x", "login": "x", "invite": "mail", "password": "long-password"}, "otherwise": {"name": "x", "login": "x", "invite": "fax"},
		} {
			if status, _ := admin.call("POST", "users", body); status != 422 {
				t.Errorf("invited %s: %d", name, status)
			}
		}
		if got := admin.names("users?q=x"); got != "" {
			t.Errorf("refused, he was made: %q", got)
		}
		id := admin.mailed("anna", map[string]any{"name": "安娜\nBcc: evil@x.example", "language": "zh-CN"})
		mails := w.posted(box)
		if len(mails) != 1 || len(mails[0].to) != 1 || mails[0].to[0] != "anna@company.example" || mails[0].header.Get("Bcc") != "" {
			t.Fatalf("the invitations are %+v", mails)
		}
		if mails[0].subject != "测试公司 邀请您使用 ECRM" && mails[0].subject != "測試公司 邀请您使用 ECRM" {
			t.Errorf("in his language it is called %q", mails[0].subject)
		}
		first := mails[0].token()
		rows, err := w.app.DB.Query(t.Context(), "SELECT hash FROM password_link")
		if err != nil || len(rows) != 1 || rows[0][0] == first {
			t.Errorf("the database holds %v, %v", rows, err)
		}
		guest := &person{w: w}
		if got := guest.must(200, "POST", "password/actions/look", map[string]any{"token": first}); got["login"] != "anna" || got["purpose"] != "invitation" {
			t.Errorf("whose link: %v", got)
		}
		// Invited again: either link works, once; used, neither does.
		if got := admin.must(200, "POST", "users/actions/invite", map[string]any{"by": "mail", "ids": []string{id}}); fmt.Sprint(got["mailed"]) != "1" {
			t.Errorf("invited again: %v", got)
		}
		second := w.posted(box)[0].token()
		guest.must(422, "POST", "password/actions/choose", map[string]any{"token": second, "password": "short"})
		guest.must(200, "POST", "password/actions/choose", map[string]any{"token": second, "password": "chosen-password"})
		if got := at(guest.must(200, "GET", "me", nil), "user", "login"); got != "anna" {
			t.Errorf("signed in as %v", got)
		}
		for _, token := range []string{first, second, strings.ToLower(second), second + "A", ""} {
			(&person{w: w}).must(404, "POST", "password/actions/choose", map[string]any{"token": token, "password": "another-password"})
		}
		if got := admin.must(200, "POST", "users/actions/invite", map[string]any{"by": "mail", "ids": []string{id}}); fmt.Sprint(got["mailed"]) != "0" {
			t.Errorf("who has a password is invited: %v", got)
		}
		// A link that ended, and one of somebody who was switched off.
		late := admin.mailed("late", nil)
		token := w.posted(box)[0].token()
		admin.must(200, "PATCH", "users/"+late, map[string]any{"active": false})
		admin.must(200, "PATCH", "users/"+late, map[string]any{"active": true})
		(&person{w: w}).must(404, "POST", "password/actions/look", map[string]any{"token": token})
		admin.must(200, "POST", "users/actions/invite", map[string]any{"by": "mail", "ids": []string{late}})
		token = w.posted(box)[0].token()
		if _, err := w.app.DB.Exec(t.Context(), "UPDATE password_link SET until = ?", time.Now().Add(-time.Second).UnixMicro()); err != nil {
			t.Fatal(err)
		}
		(&person{w: w}).must(404, "POST", "password/actions/look", map[string]any{"token": token})
		// Guessing is slowed down.
		status := 0
		for range 15 {
			status, _ = (&person{w: w}).call("POST", "password/actions/look", map[string]any{"token": "guess"})
		}
		if status != 429 {
			t.Errorf("after many guesses it answers %d", status)
		}
	})
}

func TestForgottenPasswordTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		box := newPostbox(w)
		admin := w.setUp()
		admin.must(200, "PATCH", "mail-server", box.settings())
		id := admin.add("users", map[string]any{"name": "小明", "login": "ming", "mails": []string{"ming@company.example"}, "password": "long-password"})
		admin.add("users", map[string]any{"name": "沒信箱", "login": "nomail", "password": "long-password"})
		ming := w.signIn("ming")
		asks := func(login string) string {
			status, answer := (&person{w: w}).call("POST", "password/actions/forget", map[string]any{"login": login})
			return fmt.Sprint(status, answer)
		}
		known := asks("ming")
		m := w.awaitedMail(box)
		if m == nil || m.to[0] != "ming@company.example" {
			t.Fatalf("he got %+v", m)
		}
		for _, login := range []string{"nobody", "nomail", "", "x' OR 1=1", strings.Repeat("長", 300)} {
			if got := asks(login); got != known {
				t.Errorf("%.20q is answered %s, a known one %s", login, got, known)
			}
		}
		time.Sleep(50 * time.Millisecond)
		if mails := w.posted(box); len(mails) != 0 {
			t.Errorf("others got %+v", mails)
		}
		if got := asks("ming@company.example"); got != known {
			t.Errorf("by his address it is answered %s", got)
		}
		again := w.awaitedMail(box)
		if again == nil {
			t.Fatal("by his address he got nothing")
		}
		guest := &person{w: w}
		guest.must(200, "POST", "password/actions/choose", map[string]any{"token": m.token(), "password": "brand-new-password"})
		if mails := w.posted(box); len(mails) != 1 || mails[0].subject != "您的 ECRM 密碼已變更" || strings.Contains(mails[0].text, "password#") {
			t.Errorf("of the change he is mailed %+v", mails)
		}
		if status, _ := ming.call("GET", "me", nil); status != 401 {
			t.Errorf("his old session answered %d", status)
		}
		if status, _ := (&person{w: w}).call("POST", "session", map[string]any{"login": "ming", "password": "long-password"}); status != 401 {
			t.Errorf("his old password answered %d", status)
		}
		(&person{w: w}).must(404, "POST", "password/actions/choose", map[string]any{"token": again.token(), "password": "brand-new-password"})
		if text := fmt.Sprint(admin.must(200, "GET", "users/"+id+"/history", nil)); !strings.Contains(text, "password_chosen") {
			t.Errorf("his history does not tell: %s", text)
		}
		for range 5 {
			asks("nobody")
		}
		if got := asks("ming"); !strings.HasPrefix(got, "429") {
			t.Errorf("asked often it answers %s", got)
		}
	})
}

func TestMailThatFailsIsToldAndTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		box := newPostbox(w)
		admin := w.setUp()
		admin.must(200, "PATCH", "mail-server", box.settings())
		box.refuse = func(to string) error {
			if strings.HasPrefix(to, "busy") {
				return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "try again later"}
			}
			if strings.HasPrefix(to, "gone") {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user here"}
			}
			return nil
		}
		for _, login := range []string{"busy", "gone", "fine"} {
			admin.mailed(login, nil)
		}
		if mails := w.posted(box); len(mails) != 1 || mails[0].to[0] != "fine@company.example" {
			t.Errorf("it got %+v", mails)
		}
		state := func() string {
			list, _ := admin.must(200, "GET", "mails", nil)["mails"].([]any)
			var lines []string
			for _, m := range list {
				lines = append(lines, fmt.Sprint(at(m, "user", "name"), " ", at(m, "state"), " ", at(m, "attempts")))
			}
			return strings.Join(lines, "; ")
		}
		if got, want := state(), "fine sent 0; gone failed 1; busy queued 1"; got != want {
			t.Errorf("the mails are %q, want %q", got, want)
		}
		failed := admin.must(200, "GET", "mails?state=failed", nil)
		if text := fmt.Sprint(failed); !strings.Contains(text, "no such user here") || !strings.Contains(text, "不接受收件地址") || size(failed["mails"]) != 1 {
			t.Errorf("why it failed is told as %s", text)
		}
		box.mu.Lock()
		box.refuse = nil
		box.mu.Unlock()
		id := fmt.Sprint(at(failed, "mails", 0, "id"))
		admin.must(204, "POST", "mails/"+id+"/actions/retry", nil)
		if mails := w.posted(box); len(mails) != 2 {
			t.Errorf("tried again it got %+v", mails)
		}
		if got, want := state(), "fine sent 0; gone sent 0; busy sent 1"; got != want {
			t.Errorf("the mails are %q, want %q", got, want)
		}
		admin.must(409, "POST", "mails/"+id+"/actions/retry", nil)
		admin.must(404, "POST", "mails/1/actions/retry", nil)
		admin.must(422, "GET", "mails?state=x", nil)
	})
}

func TestNoticesRemindersAndDigestAreMailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		box := newPostbox(w)
		admin, people, _ := w.company()
		admin.must(200, "PATCH", "mail-server", box.settings())
		seller, boss := people["seller"], people["boss"]
		admin.must(200, "PATCH", "users/"+seller.id, map[string]any{"mails": []string{"seller@company.example"}, "time_zone": "Asia/Taipei"})
		id := boss.add("customers", map[string]any{"name": "<b>甲</b>公司", "owner": seller.id})
		mails := w.posted(box)
		if len(mails) != 1 || mails[0].subject != "boss 將客戶指派給您：<b>甲</b>公司" || !strings.Contains(mails[0].text, "https://crm.company.example/o/customers/"+id) ||
			strings.Contains(mails[0].html, "<b>甲") || !strings.Contains(mails[0].html, "&lt;b&gt;甲") {
			t.Errorf("of what was given to him he is mailed %+v", mails)
		}
		if mails := w.posted(box); len(mails) != 0 {
			t.Errorf("and again %+v", mails)
		}
		// Read before it is sent, or out of sight by then, it is not sent.
		boss.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "@seller 請看"})
		w.told()
		seller.must(200, "POST", "notices/actions/read", map[string]any{"through": fmt.Sprint(at(seller.must(200, "GET", "notices", nil), "notices", 0, "id"))})
		other := boss.add("customers", map[string]any{"name": "祕密公司", "owner": seller.id})
		w.told()
		boss.must(200, "PATCH", "customers/"+other, map[string]any{"owner": boss.id})
		if mails := w.posted(box); len(mails) != 0 {
			t.Errorf("read or out of sight, he is mailed %+v", mails)
		}

		// A reminder is told once, however often one looks, and not of what is done.
		now := time.Now()
		before := now.Add(-2 * time.Minute).UTC().Format(time.RFC3339)
		later := now.In(time.FixedZone("Asia/Taipei", 8*3600)).Format("2006-01-02") + "T23:59:00+08:00"
		seller.add("tasks", map[string]any{"subject": "打電話", "customer": id, "remind_at": before, "due_at": later})
		seller.add("tasks", map[string]any{"subject": "做完了", "remind_at": before, "done": true})
		seller.add("tasks", map[string]any{"subject": "還沒到", "remind_at": now.Add(time.Hour).UTC().Format(time.RFC3339)})
		seller.add("tasks", map[string]any{"subject": "很久以前", "due_at": now.Add(-72 * time.Hour).UTC().Format(time.RFC3339), "remind_at": now.Add(-time.Hour).UTC().Format(time.RFC3339)})
		for range 2 {
			if err := w.app.Notices.Remind(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		if got := seller.notices(); strings.Count(got, "reminder") != 1 || !strings.HasPrefix(got, "reminder <nil> 1 打電話") {
			t.Errorf("reminded of %q", got)
		}

		// The digest comes once a day at its hour, and says what the day brings.
		hour := now.In(time.FixedZone("Asia/Taipei", 8*3600)).Hour()
		seller.must(200, "PATCH", "notices/choices", map[string]any{"digest_hour": hour, "digest_weekends": true, "kinds": map[string]any{"commented": map[string]any{"app": true, "mail": "digest"}}})
		boss.must(201, "POST", "customers/"+id+"/comments", map[string]any{"text": "祕密的內容"})
		w.posted(box)
		for range 2 {
			if err := w.app.Notices.Digest(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		mails = w.posted(box)
		if len(mails) != 1 || !strings.HasPrefix(mails[0].subject, "今天的工作（") {
			t.Fatalf("the digests are %+v", mails)
		}
		for _, want := range []string{"今天：待辦事項", "- 打電話 (23:59 <b>甲</b>公司)", "逾期：待辦事項", "- 很久以前", "未讀通知", "boss 在客戶留言"} {
			if !strings.Contains(mails[0].text, want) {
				t.Errorf("the digest lacks %q:\n%s", want, mails[0].text)
			}
		}
		if strings.Contains(mails[0].text, "做完了") || strings.Contains(mails[0].text, "還沒到") {
			t.Errorf("the digest tells too much:\n%s", mails[0].text)
		}
	})
}
