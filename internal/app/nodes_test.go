package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrm/internal/dbtest"
	"ecrm/internal/record"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// Processes on one database make ids under numbers of their own; a number whose
// process went away is used again, behind the ids it made.
func TestNodesNeverMakeTheSameID(t *testing.T) {
	dsn := dbtest.Postgres(t)
	worlds := []*world{newWorld(t, dsn), newWorld(t, dsn), newWorld(t, dsn)}
	var mu sync.Mutex
	seen := map[int64]bool{}
	nodes := map[int64]bool{}
	var group sync.WaitGroup
	for _, w := range worlds {
		group.Go(func() {
			for range 20_000 {
				id := w.app.Records.IDs.Next()
				mu.Lock()
				if seen[id] {
					t.Errorf("%d was made twice", id)
				}
				seen[id], nodes[store.Node(id)] = true, true
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(nodes) != 3 {
		t.Fatalf("the nodes are %v", nodes)
	}
	gone, err := Open(context.Background(), Config{Database: dsn, Data: t.TempDir()}, Modules())
	if err != nil {
		t.Fatal(err)
	}
	last := gone.Records.IDs.Next()
	for range 50_000 { // ahead of the clock
		last = gone.Records.IDs.Next()
	}
	gone.Close()
	next := newWorld(t, dsn).app.Records.IDs.Next()
	if store.Node(next) != store.Node(last) || next <= last {
		t.Errorf("node %d went on with %d after %d of node %d", store.Node(next), next, last, store.Node(last))
	}
	// Whoever was away for too long has lost his number to the next.
	if _, err := worlds[0].app.DB.Exec(t.Context(), "UPDATE node_lease SET until = 0"); err != nil {
		t.Fatal(err)
	}
	if late := newWorld(t, dsn).app.Records.IDs.Next(); store.Node(late) != 1 {
		t.Errorf("the lapsed number is not taken: %d", store.Node(late))
	}
}

// heard is what an open page of somebody is told.
func (p *person) heard(ctx context.Context) <-chan string { return p.heardSince(ctx, "") }

// heardSince is that of a page which was read some milliseconds before its stream was opened.
func (p *person) heardSince(ctx context.Context, back string) <-chan string {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.w.server.URL+"/api/v1/events?back="+back, nil)
	if err != nil {
		p.w.t.Fatal(err)
	}
	r.AddCookie(p.cookie)
	answer, err := http.DefaultClient.Do(r) //nolint:bodyclose // closed by whoever reads it to its end
	if err != nil || answer.StatusCode != 200 {
		p.w.t.Fatalf("the stream answered %v, %v", answer, err)
	}
	lines := make(chan string, 10_000)
	go func() {
		defer func() { _ = answer.Body.Close() }()
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			lines <- scan.Text()
		}
		close(lines)
	}()
	return lines
}

// A page is read before its stream is open: what is given away in between goes from it all the same.
func TestStreamBeginsWithWhatCameWhileItsPageWasRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		admin, people, departments := w.company()
		seller, stranger := people["seller"], people["stranger"]
		id := seller.add("customers", map[string]any{"name": "甲"})
		time.Sleep(4 * time.Second) // the making of it is older than the page
		admin.must(200, "PATCH", "customers/"+id, map[string]any{"owner": stranger.id, "department": departments["south"]})
		said := func(back string, patience time.Duration) (lines []string) {
			ctx, stop := context.WithTimeout(t.Context(), patience)
			defer stop()
			for line := range seller.heardSince(ctx, back) {
				if lines = append(lines, line); strings.Contains(line, id) {
					break
				}
			}
			return lines
		}
		if lines := said("3500", 20*time.Second); !slices.Contains(lines, "event: gone") || slices.Contains(lines, "event: change") {
			t.Errorf("a stream that is opened late says %q", lines)
		}
		if lines := said("", 400*time.Millisecond); slices.Contains(lines, "event: gone") {
			t.Errorf("a stream of what is to come says %q", lines)
		}
		seller.must(422, "GET", "events?back=x", nil)
		seller.must(422, "GET", "events?back=-1", nil)
	})
}

// What is written on one node reaches the open pages of another within a second,
// and only of those who may see it.
func TestChangesReachThePagesOfOtherNodes(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	admin, people, _ := first.company()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for _, w := range []*world{first, second} {
		go w.app.Records.Relay(ctx)
	}
	time.Sleep(3 * 300 * time.Millisecond)
	there := &person{w: second, cookie: admin.cookie}
	stranger := &person{w: second, cookie: people["seller"].cookie}
	hears, mustNot := there.heard(ctx), stranger.heard(ctx)
	time.Sleep(100 * time.Millisecond)
	made := admin.must(201, "POST", "customers", map[string]any{"name": "隔壁機器"})
	began := time.Now()
	want := fmt.Sprintf(`"id":"%v"`, made["id"])
	for {
		select {
		case line := <-hears:
			if strings.Contains(line, want) {
				if took := time.Since(began); took > time.Second {
					t.Errorf("it took %s", took)
				}
				goto told
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the page on the other node is not told")
		}
	}
told:
	time.Sleep(500 * time.Millisecond)
	for len(mustNot) > 0 {
		if line := <-mustNot; strings.Contains(line, want) {
			t.Errorf("somebody who may not see it is told: %s", line)
		}
	}
}

// Everything committed is handed to the consumers of one node, again where one
// refused it, and the outbox does not grow; other nodes hear each change once,
// in whatever order transactions end.
func TestNothingCommittedIsLostOnItsWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		worlds := []*world{newWorld(t, dsn)}
		if strings.HasPrefix(dsn, "postgres") {
			worlds = append(worlds, newWorld(t, dsn))
		}
		admin := worlds[0].setUp()
		var mu sync.Mutex
		consumed, heard := map[int64]int{}, map[int64]int{}
		refusals := 0
		for _, w := range worlds {
			w.app.Records.Consume(func(_ context.Context, events []record.Event) error {
				mu.Lock()
				defer mu.Unlock()
				if refusals == 0 {
					refusals++
					return errors.New("not now")
				}
				for _, e := range events {
					if e.Object == "customer" && e.Kind == "created" {
						consumed[e.ID]++
					}
				}
				return nil
			})
		}
		last := worlds[len(worlds)-1]
		last.app.Records.Listen(func(events []record.Event) {
			mu.Lock()
			defer mu.Unlock()
			for _, e := range events {
				if e.Object == "customer" && e.Kind == "created" {
					heard[e.ID]++
				}
			}
		})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		for _, w := range worlds {
			go w.app.Records.Relay(ctx)
		}
		time.Sleep(600 * time.Millisecond)
		const writers, each = 6, 40
		var group sync.WaitGroup
		for n := range writers {
			group.Go(func() {
				for i := range each {
					admin.must(201, "POST", "customers", map[string]any{"name": fmt.Sprintf("第%d位之%d", n, i)})
				}
			})
		}
		group.Wait()
		complete := func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(consumed) == writers*each && len(heard) == writers*each
		}
		for deadline := time.Now().Add(15 * time.Second); !complete() && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		if len(consumed) != writers*each || len(heard) != writers*each {
			t.Errorf("of %d, %d were handed on and %d heard", writers*each, len(consumed), len(heard))
		}
		for id, n := range heard {
			if n != 1 {
				t.Errorf("%d was heard %d times", id, n)
			}
		}
		if refusals != 1 {
			t.Error("nobody refused")
		}
		left, err := worlds[0].app.DB.Unsent(t.Context(), 10)
		if err != nil || len(left) != 0 {
			t.Errorf("%d rows wait in the outbox, %v", len(left), err)
		}
	})
}

// A node that has not heard yet what was changed on another acts by it all the
// same: with each request, and within a write that was parsed before.
func TestNodeActsByTheFieldsOfAnother(t *testing.T) {
	dsn := dbtest.Postgres(t)
	first, second := newWorld(t, dsn), newWorld(t, dsn)
	admin := first.setUp()
	there := &person{w: second, cookie: admin.cookie}
	id, _ := schema.ParseID(admin.id)
	old, _, err := second.app.Identity.ActorOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	admin.must(201, "POST", "objects/customer/fields", map[string]any{"name": "x_code", "type": "text", "required": true, "labels": map[string]string{"zh-TW": "代號"}})
	_, err = second.app.Records.Create(t.Context(), old, old.Registry.Object("customer"), record.Input{"name": "沒有代號"})
	var refused *record.Error
	if !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Field != "x_code" {
		t.Errorf("a write parsed before the field was required answered %v", err)
	}
	if status, answer := there.call("POST", "customers", map[string]any{"name": "沒有代號"}); status != 422 {
		t.Errorf("without the required field: %d %v", status, answer)
	}
	there.add("customers", map[string]any{"name": "有代號", "x_code": "1"})
	admin.must(200, "PATCH", "objects/customer/fields/level", map[string]any{"options": []any{map[string]any{"value": "A", "label": "A"}, map[string]any{"value": "vip", "label": "貴賓"}}})
	there.add("customers", map[string]any{"name": "貴賓", "x_code": "2", "level": "vip"})
	admin.must(201, "POST", "objects", map[string]any{"name": "x_visit", "labels": map[string]string{"zh-TW": "參訪"}})
	there.add("x_visits", map[string]any{"name": "上午"})
}
