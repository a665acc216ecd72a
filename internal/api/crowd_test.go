package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func (c *crowd) count() (busy, waiting int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.busy, c.waiting
}

// Behind those at work a few wait, not for long; all others are sent away at once.
func TestCrowdSendsAwayWhomItCannotServeSoon(t *testing.T) {
	c := newCrowd(2, 2, 2, 200*time.Millisecond)
	first, err := c.enter(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.enter(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	answers := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := c.enter(t.Context(), "one")
			answers <- err
		}()
	}
	for _, waiting := c.count(); waiting < 2; _, waiting = c.count() {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	if _, err := c.enter(t.Context(), "one"); !errors.Is(err, errCrowded) || time.Since(began) > 100*time.Millisecond {
		t.Errorf("one too many is answered %v after %s", err, time.Since(began))
	}
	first.end()
	first.end() // once more gives nothing back
	if err := <-answers; err != nil {
		t.Errorf("who waited is answered %v when a turn is free", err)
	}
	if err := <-answers; !errors.Is(err, errCrowded) {
		t.Errorf("who waited for long is answered %v", err)
	}
	if busy, waiting := c.count(); busy != 2 || waiting != 0 || c.refused.Load() != 2 {
		t.Errorf("%d work, %d wait, %d were sent away", busy, waiting, c.refused.Load())
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.enter(gone, "one"); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away is answered %v", err)
	}
}

// While a client is waited for others have the turn.
func TestTurnIsOthersWhileAClientIsWaitedFor(t *testing.T) {
	c := newCrowd(1, 1, 1, 5*time.Second)
	slow, err := c.enter(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	slow.pause(func() {
		other, err := c.enter(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		other.end()
	})
	if !slow.held {
		t.Error("the turn is not taken up again")
	}
	slow.end()
	slow.pause(func() {})
	if busy, _ := c.count(); busy != 0 || len(c.held) != 0 {
		t.Error("a turn that is over is held")
	}
}

// Who takes nothing of his answer is cut off, and what is made for him ends.
func TestClientWhoTakesNothingIsCutOff(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewServer(patient(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<20)
		for range 256 {
			if _, err := w.Write(part); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}), 200*time.Millisecond))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("all was sent to somebody who takes nothing")
		}
	case <-time.After(10 * time.Second):
		t.Error("the server waits for him")
	}
}

// One who makes very many requests at once has a share of the turns and of the room to
// wait in; others find a turn at once, and come before what he has waiting.
func TestOnePersonPushesNobodyOut(t *testing.T) {
	c := newCrowd(4, 2, 6, 10*time.Second)
	type answer struct {
		turn *turn
		err  error
	}
	answers := map[string]chan answer{"greedy": make(chan answer, 20), "other": make(chan answer, 20), "third": make(chan answer, 20)}
	ask := func(who string, n, waiting int) {
		t.Helper()
		for range n {
			go func() {
				got, err := c.enter(t.Context(), who)
				answers[who] <- answer{got, err}
			}()
		}
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if _, now := c.count(); now == waiting && len(answers[who]) > 0 || now == waiting && n == 0 {
				return
			}
		}
		busy, now := c.count()
		t.Fatalf("%s: %d work and %d wait", who, busy, now)
	}
	served := func(who string) *turn {
		t.Helper()
		select {
		case a := <-answers[who]:
			if a.err != nil {
				t.Fatalf("%s is answered %v", who, a.err)
			}
			return a.turn
		case <-time.After(5 * time.Second):
			t.Fatalf("%s waits", who)
		}
		return nil
	}
	ask("greedy", 2, 0)
	first := served("greedy")
	served("greedy")
	// Six more of his wait though two turns are free; the next of his is sent away.
	for range 6 {
		go func() {
			got, err := c.enter(t.Context(), "greedy")
			answers["greedy"] <- answer{got, err}
		}()
	}
	ask("greedy", 0, 6)
	if _, err := c.enter(t.Context(), "greedy"); !errors.Is(err, errCrowded) {
		t.Errorf("one too many of his is answered %v", err)
	}
	ask("other", 1, 6)
	mine := served("other")
	ask("other", 1, 6)
	served("other")
	// All turns are taken and the room is full: a third person has one of his sent away.
	go func() {
		got, err := c.enter(t.Context(), "third")
		answers["third"] <- answer{got, err}
	}()
	if a := <-answers["greedy"]; !errors.Is(a.err, errCrowded) {
		t.Errorf("who came last of the many is answered %v", a.err)
	}
	first.end()
	served("third")
	mine.end()
	if got := served("greedy"); got.who != "greedy" {
		t.Error("who waits is not served when a turn is free")
	}
}

// Secrets that are nobody's count as one, by where they come from.
func TestMadeUpSecretsAreOnePerson(t *testing.T) {
	var f familiar
	if f.key("made up", "10.0.0.9") != f.key("made up too", "10.0.0.9") {
		t.Error("each made-up secret counts as a person")
	}
	f.note("session", 7)
	f.note("token", 7)
	if f.key("session", "10.0.0.9") != "7" || f.key("token", "10.0.0.1") != "7" {
		t.Error("a person's sessions are not one")
	}
	f.note("session", 0)
	if f.key("session", "10.0.0.9") != "10.0.0.9" {
		t.Error("a session that has ended is somebody's")
	}
}
