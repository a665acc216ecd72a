package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// browser is somebody signed in to a running server as its administrator.
type browser struct {
	t      *testing.T
	url    string
	client *http.Client
}

func (r *running) browser() *browser {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	b := &browser{r.t, r.url(), &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	if status, answer, _ := b.call("POST", "setup", strings.NewReader(`{"company": "c", "language": "en", "administrator": {"name": "a", "login": "admin", "password": "admin-password"}}`)); status != 200 {
		r.t.Fatalf("set-up: %d %v", status, answer)
	}
	return b
}

// call answers 0 where nobody does.
func (b *browser) call(method, path string, body io.Reader) (status int, answer map[string]any, header http.Header) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/api/v1/"+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return b.send(r)
}

func (b *browser) send(r *http.Request) (status int, answer map[string]any, header http.Header) {
	got, err := b.client.Do(r)
	if err != nil {
		return 0, nil, nil
	}
	defer func() { _ = got.Body.Close() }()
	_ = json.NewDecoder(got.Body).Decode(&answer)
	return got.StatusCode, answer, got.Header
}

// A request that is under way when the server is told to stop is answered; the
// event streams of open tabs do not hold the server up.
func TestServerThatStopsFinishesWhatIsUnderWay(t *testing.T) {
	data := t.TempDir()
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0")
	b := server.browser()
	stream, err := b.client.Get(b.url + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	// Half a request is there when the server is told to stop.
	rest, body := io.Pipe()
	answered := make(chan int, 1)
	go func() {
		status, _, _ := b.call("POST", "customers", rest)
		answered <- status
	}()
	if _, err := io.WriteString(body, `{"name": "`); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	stopped := make(chan error, 1)
	began := time.Now()
	go func() { stopped <- server.stop() }()
	time.Sleep(500 * time.Millisecond)
	if _, err := io.Copy(body, bytes.NewBufferString(`Late Ltd"}`)); err != nil {
		t.Errorf("the rest of the request: %v", err)
	}
	_ = body.Close()
	if status := <-answered; status != 201 {
		t.Errorf("the request under way was answered %d", status)
	}
	if err := <-stopped; err != nil || time.Since(began) > 5*time.Second {
		t.Errorf("the server stopped after %v: %v %s", time.Since(began), err, server.said())
	}
	if r := runEcrm(t, data, nil, "", "export", "--data", data, "--json", "o.csv"); r.json(t)["rows"] != 1.0 {
		t.Errorf("what was answered is not there: %s", r.out)
	}
}

// A server tells of itself in its folder only once it has its port: one that
// finds the port in use changes nothing there.
func TestPortInUseLeavesTheFolderAlone(t *testing.T) {
	data := t.TempDir()
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.url(), "http://"))
	if r := runEcrm(t, t.TempDir(), nil, "", "serve", "--data", data, "--addr", "127.0.0.1:0"); r.code != 1 || !strings.Contains(r.err, "127.0.0.1:"+port) || !strings.Contains(r.err, "--data") {
		t.Errorf("a second server on the folder: %d %s", r.code, r.err)
	}
	other := t.TempDir()
	if r := runEcrm(t, t.TempDir(), nil, "", "serve", "--data", other, "--addr", "127.0.0.1:"+port); r.code != 1 {
		t.Errorf("a second server on the port: %d %s", r.code, r.err)
	}
	if left, err := filesIn(other); err != nil || left != "lock" {
		t.Errorf("it left %q, %v", left, err)
	}
}

// relay stands between a server and its database, and can be cut.
type relay struct {
	listener net.Listener
	network  string
	address  string
	mu       sync.Mutex
	open     map[net.Conn]bool
	down     bool
}

func newRelay(t *testing.T, network, address string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, network: network, address: address, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close(); r.set(true) })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go r.join(in)
		}
	}()
	return r
}

func (r *relay) keep(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		_ = c.Close()
		return false
	}
	r.open[c] = true
	return true
}

func (r *relay) join(in net.Conn) {
	out, err := net.Dial(r.network, r.address)
	if err != nil {
		_ = in.Close()
		return
	}
	if !r.keep(in) || !r.keep(out) {
		_ = in.Close()
		_ = out.Close()
		return
	}
	go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
	_, _ = io.Copy(in, out)
	_ = in.Close()
}

// set cuts all connections and refuses new ones, or lets them pass again.
func (r *relay) set(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
	for c := range r.open {
		_ = c.Close()
		delete(r.open, c)
	}
}

// cuttable is a database on PostgreSQL and the relay before it.
func cuttable(t *testing.T) (*relay, string) {
	t.Helper()
	dsn, err := url.Parse(dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	network, address := "tcp", dsn.Host
	if socket := dsn.Query().Get("host"); socket != "" {
		network, address = "unix", socket+"/.s.PGSQL.5432"
	}
	between := newRelay(t, network, address)
	dsn.Host = between.listener.Addr().String()
	dsn.RawQuery = "sslmode=disable"
	return between, dsn.String()
}

// A server outlives its PostgreSQL: meanwhile it says 503 and when to come
// again, afterwards all is well, jobs and live changes too.
func TestServerOutlivesAStopOfPostgres(t *testing.T) {
	between, dsn := cuttable(t)
	server := begin(t, "serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--database", dsn)
	b := server.browser()
	customer := func() (int, http.Header) {
		status, _, header := b.call("POST", "customers", strings.NewReader(`{"name": "Acme"}`))
		return status, header
	}
	if status, _ := customer(); status != 201 {
		t.Fatalf("before: %d", status)
	}
	stream, err := b.client.Get(b.url + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	between.set(true)
	for range 3 {
		if status, header := customer(); status != 503 || header.Get("Retry-After") == "" {
			t.Errorf("without a database: %d, Retry-After %q", status, header.Get("Retry-After"))
		}
		if status, _, _ := b.call("GET", "customers", nil); status != 503 {
			t.Errorf("reading without a database: %d", status)
		}
		time.Sleep(700 * time.Millisecond)
	}
	if os.Getenv("ECRM_LONG") != "" {
		// At the next beat the stream ends; nobody is told that he was signed out.
		if told, err := io.ReadAll(stream.Body); err != nil || strings.Contains(string(told), "signed_out") {
			t.Errorf("the stream without a database: %s, %v", told, err)
		}
	}
	between.set(false)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if status, _ := customer(); status == 201 {
			break
		} else if time.Now().After(end) {
			t.Fatalf("afterwards: %d %s", status, server.said())
		}
	}
	// A job runs, so the queue lives.
	status, job, _ := b.call("POST", "customers/actions/export", strings.NewReader(`{"format": "csv"}`))
	if status != 202 {
		t.Fatalf("a job afterwards: %d %v", status, job)
	}
	if inner, ok := job["job"].(map[string]any); ok {
		job = inner
	}
	id, _ := job["id"].(string)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if _, job, _ = b.call("GET", "jobs/"+id, nil); job["state"] == "done" {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the job afterwards: %v %s", job, server.said())
		}
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
}

func TestFolderThatMayNotBeWrittenIsToldOf(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root writes everywhere")
	}
	folder := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{folder, filepath.Join(folder, "deeper")} {
		if r := runEcrm(t, t.TempDir(), nil, "", "serve", "--data", data, "--addr", "127.0.0.1:0"); r.code != 1 || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, "--data") {
			t.Errorf("%s: %d %q", data, r.code, r.err)
		}
	}
}
