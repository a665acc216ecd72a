package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

func TestTokenActsForItsOwnerWithinItsScopes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		secret := func(p *person, name string, scopes ...string) []string {
			made := p.must(201, "POST", "tokens", map[string]any{"name": name, "scopes": scopes})
			return []string{"Authorization", "Bearer " + fmt.Sprint(made["secret"])}
		}
		script := &person{w: w}
		read, write := secret(seller, "報表", "read"), secret(seller, "同步程式", "write")
		if status, _ := script.call("GET", "customers", nil, read...); status != 200 {
			t.Errorf("a token that reads: %d", status)
		}
		if status, _ := script.call("POST", "customers", map[string]any{"name": "x"}, read...); status != 403 {
			t.Errorf("a token that reads wrote: %d", status)
		}
		if status, _ := script.call("POST", "customers/aggregate", map[string]any{"measures": []map[string]string{{"fn": "count"}}}, read...); status != 200 {
			t.Errorf("a token that reads may sum: %d", status)
		}
		status, made := script.call("POST", "customers", map[string]any{"name": "同步來的"}, write...)
		if status != 201 {
			t.Fatalf("a token that writes: %d %v", status, made)
		}
		id := fmt.Sprint(made["id"])
		if history := fmt.Sprint(seller.must(200, "GET", "customers/"+id+"/history", nil)); !strings.Contains(history, "token 同步程式") {
			t.Errorf("the history does not name the token: %s", history)
		}
		// Never beyond the owner's rights, whatever its scopes.
		foreign := people["stranger"].add("customers", map[string]any{"name": "別人的"})
		for _, c := range []struct {
			method, path string
			status       int
		}{
			{"GET", "customers/" + foreign, 404}, {"DELETE", "customers/" + id, 403}, {"GET", "tokens", 403}, {"POST", "tokens", 403}, {"GET", "sessions", 403},
			{"PATCH", "me", 403}, {"POST", "users", 403}, {"POST", "users/" + admin.id + "/actions/reset-password", 403}, {"POST", "roles", 403},
		} {
			if status, answer := script.call(c.method, c.path, map[string]any{"name": "x", "scopes": []string{"read"}}, write...); status != c.status {
				t.Errorf("with the seller's token %s %s answered %d %v", c.method, c.path, status, answer)
			}
		}
		// An administrator's token administers only with that scope.
		if status, _ := script.call("POST", "departments", map[string]any{"name": "x"}, secret(admin, "a", "write")...); status != 403 {
			t.Errorf("a token without the scope admin made a department: %d", status)
		}
		if status, _ := script.call("POST", "objects/customer/fields", map[string]any{"name": "x_a", "type": "text", "labels": "a"}, secret(admin, "c", "write")...); status != 403 {
			t.Errorf("a token without the scope admin made a field: %d", status)
		}
		if status, answer := script.call("POST", "departments", map[string]any{"name": "x"}, secret(admin, "b", "write", "admin")...); status != 201 {
			t.Errorf("a token with the scope admin: %d %v", status, answer)
		}
		seller.must(422, "POST", "tokens", map[string]any{"name": "admin", "scopes": []string{"admin"}})
		for name, body := range map[string]map[string]any{"no name": {"scopes": []string{"read"}}, "no scope": {"name": "x"}, "scope": {"name": "x", "scopes": []string{"root"}},
			"past": {"name": "x", "scopes": []string{"read"}, "expires_at": "2001-01-01"}} {
			if status, _ := seller.call("POST", "tokens", body); status != 422 {
				t.Errorf("%s answered %d", name, status)
			}
		}
	})
}

func TestTokenIsShownOnceEndsAndIsRevoked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		seller := people["seller"]
		until := time.Now().Add(time.Second)
		made := seller.must(201, "POST", "tokens", map[string]any{"name": "短命", "scopes": []string{"read"}, "expires_at": until.Format(time.RFC3339Nano)})
		secret := fmt.Sprint(made["secret"])
		list := fmt.Sprint(seller.must(200, "GET", "tokens", nil))
		if strings.Contains(list, secret) || !strings.Contains(list, "短命") {
			t.Errorf("the list: %s", list)
		}
		rows, err := w.app.DB.Query(context.Background(), "SELECT hash FROM api_token")
		if err != nil || strings.Contains(fmt.Sprint(rows), secret) {
			t.Errorf("the secret stands in the database: %v", err)
		}
		script := &person{w: w}
		bearer := []string{"Authorization", "Bearer " + secret}
		if status, _ := script.call("GET", "customers", nil, bearer...); status != 200 {
			t.Errorf("before its end: %d", status)
		}
		time.Sleep(time.Until(until) + 10*time.Millisecond)
		if status, _ := script.call("GET", "customers", nil, bearer...); status != 401 {
			t.Errorf("after its end: %d", status)
		}
		made = seller.must(201, "POST", "tokens", map[string]any{"name": "長壽", "scopes": []string{"read"}})
		bearer[1] = "Bearer " + fmt.Sprint(made["secret"])
		if status, _ := script.call("GET", "customers", nil, bearer...); status != 200 {
			t.Errorf("without end: %d", status)
		}
		for range 50 { // what was used is written down in the background
			if list = fmt.Sprint(at(seller.must(200, "GET", "tokens", nil), "tokens", 0, "last_used")); list != "<nil>" {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if list == "<nil>" {
			t.Error("the token's last use is not told")
		}
		id := fmt.Sprint(made["id"])
		people["stranger"].must(404, "DELETE", "tokens/"+id, nil)
		people["stranger"].must(403, "GET", "tokens?user="+seller.id, nil)
		admin.must(200, "GET", "tokens?user="+seller.id, nil)
		seller.must(204, "DELETE", "tokens/"+id, nil)
		for _, value := range []string{bearer[1], "Bearer x", "Bearer ecrm_", "Bearer \u00ff"} {
			if status, _ := script.call("GET", "customers", nil, "Authorization", value); status != 401 {
				t.Errorf("%q answered %d", value, status)
			}
		}
	})
}
