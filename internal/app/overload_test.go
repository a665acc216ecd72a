package app

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/store"
)

// More changes at once than can be made soon: some wait, the rest are told at once to come again;
// whoever reads notices nothing, and what waited is done when the database goes on.
func TestOverloadIsToldToComeAgainAndOthersStayFast(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	// Of several people: one alone has no more than a share of the turns.
	callers := []*person{admin}
	for i := range 3 {
		login := fmt.Sprint("caller", i)
		admin.add("users", map[string]any{"name": login, "login": login, "role": "general_manager", "department": w.must(admin.must(200, "GET", "departments", nil)), "password": "long-password"})
		callers = append(callers, w.signIn(login))
	}
	release, held := make(chan struct{}), make(chan error, 1)
	began := make(chan struct{})
	go func() {
		held <- w.app.DB.Write(context.Background(), func(context.Context, store.Querier) error {
			close(began)
			<-release
			return nil
		})
	}()
	<-began
	const all = 400
	type answer struct {
		status int
		again  string
		took   time.Duration
	}
	answers := make(chan answer, all)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: all}}
	defer client.CloseIdleConnections()
	for i := range all {
		go func() {
			started := time.Now()
			r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.server.URL+"/api/v1/customers", strings.NewReader(fmt.Sprintf(`{"name": "第%d個"}`, i)))
			if err != nil {
				answers <- answer{}
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.AddCookie(callers[i%len(callers)].cookie)
			got, err := client.Do(r)
			if err != nil {
				answers <- answer{}
				return
			}
			_ = got.Body.Close()
			answers <- answer{got.StatusCode, got.Header.Get("Retry-After"), time.Since(started)}
		}()
	}
	counts := map[int]int{}
	take := func() {
		a := <-answers
		counts[a.status]++
		if a.status == http.StatusServiceUnavailable && a.again == "" {
			t.Error("who is sent away is not told when to come again")
		}
	}
	for range all - 64 - 256 { // these at once, while nobody can write
		take()
	}
	if counts[http.StatusServiceUnavailable] != all-64-256 {
		t.Errorf("before anybody can write they are answered %v", counts)
	}
	reading := time.Now()
	for range 20 {
		admin.must(200, "GET", "customers", nil)
	}
	if took := time.Since(reading); took > time.Second {
		t.Errorf("twenty lists take %s", took)
	}
	close(release)
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	for range 64 + 256 {
		take()
	}
	if counts[http.StatusCreated] < 64 || counts[http.StatusCreated]+counts[http.StatusServiceUnavailable] != all {
		t.Errorf("they are answered %v", counts)
	}
	// What was said is so.
	page := admin.must(200, "GET", "customers?limit=1&count=exact", nil)
	if got := fmt.Sprint(at(page, "count", "value")); got != fmt.Sprint(counts[http.StatusCreated]) {
		t.Errorf("%s are kept of %v", got, counts)
	}
}

// Hundreds who send their requests drop by drop hold nobody up.
func TestSlowClientsHoldNobodyUp(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	begin := map[string]string{
		"a head":       "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nCook",
		"a small body": "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nCookie: " + admin.cookie.String() + "\r\n\r\n{\"name",
		"a large body": "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\nCookie: " + admin.cookie.String() + "\r\n\r\n{\"name",
		"a file":       "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\nCookie: " + admin.cookie.String() + "\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nab",
	}
	var group sync.WaitGroup
	for name, text := range begin {
		for range 100 {
			group.Go(func() {
				conn, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL, "http://"))
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				t.Cleanup(func() { _ = conn.Close() })
				if _, err := conn.Write([]byte(text)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	}
	group.Wait()
	time.Sleep(200 * time.Millisecond)
	started := time.Now()
	for i := range 20 {
		admin.add("customers", map[string]any{"name": fmt.Sprintf("快的人%d", i)})
		admin.must(200, "GET", "customers", nil)
	}
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("twenty changes and lists take %s", took)
	}
}

// What is too large is refused in words, whatever part of the request it is.
func TestRequestsAreLimited(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin := w.setUp()
	if status, _ := admin.call("GET", "customers?limit=501", nil); status != 422 {
		t.Errorf("a page of 501 answers %d", status)
	}
	if status, answer := admin.raw("POST", "/api/v1/customers", "application/json", append([]byte(`{"name": "`), append(bytes.Repeat([]byte("x"), 5<<20), `"}`...)...)); status != 413 {
		t.Errorf("a body of five megabytes answers %d %s", status, answer)
	}
}
