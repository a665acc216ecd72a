//go:build linux && (amd64 || arm64)

package disktest

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Disk is a folder and what of it would outlive a power cut.
type Disk struct {
	t      testing.TB
	folder string

	mu     sync.Mutex
	root   *inode
	inodes map[place]*inode
	// coming are files that were to be made when last heard of.
	coming   map[string]*inode
	used     int64
	room     int64
	lying    func(path string) bool
	broken   bool
	readOnly bool
	problems []string
	calls    int
}

// place is what names an inode.
type place struct{ device, number uint64 }

// New watches a folder that exists; what is in it counts as synced. Where the system has not what
// it takes, the test is skipped.
func New(t testing.TB, folder string) *Disk {
	t.Helper()
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		t.Fatal(err)
	}
	d := &Disk{t: t, folder: folder, inodes: map[place]*inode{}, coming: map[string]*inode{}, room: -1}
	if d.root, err = d.read(folder); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, p := range d.problems {
			t.Errorf("the disk under test: %s", p)
		}
	})
	return d
}

// read takes what lies in a folder as synced.
func (d *Disk) read(path string) (*inode, error) {
	at, info, err := placed(path)
	if err != nil {
		return nil, err
	}
	if known := d.inodes[at]; known != nil {
		known.links++
		return known, nil
	}
	var n *inode
	switch info.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		n = newDir()
		list, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			if n.names[one.Name()], err = d.read(filepath.Join(path, one.Name())); err != nil {
				return nil, err
			}
		}
	case unix.S_IFREG:
		n = newFile()
		if n.content, err = os.ReadFile(path); err != nil { //nolint:gosec // the folder of a test
			return nil, err
		}
		n.size = int64(len(n.content))
		d.used += n.size
	default:
		n = newFile()
	}
	d.inodes[at] = n
	return n, nil
}

// placed tells where a path leads, without following a link at its end.
func placed(path string) (place, *unix.Stat_t, error) {
	var info unix.Stat_t
	if err := unix.Lstat(path, &info); err != nil {
		return place{}, nil, err
	}
	return place{info.Dev, info.Ino}, &info, nil
}

// Start starts a test's own program so that its writes pass the disk.
func (d *Disk) Start(command *exec.Cmd) error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("make a pair of sockets: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "disk"), os.NewFile(uintptr(pair[1]), "disk")
	defer func() { _ = ours.Close() }()
	command.ExtraFiles = append(command.ExtraFiles, theirs)
	command.Env = append(command.Environ(), fmt.Sprintf("%s=%d", variable, 2+len(command.ExtraFiles)))
	err = command.Start()
	_ = theirs.Close()
	if err != nil {
		return err
	}
	listener, err := receive(pair[0])
	if err != nil {
		_ = command.Process.Kill()
		_ = command.Wait()
		if reason := (unsupported{}); errors.As(err, &reason) {
			d.t.Skipf("no disk that loses its power: %s", reason)
		}
		return err
	}
	go d.serve(listener)
	return nil
}

// Image writes what the disk would hold if the power went now into a folder that is made. With luck,
// parts of what was not synced arrived all the same.
func (d *Disk) Image(folder string, luck *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.arrive()
	return d.root.write(folder, luck)
}

// Lie has the disk say of the paths chosen that they are synced and do nothing, as if nobody asked.
func (d *Disk) Lie(about func(path string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lying = about
}

// Break has every sync fail, or none any more. What is lost then is lost for good.
func (d *Disk) Break(broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = broken
}

// Protect has the disk take no change any more, as file systems do that find an error on it, or take
// them again.
func (d *Disk) Protect(readOnly bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readOnly = readOnly
}

// Fill leaves so many bytes free on the disk; below zero frees it again.
func (d *Disk) Fill(free int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = -1
	if free >= 0 {
		d.room = d.used + free
	}
}

// Calls counts what the disk was asked.
func (d *Disk) Calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

func (d *Disk) problem(format string, args ...any) {
	if len(d.problems) < 20 {
		d.problems = append(d.problems, fmt.Sprintf(format, args...))
	}
}

// arrive looks whether files that were to be made are there: the process makes them itself, right
// after it was told to go on, and before anything else can be asked of them.
func (d *Disk) arrive() {
	for path, dir := range d.coming {
		at, info, err := placed(path)
		if err != nil {
			continue
		}
		delete(d.coming, path)
		n := newFile()
		if info.Mode&unix.S_IFMT == unix.S_IFDIR {
			n = newDir()
		}
		d.inodes[at] = n
		dir.renamed = append(dir.renamed, naming{filepath.Base(path), n})
	}
}

// opened is the inode behind an open file of the process, nil for what is not in the folder.
func (d *Disk) opened(c *call, fd uint64) *inode {
	path := c.descriptor(fd)
	var info unix.Stat_t
	if err := unix.Stat(path, &info); err != nil {
		return nil
	}
	if n := d.inodes[place{info.Dev, info.Ino}]; n != nil {
		return n
	}
	if kind := info.Mode & unix.S_IFMT; kind == unix.S_IFREG || kind == unix.S_IFDIR {
		if name, err := os.Readlink(path); err == nil && strings.HasPrefix(name, d.folder+"/") {
			d.problem("a write into %s, which was made unseen", name)
		}
	}
	return nil
}

// directory is the inode of the directory a path lies in, nil for what is not in the folder.
func (d *Disk) directory(path string) *inode {
	var info unix.Stat_t
	if err := unix.Stat(filepath.Dir(path), &info); err != nil {
		return nil
	}
	return d.inodes[place{info.Dev, info.Ino}]
}

// wrote notes a write; an error is what the process is told instead.
func (d *Disk) wrote(n *inode, at int64, data []byte) unix.Errno {
	if d.readOnly {
		return unix.EROFS
	}
	if growth := at + int64(len(data)) - n.size; growth > 0 {
		if d.room >= 0 && d.used+growth > d.room {
			return unix.ENOSPC
		}
		n.size += growth
		if n.links > 0 {
			d.used += growth
		}
	}
	n.changes = append(n.changes, change{at: at, data: data})
	return 0
}

// sized notes a new length.
func (d *Disk) sized(n *inode, size int64, grow bool) {
	if grow && size <= n.size {
		return
	}
	if n.links > 0 {
		d.used += size - n.size
	}
	n.size = size
	n.changes = append(n.changes, change{at: size, grow: grow})
}

// sync answers a sync.
func (d *Disk) sync(c *call, n *inode) unix.Errno {
	if d.broken {
		n.dropped()
		return unix.EIO
	}
	if d.lying != nil {
		if path, err := os.Readlink(c.descriptor(c.args[0])); err == nil && d.lying(path) {
			return 0
		}
	}
	n.synced()
	return 0
}

// removed notes that a name is gone.
func (d *Disk) removed(dir *inode, path string, n *inode) {
	dir.renamed = append(dir.renamed, naming{name: filepath.Base(path)})
	d.unlinked(n)
}

func (d *Disk) unlinked(n *inode) {
	if n == nil {
		return
	}
	if n.links--; n.links == 0 {
		d.used -= n.size
	}
}

// at is the inode a path names, nil where it is not known.
func (d *Disk) at(path string) *inode {
	at, _, err := placed(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return d.inodes[at]
}
