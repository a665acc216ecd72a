package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/proxy"
	"ecrm/internal/reach"
)

// behind puts a reverse proxy before the world, as Caddy and nginx do it; serving
// HTTPS outside.
func (w *world) behind(trust ...string) *httptest.Server {
	w.t.Helper()
	believed, err := proxy.Parse(trust)
	if err != nil {
		w.t.Fatal(err)
	}
	inner := httptest.NewServer(believed.Handler(w.app.Handler("test", reach.Point{Authority: []byte("none")})))
	w.t.Cleanup(inner.Close)
	to, err := url.Parse(inner.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	outer := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.SetXForwarded()
		if from := r.In.Header.Get("Test-From"); from != "" {
			r.Out.Header.Set("X-Forwarded-For", from)
		}
	}})
	w.t.Cleanup(outer.Close)
	return outer
}

// asked is a request through a proxy, from an address and by a name.
func asked(t *testing.T, outer *httptest.Server, from, method, path, body string, cookie *http.Cookie) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, outer.URL+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "crm.example.com"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Test-From", from)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	return r
}

type answered struct {
	status int
	header http.Header
	cookie http.Cookie
	body   map[string]any
}

// through calls the API through a proxy.
func through(t *testing.T, outer *httptest.Server, from, method, path, body string, cookie *http.Cookie) answered {
	t.Helper()
	answer, err := outer.Client().Do(asked(t, outer, from, method, path, body, cookie))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got := answered{status: answer.StatusCode, header: answer.Header}
	for _, c := range answer.Cookies() {
		got.cookie = *c
	}
	if strings.HasSuffix(answer.Header.Get("Content-Type"), "json") {
		if err := json.NewDecoder(answer.Body).Decode(&got.body); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

func TestProxyTellsWhoAsks(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.setUp()
	const right, wrong = `{"login": "admin", "password": "admin-password"}`, `{"login": "admin", "password": "wrong"}`
	outer := w.behind("127.0.0.1")
	in := through(t, outer, "203.0.113.7", "POST", "session", right, nil)
	if in.status != 200 || !in.cookie.Secure {
		t.Fatalf("signed in through HTTPS: %d, %v", in.status, in.cookie)
	}
	cookie := &in.cookie
	sessions := through(t, outer, "203.0.113.7", "GET", "sessions", "", cookie).body
	if text := fmt.Sprint(sessions); !strings.Contains(text, "203.0.113.7") {
		t.Errorf("the session is from %s", text)
	}
	// The address people use is the one they hand on.
	if list := through(t, outer, "203.0.113.7", "GET", "reach", "", cookie).body["addresses"]; at(list, 0) != "https://crm.example.com" {
		t.Errorf("addresses: %v", list)
	}
	// Somebody who guesses is throttled; his colleagues behind the same proxy are not.
	last := 0
	for range 40 {
		if last = through(t, outer, "198.51.100.1", "POST", "session", strings.Replace(wrong, "admin", fmt.Sprint("user", last), 1), nil).status; last == 429 {
			break
		}
	}
	if last != 429 {
		t.Errorf("the guesser was answered %d", last)
	}
	if got := through(t, outer, "203.0.113.7", "POST", "session", right, nil).status; got != 200 {
		t.Errorf("a colleague was answered %d", got)
	}
	// A proxy nobody named is not believed.
	stranger := w.behind("10.0.0.0/8")
	in = through(t, stranger, "203.0.113.99", "POST", "session", right, nil)
	if in.status != 200 || in.cookie.Secure {
		t.Fatalf("without trust: %d, %v", in.status, in.cookie)
	}
	if text := fmt.Sprint(through(t, stranger, "", "GET", "sessions", "", &in.cookie).body); strings.Contains(text, "203.0.113.99") {
		t.Errorf("a stranger's word was taken: %s", text)
	}
}

func TestEventsComeThroughAProxyAtOnce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	outer := w.behind("127.0.0.1")
	relaying, stop := context.WithCancel(t.Context())
	defer stop()
	go w.app.Records.Relay(relaying)
	answer, err := outer.Client().Do(asked(t, outer, "203.0.113.7", "GET", "events", "", admin.cookie))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.Header.Get("X-Accel-Buffering") != "no" {
		t.Error("nginx would keep the events back")
	}
	lines := bufio.NewScanner(answer.Body)
	wait := func(what string) {
		t.Helper()
		ended := time.AfterFunc(5*time.Second, func() { _ = answer.Body.Close() })
		defer ended.Stop()
		for lines.Scan() {
			if strings.Contains(lines.Text(), what) {
				return
			}
		}
		t.Fatalf("%q did not come: %v", what, lines.Err())
	}
	wait("hello")
	admin.add("customers", map[string]any{"name": "大同"})
	wait("customer")
	w.app.api.EndStreams()
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("a server that stops ends the stream: %v", err)
	}
}

func TestColleaguesAreToldTheWayIn(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	if alone := admin.must(200, "GET", "reach", nil); alone["alone"] != true || size(alone["addresses"]) != 0 || alone["authority"] != nil {
		t.Errorf("loopback: %v", alone)
	}
	outer := w.behind("127.0.0.1")
	get := func(path string) answered {
		return through(t, outer, "203.0.113.7", "GET", path, "", admin.cookie)
	}
	for address, status := range map[string]int{
		"https://crm.example.com": 200, "http://crm.example.com/ca.crt": 200,
		"https://crm.example.com/o/customers": 404, "https://other.example.com": 404, "": 404,
	} {
		answer := get("reach/code.svg?address=" + url.QueryEscape(address))
		if answer.status != status || status == 200 && answer.header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%q: %d %s", address, answer.status, answer.header.Get("Content-Type"))
		}
	}
	if got := through(t, outer, "203.0.113.7", "GET", "reach", "", nil).status; got != 401 {
		t.Errorf("an outsider was told the addresses: %d", got)
	}
	if list := get("reach").body["addresses"]; size(list) != 1 || at(list, 0) != "https://crm.example.com" {
		t.Errorf("%v", list)
	}
}

// A proxy on the same machine that nobody named asks from this machine, for people who are
// not of it: they see no measurements either.
func TestMeasurementsAreClosedThroughEveryProxy(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.setUp()
	for _, trust := range []string{"127.0.0.1", "10.0.0.0/8"} {
		outer := w.behind(trust)
		r := asked(t, outer, "203.0.113.7", "GET", "", "", nil)
		r.URL.Path = "/metrics"
		answer, err := outer.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != 401 {
			t.Errorf("through a proxy, trusting %s, they answer %d", trust, answer.StatusCode)
		}
	}
}
