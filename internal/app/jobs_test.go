package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"ecrm/internal/dbtest"
)

// stream gives the data of one kind of live event as they come.
func (p *person) stream(ctx context.Context, kind string) <-chan map[string]any {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.w.server.URL+"/api/v1/events", nil)
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.AddCookie(p.cookie)
	answer, err := http.DefaultClient.Do(r) //nolint:bodyclose // the reader below closes it when the stream ends
	if err != nil {
		p.w.t.Fatal(err)
	}
	told := make(chan map[string]any, 10_000)
	lines := bufio.NewScanner(answer.Body)
	if !lines.Scan() || lines.Text() != "event: hello" {
		p.w.t.Fatalf("the stream begins with %q", lines.Text())
	}
	go func() {
		defer answer.Body.Close()
		defer close(told)
		for event := ""; lines.Scan(); {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = name
			}
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var v map[string]any
			if ok && event == kind && json.Unmarshal([]byte(data), &v) == nil {
				told <- v
			}
		}
	}()
	return told
}

func TestJobIsToldToItsOwnerAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller := people["seller"]
		w.fill(600, []string{seller.id, seller.id}, []string{departments["north"], departments["north"]})
		w.work()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		mine := seller.stream(ctx, "job")
		others := []<-chan map[string]any{people["colleague"].stream(ctx, "job"), people["manager"].stream(ctx, "job"), admin.stream(ctx, "job")}
		id := seller.begin("customers/actions/edit", map[string]any{"filter": "", "input": map[string]any{"fields": map[string]any{"note": "x"}}})
		var states []string
		for deadline := time.After(30 * time.Second); ; {
			var job map[string]any
			select {
			case job = <-mine:
			case <-deadline:
				t.Fatalf("the owner was told %v", states)
			}
			if job["id"] != id || job["title"] != "批次修改客戶" || job["total"] != 600.0 {
				t.Errorf("told %v", job)
			}
			state, _ := job["state"].(string)
			if states = append(states, state); state == "done" {
				break
			}
		}
		if states[0] != "running" {
			t.Errorf("the owner was told %v", states)
		}
		time.Sleep(50 * time.Millisecond)
		for i, other := range others {
			select {
			case job := <-other:
				t.Errorf("another (%d) was told %v", i, job)
			default:
			}
		}
	})
}

func TestManyChangesTellAStreamToReadAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		_, people, departments := w.company()
		seller := people["seller"]
		w.fill(1500, []string{seller.id, seller.id}, []string{departments["north"], departments["north"]})
		w.work()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		changes, reloads := seller.stream(ctx, "change"), seller.stream(ctx, "reload")
		id := seller.begin("customers/actions/edit", map[string]any{"filter": "", "input": map[string]any{"fields": map[string]any{"note": "x"}}})
		seller.ended(id)
		time.Sleep(3 * time.Second)
		// A slow machine has time to tell of each.
		if n := len(changes); len(reloads) == 0 && n < 1500 || len(reloads) > 0 && n >= 1500 {
			t.Errorf("told %d times to read anew, and of %d changes one by one", len(reloads), n)
		}
		for len(changes) > 0 {
			<-changes
		}
		// Afterwards each is told again.
		mine := seller.add("customers", map[string]any{"name": "新"})
		for deadline := time.After(5 * time.Second); ; {
			select {
			case e := <-changes:
				if e["id"] == mine {
					return
				}
			case <-deadline:
				t.Fatal("a change after the many was not told")
			}
		}
	})
}

func TestJobFailsInTheReadersLanguage(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	admin, people, _ := w.company()
	boss := people["boss"]
	boss.add("customers", map[string]any{"name": "甲"})
	id := boss.begin("customers/actions/export", map[string]any{})
	admin.must(200, "PATCH", "users/"+boss.id, map[string]any{"role": "salesperson"})
	w.work()
	job := boss.ended(id)
	problem, _ := job["error"].(map[string]any)
	if job["state"] != "failed" || problem["code"] != "forbidden" || problem["message"] == "forbidden" || job["title"] != "匯出客戶" {
		t.Errorf("failed as %v", job)
	}
}
