package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// server is a process that answers on a port of this machine.
type server struct {
	base string
	cmd  *exec.Cmd
	// ready is how long it took from the start of the process to the first answer.
	ready time.Duration
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// start runs a program with the address it is to serve as its last argument and waits for path to answer.
func start(ctx context.Context, path, program string, args ...string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append(args, address)...) //nolint:gosec // the program under measure
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{base: "http://" + address, cmd: cmd}
	for time.Since(began) < time.Minute {
		res, err := http.Get(s.base + path)
		if err == nil {
			_ = res.Body.Close()
			s.ready = time.Since(began)
			return s, nil
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, errors.New("the server does not answer")
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// anonymous is how much memory the process holds that no file stands behind, in MB; 0 where the
// system does not tell.
func (s *server) anonymous() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(l, "RssAnon:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// client speaks to the server as one person, over connections of its own.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	jar, _ := cookiejar.New(nil)
	return &client{base, &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: time.Minute}}
}

// signIn gives a client that acts for somebody.
func signIn(ctx context.Context, base, login, password string) (*client, error) {
	c := newClient(base)
	return c, c.do(ctx, "POST", "/api/v1/session", map[string]string{"login": login, "password": password}, nil)
}

// raw makes one call and reads the answer whole.
func (c *client) raw(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %.300s", method, path, res.Status, text)
	}
	return text, err
}

// do makes one call with JSON both ways; out may be nil.
func (c *client) do(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	text, err := c.raw(ctx, method, path, body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// serveFloor is the other process: it answers every GET with what was last put there.
func serveFloor() {
	var kept atomic.Pointer[[]byte]
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			kept.Store(&body)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if body := kept.Load(); body != nil {
			_, _ = w.Write(*body)
		}
	})
	s := &http.Server{Addr: os.Args[len(os.Args)-1], Handler: handler, ReadHeaderTimeout: time.Minute}
	if err := s.ListenAndServe(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
