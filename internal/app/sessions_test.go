package app

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/reach"
)

// A cookie somebody kept is worth nothing once its session was left: not on any route,
// and the stream it had open ends. Other sessions of the same person go on.
func TestCookieIsWorthNothingAfterSignOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		x := newAttack(t, dsn)
		stolen := &person{w: x.w, cookie: x.victim.cookie}
		other := x.w.signIn("seller")
		hears := stolen.heard(t.Context())
		if status, _ := x.victim.raw("DELETE", "/api/v1/session", "application/json", nil); status != 204 {
			t.Fatalf("sign-out answered %d", status)
		}
		for _, route := range x.w.app.api.Routes() {
			if !route.Signed || route.Method == "" {
				continue
			}
			if status, answer := stolen.raw(route.Method, x.path(route), "application/json", []byte("{}")); status != 401 || strings.Contains(answer, secret) {
				t.Errorf("%s %s with the cookie of a session that was left answered %d %s", route.Method, route.Path, status, answer)
			}
		}
		other.must(200, "GET", "me", nil)
		other.add("customers", map[string]any{"name": "danach"}) // what a stream would tell
		for deadline := time.After(10 * time.Second); ; {
			select {
			case line, open := <-hears:
				if strings.Contains(line, "change") {
					t.Errorf("the stream of a session that was left still tells: %s", line)
				}
				if open {
					continue
				}
			case <-deadline:
				t.Error("the stream of a session that was left does not end")
			}
			break
		}
	})
}

// Another password ends every session there was, but for the one that gave it, which
// gets another cookie.
func TestAnotherPasswordEndsAllSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, _ := w.company()
		here, there := people["seller"], w.signIn("seller")
		before := &person{w: w, cookie: here.cookie}
		here.must(200, "PATCH", "me", map[string]any{"old_password": "long-password", "password": "another-password"})
		here.must(200, "GET", "me", nil)
		there.must(401, "GET", "me", nil)
		before.must(401, "GET", "me", nil)
	})
}

// What ends somebody's access on one node ends it on the others: no request that begins
// after the answer is let in, however many he sends meanwhile.
func TestAccessEndsOnAllNodesAtOnce(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	admin, people, _ := first.company()
	secret := people["manager"].add("customers", map[string]any{"name": "geheim"})
	for name, end := range map[string]func(p *person, login string){
		"the session is ended": func(p *person, _ string) {
			id := fmt.Sprint(at(p.must(200, "GET", "sessions", nil), "sessions", 0, "id"))
			admin.must(204, "DELETE", "sessions/"+id, nil)
		},
		"he signs out": func(p *person, _ string) { p.must(204, "DELETE", "session", nil) },
		"he is switched off": func(p *person, _ string) {
			admin.must(200, "PATCH", "users/"+p.id, map[string]any{"active": false})
		},
		"he is deleted":         func(p *person, _ string) { admin.must(204, "DELETE", "users/"+p.id, nil) },
		"his password is reset": func(p *person, _ string) { admin.must(200, "POST", "users/"+p.id+"/actions/reset-password", nil) },
		"his role sees nothing": func(p *person, login string) {
			admin.must(200, "PATCH", "users/"+p.id, map[string]any{"role": admin.add("roles", map[string]any{"name": login, "rights": map[string]any{"*": map[string]any{"view": "own"}}})})
		},
	} {
		t.Run(name, func(t *testing.T) {
			login := strings.ReplaceAll(name, " ", "-")
			admin.add("users", map[string]any{"name": login, "login": login, "role": "general_manager", "password": "long-password"})
			p := first.signIn(login)
			elsewhere := &person{w: second, cookie: p.cookie}
			elsewhere.must(200, "GET", "customers/"+secret, nil)
			var ended atomic.Int64
			var let, refused atomic.Int64
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					for after := 0; after < 10; {
						began := time.Now().UnixNano()
						status, _ := elsewhere.raw("GET", "/api/v1/customers/"+secret, "application/json", nil)
						e := ended.Load()
						if e != 0 {
							after++
						}
						if status != 200 {
							refused.Add(1)
						} else if e != 0 && began > e {
							let.Add(1)
						}
					}
				})
			}
			time.Sleep(50 * time.Millisecond)
			end(p, login)
			ended.Store(time.Now().UnixNano())
			group.Wait()
			if let.Load() > 0 || refused.Load() == 0 {
				t.Errorf("%d requests were let in afterwards, %d refused", let.Load(), refused.Load())
			}
		})
	}
}

// Nothing that is logged holds what lets somebody in: not a password, a cookie or a
// token, whether it was right, wrong or sent where it does not belong.
func TestLogsHoldNoSecrets(t *testing.T) {
	var logged journal
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, _ := w.company()
		w.work()
		seller := people["seller"]
		secrets := []string{"admin-password", "long-password", "wrong-password-7", "new-password-7", admin.cookie.Value, seller.cookie.Value}
		token := fmt.Sprint(seller.must(201, "POST", "tokens", map[string]any{"name": "t", "scopes": []string{"write"}})["secret"])
		made := admin.must(201, "POST", "users", map[string]any{"name": "neu", "login": "neu"})
		secrets = append(secrets, token, fmt.Sprint(made["temporary_password"]))
		secrets = append(secrets, fmt.Sprint(admin.must(200, "POST", "users/"+fmt.Sprint(made["id"])+"/actions/reset-password", nil)["temporary_password"]))
		for _, p := range list(admin.must(200, "POST", "users/actions/invite", map[string]any{})["users"]) {
			secrets = append(secrets, fmt.Sprint(at(p, "temporary_password")))
		}
		w.enter("seller", "wrong-password-7")
		w.enter("wrong-password-7", "x")
		seller.call("PATCH", "me", map[string]any{"old_password": "wrong-password-7", "password": "new-password-7"})
		for _, headers := range [][]string{{"Authorization", "Bearer " + token}, {"Authorization", "Bearer " + token + "x"}, {"Authorization", "Basic d3JvbmctcGFzc3dvcmQtNw=="}, {"Origin", "https://evil.example"}, {"Cookie", "ecrm_session=" + seller.cookie.Value + "; x=y"}} {
			for _, path := range []string{"me", "customers", "nothing", "customers?filter=" + token, "customers?q=" + seller.cookie.Value, "search?token=" + token} {
				(&person{w: w}).call("GET", path, nil, headers...)
				(&person{w: w}).call("POST", path, map[string]any{"password": "wrong-password-7", "secret": token}, headers...)
			}
		}
		// And where something fails that nobody foresaw.
		w.app.DB.Close()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/api/v1/session", strings.NewReader(`{"login":"seller","password":"long-password"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(seller.cookie)
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
		}
		text := logged.String()
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("the log holds %q: %.2000s", s, text)
			}
		}
		if text == "" {
			t.Error("nothing was logged at all, so nothing was looked at")
		}
	})
}

// journal is what many write.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *journal) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *journal) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Over HTTPS browsers are told to come by nothing else for a year, under every name
// but that of the machine they run on, which other programs use too; the cookie goes
// over HTTPS only.
func TestHTTPSIsKept(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.setUp()
	safe := httptest.NewTLSServer(w.app.Handler("test", reach.Point{}))
	t.Cleanup(safe.Close)
	client := safe.Client()
	for _, c := range []struct {
		base, host string
		kept       bool
	}{{safe.URL, "crm.example.com", true}, {safe.URL, "crm.example.com:8443", true}, {safe.URL, "localhost:8443", false}, {w.server.URL, "crm.example.com", false}} {
		for _, path := range []string{"/", "/api/v1/me", "/api/docs", "/api/v1/session"} {
			method, body := http.MethodGet, ""
			if strings.HasSuffix(path, "session") {
				method, body = http.MethodPost, `{"login":"admin","password":"admin-password"}`
			}
			r, err := http.NewRequestWithContext(t.Context(), method, c.base+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = c.host
			r.Header.Set("Content-Type", "application/json")
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if kept := answer.Header.Get("Strict-Transport-Security"); (kept == "max-age=31536000") != c.kept || !c.kept && kept != "" {
				t.Errorf("%s of %s answers Strict-Transport-Security %q", path, c.host, kept)
			}
			for _, cookie := range answer.Cookies() {
				if cookie.Secure != (c.base == safe.URL) {
					t.Errorf("over %s the cookie is secure: %t", c.base, cookie.Secure)
				}
			}
		}
	}
}
