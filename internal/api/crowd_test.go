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

// Behind those at work a few wait, not for long; all others are sent away at once.
func TestCrowdSendsAwayWhomItCannotServeSoon(t *testing.T) {
	c := newCrowd(2, 2, 200*time.Millisecond)
	first, err := c.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := c.enter(t.Context())
			answers <- err
		}()
	}
	for c.waiting.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	if _, err := c.enter(t.Context()); !errors.Is(err, errCrowded) || time.Since(began) > 100*time.Millisecond {
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
	if len(c.turns) != 2 || c.waiting.Load() != 0 || c.refused.Load() != 2 {
		t.Errorf("%d work, %d wait, %d were sent away", len(c.turns), c.waiting.Load(), c.refused.Load())
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away is answered %v", err)
	}
}

// While a client is waited for others have the turn.
func TestTurnIsOthersWhileAClientIsWaitedFor(t *testing.T) {
	c := newCrowd(1, 1, 5*time.Second)
	slow, err := c.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slow.pause(func() {
		other, err := c.enter(t.Context())
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
	if len(c.turns) != 0 {
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
