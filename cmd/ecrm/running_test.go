package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ecrm/internal/disktest"
)

// running is a server in a process of its own.
type running struct {
	t       *testing.T
	process *exec.Cmd
	mu      sync.Mutex
	text    bytes.Buffer
	ended   bool
}

// Write keeps what the server says.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *running) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// begin starts a server and waits until it is ready.
func begin(t *testing.T, args ...string) *running { return beginWith(t, (*exec.Cmd).Start, args...) }

// beginOn starts a server on a disk whose power can go.
func beginOn(t *testing.T, disk *disktest.Disk, args ...string) *running {
	return beginWith(t, disk.Start, args...)
}

func beginWith(t *testing.T, start func(*exec.Cmd) error, args ...string) *running {
	t.Helper()
	r := &running{t: t, process: exec.Command(os.Args[0], args...)}
	r.process.Env = append(os.Environ(), "ECRM_TEST_MAIN=1")
	r.process.Stdout, r.process.Stderr = r, r
	if err := start(r.process); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !r.ended {
			_ = r.process.Process.Kill()
			_ = r.process.Wait()
		}
	})
	r.until("is ready: ")
	return r
}

// until waits for something the server says.
func (r *running) until(text string) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(r.said(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("the server does not say %q: %s", text, r.said())
		}
	}
}

// url is where the server says it is.
func (r *running) url() string {
	r.t.Helper()
	found := regexp.MustCompile(`is ready: (\S+)`).FindStringSubmatch(r.said())
	if found == nil {
		r.t.Fatal(r.said())
	}
	return found[1]
}

// stop tells the server to stop and waits.
func (r *running) stop() error {
	if err := r.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	r.ended = true
	return r.process.Wait()
}

// kill ends the server as nothing it could prepare for.
func (r *running) kill() error {
	if err := r.process.Process.Kill(); err != nil {
		return err
	}
	r.ended = true
	_ = r.process.Wait() // it says that it was killed
	return nil
}

// filesIn lists what lies in a folder.
func filesIn(folder string) (string, error) {
	list, err := os.ReadDir(folder)
	var names []string
	for _, one := range list {
		names = append(names, one.Name())
	}
	return strings.Join(names, " "), err
}
