package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// task is a job that must go on however often its server is killed, and what must be so once it is
// done.
type task struct {
	path string // where its state is read
	done func(answer map[string]any) []string
}

// tasks begins one job after another: an import, a bulk edit of what it brought, a bulk assignment
// of it, the next import.
type tasks struct {
	b       *browser
	rows    int
	one     string // to whom records are assigned
	round   int
	kind    int
	current *task
	ended   int
}

// begin starts the next job. A server that is killed meanwhile may have taken it or not.
func (s *tasks) begin() (string, bool) {
	title := fmt.Sprintf("匯入第%d批之", s.round)
	filter := url.QueryEscape(fmt.Sprintf(`name ~ "%s"`, title))
	count := func(and string) string { return s.b.countOf(filter + url.QueryEscape(and)) }
	want := fmt.Sprint(s.rows)
	switch s.kind {
	case 0:
		id := s.b.upload(strings.ReplaceAll(rowsOf(s.rows), "匯入第", title))
		if status, answer, _ := s.b.call("POST", "imports/"+id+"/actions/run", nil); status != 202 {
			return fmt.Sprintf("the run answered %d %v", status, answer), false
		}
		s.current = &task{"imports/" + id, func(answer map[string]any) (wrong []string) {
			if got := fmt.Sprint(answer["created"], answer["updated"], answer["skipped"], answer["failed"]); got != fmt.Sprint(s.rows, 0, 0, 0) {
				wrong = append(wrong, "the import made, updated, skipped, refused "+got)
			}
			if got := count(""); got != want {
				wrong = append(wrong, fmt.Sprintf("%s records of %s rows", got, want))
			}
			return wrong
		}}
		return "", true
	case 1:
		return s.bulk("edit", title, `{"fields": {"note": "乙"}}`, func() string { return count(` AND note = "乙"`) })
	default:
		return s.bulk("assign", title, `{"owner": "`+s.one+`"}`, func() string { return count(` AND owner = "` + s.one + `"`) })
	}
}

func (s *tasks) bulk(verb, title, input string, count func() string) (string, bool) {
	status, job, _ := s.b.call("POST", "customers/actions/"+verb, strings.NewReader(`{"filter": "name ~ \"`+title+`\"", "input": `+input+`}`))
	if status != 202 {
		return fmt.Sprintf("%s answered %d %v", verb, status, job), false
	}
	s.current = &task{"jobs/" + fmt.Sprint(job["id"]), func(answer map[string]any) (wrong []string) {
		result, _ := answer["result"].(map[string]any)
		if got := fmt.Sprint(result["done"], result["failed"]); got != fmt.Sprint(s.rows, 0) {
			wrong = append(wrong, fmt.Sprintf("%s did and refused %s: %v", verb, got, answer))
		}
		if got := count(); got != fmt.Sprint(s.rows) {
			wrong = append(wrong, fmt.Sprintf("after %s %s of %d are so", verb, got, s.rows))
		}
		return wrong
	}}
	return "", true
}

// look goes on to the next job where one is done, and tells what is wrong with it.
func (s *tasks) look() []string {
	if s.current == nil {
		if wrong, ok := s.begin(); !ok {
			return []string{wrong}
		}
		return nil
	}
	status, answer, _ := s.b.call("GET", s.current.path, nil)
	switch {
	case status != 200:
		return []string{fmt.Sprintf("%s answers %d %v", s.current.path, status, answer)}
	case answer["state"] == "failed" || answer["state"] == "cancelled":
		return []string{fmt.Sprintf("%s: %v", s.current.path, answer)}
	case answer["state"] != "done":
		return nil
	}
	wrong := s.current.done(answer)
	s.current = nil
	s.ended++
	if s.kind++; s.kind == 3 {
		s.kind = 0
		s.round++
	}
	return wrong
}

// moves waits until the job gets on.
func (s *tasks) moves() {
	if s.current == nil {
		return
	}
	first := ""
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		_, answer, _ := s.b.call("GET", s.current.path, nil)
		if far := fmt.Sprint(answer["state"], answer["done"]); first == "" {
			first = far
		} else if far != first {
			return
		}
	}
}

// countOf counts customers exactly; the filter is escaped.
func (b *browser) countOf(filter string) string {
	b.t.Helper()
	_, answer, _ := b.call("GET", "customers?limit=1&count=exact&filter="+filter, nil)
	count, _ := answer["count"].(map[string]any)
	return fmt.Sprint(count["value"])
}

// Killed at random moments while people make and change customers and attach files, and an import, a
// bulk edit and a bulk assignment run, a server has at its next start everything it acknowledged, no
// row twice and none by half; the jobs go on to their end.
func TestKilledServerLosesNothingAcknowledged(t *testing.T) {
	t.Parallel() // most of it waits for the disk and for clocks
	dbtest.Each(t, func(t *testing.T, dsn string) {
		args := []string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0"}
		check := []string{"check", "--data", args[2]}
		if strings.HasPrefix(dsn, "postgres") {
			args, check = append(args, "--database", dsn), append(check, "--database", dsn)
		}
		server := begin(t, args...)
		var at atomic.Pointer[string]
		moved := func() { u := server.url(); at.Store(&u) }
		moved()
		b := server.browser()
		status, user, _ := b.call("POST", "users", strings.NewReader(`{"name": "接手的人", "login": "next", "role": "salesperson", "password": "password-of-next"}`))
		if status != 201 {
			t.Fatalf("the second user: %d %v", status, user)
		}
		work := &tasks{b: b, rows: 600, one: fmt.Sprint(user["id"])}
		l := begun(b, func() string { return *at.Load() })
		seed := rand.Uint64()
		moments := rand.New(rand.NewPCG(seed, 0))
		kills := times(t, 10)
		for n := range kills {
			for range 1 + moments.IntN(3) {
				if wrong := work.look(); len(wrong) > 0 {
					t.Fatalf("before kill %d of seed %d: %s %s", n, seed, strings.Join(wrong, "\n"), server.said())
				}
				time.Sleep(time.Duration(moments.IntN(100)) * time.Millisecond)
			}
			if kills > 10 && moments.IntN(20) == 0 {
				work.moves() // else jobs of PostgreSQL, which belong to the dead for ten seconds, would never get on
			}
			before := l.now()
			if err := server.kill(); err != nil {
				t.Fatal(err)
			}
			server = begin(t, args...)
			moved()
			b.url = server.url()
			if wrong := l.missing(b, before, isRow); len(wrong) > 0 {
				t.Fatalf("after kill %d of seed %d: %s", n, seed, strings.Join(wrong[:min(10, len(wrong))], "\n"))
			}
		}
		l.end()
		for end := time.Now().Add(60 * time.Second); work.current != nil; time.Sleep(20 * time.Millisecond) {
			if wrong := work.look(); len(wrong) > 0 {
				t.Fatalf("after the last kill of seed %d: %s", seed, strings.Join(wrong, "\n"))
			}
			if time.Now().After(end) {
				t.Fatalf("%s does not go on: %s", work.current.path, server.said())
			}
		}
		refused := l.refused()
		delete(refused, 0) // nobody answers while a server is killed
		if len(refused) > 0 {
			t.Errorf("answers other than a success: %v", refused)
		}
		after := l.now()
		if wrong := l.missing(b, after, isRow); len(wrong) > 0 {
			t.Errorf("at the end of seed %d: %s", seed, strings.Join(wrong[:min(10, len(wrong))], "\n"))
		}
		if err := server.stop(); err != nil {
			t.Errorf("the end: %v %s", err, server.said())
		}
		if r := runEcrm(t, t.TempDir(), nil, "", check...); r.code != 0 {
			t.Errorf("check: %d %s %s", r.code, r.out, r.err)
		}
		t.Logf("%d kills: %d customers, %d changes and %d files were told, %d jobs ended, all is there", kills, len(after.names), after.note, len(after.files), work.ended)
	})
}
