package app

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/policy"
	"ecrm/internal/record"
)

func TestRefusedSetUpLeavesNothingBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		p := &person{w: w}
		holds := func(table string) any {
			rows, err := w.app.DB.Query(context.Background(), "SELECT COUNT(*) FROM "+table)
			if err != nil {
				t.Fatal(err)
			}
			return rows[0][0]
		}
		shipped := holds("audit") // what is there from the first start
		for name, administrator := range map[string]map[string]string{
			"no login": {"name": "管理員", "login": " ", "password": "admin-password"}, "no name": {"name": "", "login": "admin", "password": "admin-password"},
			"short password": {"name": "管理員", "login": "admin", "password": "x"},
		} {
			if status, answer := p.call("POST", "setup", map[string]any{"company": "公司", "administrator": administrator}); status != 422 {
				t.Errorf("%s answered %d %v", name, status, answer)
			}
		}
		for _, table := range []string{"r_department", "r_user", "r_role", "setting", "credential"} {
			if n := holds(table); n != int64(0) {
				t.Errorf("%s holds %v rows after refused set-ups", table, n)
			}
		}
		if n := holds("audit"); n != shipped {
			t.Errorf("the audit holds %v rows after refused set-ups, %v before", n, shipped)
		}
		admin := w.setUp()
		if got := admin.names("departments"); got != "測試公司" {
			t.Errorf("the departments: %q", got)
		}
		p.must(409, "POST", "setup", map[string]any{"company": "公司", "administrator": map[string]string{"name": "二", "login": "two", "password": "admin-password"}})
	})
}

func TestUserAndPasswordAreMadeTogetherOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		registry := w.app.Records.Current.Load()
		if _, err := w.app.Identity.AddUser(context.Background(), policy.System(registry, "test"), record.Input{"name": "短", "login": "short"}, "x", false); err == nil {
			t.Error("a password of one character was taken")
		}
		admin.must(422, "POST", "users", map[string]any{"name": "短", "login": "short", "password": "x"})
		admin.must(409, "POST", "users", map[string]any{"name": "二", "login": "admin", "password": "long-password"})
		rows, err := w.app.DB.Query(context.Background(), "SELECT (SELECT COUNT(*) FROM r_user), (SELECT COUNT(*) FROM credential)")
		if err != nil || rows[0][0] != int64(1) || rows[0][1] != int64(1) {
			t.Errorf("users and passwords: %v, %v", rows, err)
		}
	})
}

// enter signs in with any password.
func (w *world) enter(login, password string) (*person, int) {
	p := &person{w: w}
	status, body := p.call("POST", "session", map[string]string{"login": login, "password": password})
	p.id, _ = body["id"].(string)
	return p, status
}

func TestTemporaryPasswordMustBeChangedFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		made := admin.must(201, "POST", "users", map[string]any{"name": "新人", "login": "new"})
		temporary, _ := made["temporary_password"].(string)
		if len(temporary) < 12 {
			t.Fatalf("no temporary password: %v", made)
		}
		if at(made, "role", "label") != "業務" {
			t.Errorf("a user without a role became %v", made["role"])
		}
		p, _ := w.enter("new", temporary)
		status, answer := p.call("GET", "customers", nil)
		if status != 403 || answer["code"] != "password_change_required" {
			t.Errorf("with a temporary password customers answered %d %v", status, answer)
		}
		for _, c := range []struct{ method, path string }{{"POST", "customers"}, {"GET", "search?q=a"}, {"POST", "tokens"}, {"GET", "users"}, {"GET", "sessions"}} {
			if status, _ := p.call(c.method, c.path, map[string]any{}); status != 403 {
				t.Errorf("with a temporary password %s %s answered %d", c.method, c.path, status)
			}
		}
		me, _ := p.must(200, "GET", "me", nil)["user"].(map[string]any)
		if me["must_change_password"] != true {
			t.Errorf("me: %v", me)
		}
		p.must(422, "PATCH", "me", map[string]any{"old_password": temporary, "password": temporary})
		p.must(422, "PATCH", "me", map[string]any{"old_password": "wrong", "password": "my-own-password"})
		p.must(200, "PATCH", "me", map[string]any{"old_password": temporary, "password": "my-own-password"})
		p.must(200, "GET", "customers", nil)

		// The administrator resets it: sessions end, the history tells it, the
		// password is told to him alone and once.
		id := fmt.Sprint(made["id"])
		p.must(403, "POST", "users/"+id+"/actions/reset-password", nil)
		again, _ := admin.must(200, "POST", "users/"+id+"/actions/reset-password", nil)["temporary_password"].(string)
		if again == temporary || again == "" {
			t.Errorf("the second temporary password: %q", again)
		}
		p.must(401, "GET", "customers", nil)
		if _, status := w.enter("new", "my-own-password"); status != 401 {
			t.Errorf("the old password still signs in: %d", status)
		}
		history := fmt.Sprint(admin.must(200, "GET", "users/"+id+"/history", nil))
		if !strings.Contains(history, "password_reset") || strings.Contains(history, again) {
			t.Errorf("the history: %s", history)
		}
		admin.must(404, "POST", "users/12/actions/reset-password", nil)
	})
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		mine := people["seller"]
		second := w.signIn("seller")
		list, _ := mine.must(200, "GET", "sessions", nil)["sessions"].([]any)
		if len(list) != 2 {
			t.Fatalf("two sign-ins are %d sessions", len(list))
		}
		var other, own string
		for _, raw := range list {
			one, _ := raw.(map[string]any)
			for _, field := range []string{"device", "address", "since", "last_seen", "until"} {
				if one[field] == nil || one[field] == "" {
					t.Errorf("a session without %s: %v", field, one)
				}
			}
			if one["current"] == true {
				own = fmt.Sprint(one["id"])
			} else {
				other = fmt.Sprint(one["id"])
			}
		}
		people["stranger"].must(404, "DELETE", "sessions/"+own, nil)
		people["stranger"].must(403, "GET", "sessions?user="+mine.id, nil)
		people["stranger"].must(403, "GET", "sessions?user=all", nil)
		mine.must(204, "DELETE", "sessions/"+other, nil)
		second.must(401, "GET", "customers", nil)
		mine.must(200, "GET", "customers", nil)
		if list, _ := admin.must(200, "GET", "sessions?user="+mine.id, nil)["sessions"].([]any); len(list) != 1 {
			t.Errorf("the administrator sees %d sessions of the seller", len(list))
		}
		admin.must(204, "DELETE", "sessions/"+own, nil)
		mine.must(401, "GET", "customers", nil)
		admin.must(404, "DELETE", "sessions/"+own, nil)
	})
}

func TestDisabledUserIsOutAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		for name, off := range map[string]func(id string){
			"seller":   func(id string) { admin.must(200, "PATCH", "users/"+id, map[string]any{"active": false}) },
			"stranger": func(id string) { admin.must(204, "DELETE", "users/"+id, nil) },
		} {
			p := people[name]
			token := fmt.Sprint(p.must(201, "POST", "tokens", map[string]any{"name": "script", "scopes": []string{"write"}})["secret"])
			p.must(200, "GET", "customers", nil)
			off(p.id)
			p.must(401, "GET", "customers", nil)
			if _, status := w.enter(name, "long-password"); status != 401 {
				t.Errorf("%s signs in though switched off: %d", name, status)
			}
			if status, _ := (&person{w: w}).call("GET", "customers", nil, "Authorization", "Bearer "+token); status != 401 {
				t.Errorf("the token of %s still works: %d", name, status)
			}
		}
		// Switched on again he signs in anew; what he had open stays closed.
		admin.must(200, "PATCH", "users/"+people["seller"].id, map[string]any{"active": true})
		people["seller"].must(401, "GET", "customers", nil)
		if _, status := w.enter("seller", "long-password"); status != 200 {
			t.Errorf("switched on again, sign-in answers %d", status)
		}
	})
}

func TestLastAdministratorCannotBeRemoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin := w.setUp()
		for name, refused := range map[string]func() (int, map[string]any){
			"demoted": func() (int, map[string]any) {
				return admin.call("PATCH", "users/"+admin.id, map[string]any{"role": "manager"})
			},
			"disabled": func() (int, map[string]any) {
				return admin.call("PATCH", "users/"+admin.id, map[string]any{"active": false})
			},
			"deleted": func() (int, map[string]any) { return admin.call("DELETE", "users/"+admin.id, nil) },
		} {
			if status, answer := refused(); status != 422 || !strings.Contains(fmt.Sprint(answer), "last_administrator") {
				t.Errorf("the last administrator %s: %d %v", name, status, answer)
			}
		}
		// With a second the first may go; a further role counts as well as the main one.
		admin.add("users", map[string]any{"name": "二", "login": "two", "role": "salesperson", "more_roles": []string{}, "password": "long-password"})
		second := w.signIn("two")
		role := w.must(admin.must(200, "GET", `roles?filter=administrator+=+true`, nil))
		admin.must(200, "PATCH", "users/"+second.id, map[string]any{"more_roles": []string{role}})
		admin.must(200, "PATCH", "users/"+admin.id, map[string]any{"role": "manager"})
		if me := second.must(200, "GET", "me", nil); me["admin"] != true {
			t.Errorf("the second is no administrator: %v", me)
		}
		admin.must(403, "PATCH", "users/"+second.id, map[string]any{"name": "x"})
		if status, _ := second.call("PATCH", "users/"+second.id, map[string]any{"more_roles": []string{}}); status != 422 {
			t.Errorf("the last administrator gave up his further role: %d", status)
		}
	})
}
