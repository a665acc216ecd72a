package app

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"ecrm/internal/dbtest"
	"ecrm/internal/identity"
)

// A page of another origin changes nothing in the name of whoever looks at it: not
// of another site, not of another program on the same machine, to which browsers
// send the cookie. Programs that are no browsers say nothing of where they come from.
func TestPagesOfOtherOriginsChangeNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	id := admin.add("customers", map[string]any{"name": "甲"})
	host := strings.TrimPrefix(w.server.URL, "http://")
	name, _, _ := strings.Cut(host, ":")
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "http://" + name + ":5000"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "http://" + host}, 200},
		{[]string{"Origin", "http://" + host}, 200},
		{[]string{"Sec-Fetch-Site", "none"}, 200},
		{nil, 200},
	} {
		if status, answer := admin.call("PATCH", "customers/"+id, map[string]any{"note": "x"}, c.headers...); status != c.status {
			t.Errorf("a change with %v answered %d %v, want %d", c.headers, status, answer, c.status)
		} else if status == 403 && !strings.Contains(fmt.Sprint(answer["detail"]), host) {
			t.Errorf("a change with %v is not told why: %v", c.headers, answer)
		}
		want := map[int]int{403: 403, 200: 401}[c.status]
		if status, _ := (&person{w: w}).call("POST", "session", map[string]string{"login": "admin", "password": "wrong"}, c.headers...); status != want {
			t.Errorf("a sign-in with %v answered %d, want %d", c.headers, status, want)
		}
	}
	// Links from elsewhere lead in.
	if status, _ := admin.call("GET", "customers/"+id, nil, "Sec-Fetch-Site", "cross-site"); status != 200 {
		t.Errorf("a link from elsewhere answered %d", status)
	}
	// Forms of any page can send these two; only JSON is taken.
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded"} {
		if status, answer := admin.raw("PATCH", "/api/v1/customers/"+id, kind, []byte(`{"note":"y"}`)); status != 422 {
			t.Errorf("%s answered %d %s", kind, status, answer)
		}
	}
}

// Forty guesses at once are no more than forty one after another: ten are tried, and
// no machine runs out of memory hashing the rest.
func TestManyGuessesAtOnceAreThrottledLikeOneAfterAnother(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.setUp()
	statuses := make([]int, 40)
	var group sync.WaitGroup
	for i := range statuses {
		group.Go(func() {
			statuses[i], _ = (&person{w: w}).call("POST", "session", map[string]string{"login": "admin", "password": "wrong"})
		})
	}
	group.Wait()
	tried := 0
	for _, status := range statuses {
		switch status {
		case http.StatusUnauthorized:
			tried++
		case http.StatusTooManyRequests:
		default:
			t.Errorf("a guess answered %d", status)
		}
	}
	// Several may be under way when the tenth fails.
	if most := 10 + identity.AtOnce() - 1; tried > most {
		t.Errorf("%d guesses were tried, want at most %d", tried, most)
	}
}

// Who may make no users has no passwords hashed either: his right is asked first.
func TestRightIsAskedBeforeAPasswordIsHashed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, people, _ := w.company()
	for _, body := range []map[string]any{{"name": "x", "login": "x", "password": "x"}, {"name": "x", "login": "x"}} {
		people["seller"].must(403, "POST", "users", body)
	}
}

// Every answer tells browsers what may run in it and that nobody may frame it; the
// session is a cookie no script reads and no other site sends, another one at each
// sign-in, whatever the browser came with.
func TestAnswersAndCookiesKeepOtherPagesOut(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.setUp()
	for _, path := range []string{"/", "/customers/1", "/api/v1/customers", "/api/v1/nothing", "/api/docs", "/healthz", "/../../etc/passwd", "/assets/%2e%2e/%2e%2e/secret"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		h := answer.Header
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: %q lacks %s", path, csp, part)
			}
		}
		if strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe-eval") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is open to other origins", path)
		}
	}
	planted := &person{w: w, cookie: &http.Cookie{Name: "ecrm_session", Value: "PLANTED"}}
	if status, _ := planted.call("POST", "session", map[string]string{"login": "admin", "password": "admin-password"}); status != 200 {
		t.Fatalf("sign-in answered %d", status)
	}
	first := planted.cookie
	if first.Value == "PLANTED" || len(first.Value) < 40 || !first.HttpOnly || first.SameSite != http.SameSiteStrictMode || first.Path != "/" || first.Domain != "" {
		t.Errorf("the cookie is %v", first)
	}
	if status, _ := planted.call("POST", "session", map[string]string{"login": "admin", "password": "admin-password"}); status != 200 || planted.cookie.Value == first.Value {
		t.Errorf("the second sign-in answered %d and the cookie is the first's: %v", status, planted.cookie.Value == first.Value)
	}
	(&person{w: w, cookie: &http.Cookie{Name: "ecrm_session", Value: "PLANTED"}}).must(401, "GET", "me", nil)
}
