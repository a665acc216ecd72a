// Package folder gives a data folder one owner: a lock that one process holds,
// and a socket in the folder by which a serving owner does for others what they
// may not do beside it.
package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"ecrm/internal/durable"
)

const (
	lockName  = "lock"
	ownerName = "server.json"
	// SocketName is the socket a serving owner listens on.
	SocketName = "control.sock"
	// patience is how long a command waits for another one to end.
	patience = 5 * time.Second
)

// Owner is what a server tells of itself in the folder it serves.
type Owner struct {
	PID     int    `json:"pid"`
	Version string `json:"version"`
	// Address is what the server listens on.
	Address string `json:"address"`
	// Socket is the path of its socket.
	Socket string `json:"socket"`
}

// HeldError tells that another process owns the folder.
type HeldError struct {
	Folder string
	// Owner is the server that holds it; nil when a command does.
	Owner *Owner
}

// Error says who holds the folder and what to do.
func (e *HeldError) Error() string {
	if e.Owner == nil {
		return fmt.Sprintf("another ecrm command works in %s: try again when it has ended", e.Folder)
	}
	return fmt.Sprintf("%s is served already, by process %d at %s: stop that server, or name another folder with --data", e.Folder, e.Owner.PID, e.Owner.Address)
}

// Held is a folder this process owns.
type Held struct {
	folder string
	lock   *flock.Flock
}

// Take makes this process the owner of a folder, which is made when absent. It
// waits a little for a command to end; a *HeldError tells who holds it still.
func Take(folder string) (*Held, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	if err := durable.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock := flock.New(filepath.Join(folder, lockName), flock.SetPermissions(0o600))
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		ok, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock the data folder: %w", err)
		}
		if ok {
			h := &Held{folder, lock}
			return h, h.forget()
		}
		if owner := ownerOf(folder); owner != nil || time.Now().After(end) {
			return nil, &HeldError{folder, owner}
		}
	}
}

// Release lets the next one have the folder.
func (h *Held) Release() error { return errors.Join(h.forget(), h.lock.Unlock()) }

// forget removes what a server tells of itself, also what one that was killed
// left behind.
func (h *Held) forget() error {
	var errs []error
	for _, name := range []string{ownerName, SocketName} {
		if err := os.Remove(filepath.Join(h.folder, name)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (h *Held) tell(o Owner) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	part := filepath.Join(h.folder, ownerName+".part")
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(h.folder, ownerName))
}

func ownerOf(folder string) *Owner {
	text, err := os.ReadFile(filepath.Join(folder, ownerName)) //nolint:gosec // in the administrator's folder
	o := &Owner{}
	if err != nil || json.Unmarshal(text, o) != nil {
		return nil
	}
	return o
}
