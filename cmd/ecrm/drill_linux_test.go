package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The same on a real file system that is full to its last byte, where SQLite's shared memory, too,
// finds no room. It takes root to mount one.
func TestFullFileSystemLosesNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root mounts a file system to fill; the disk under test is filled all the same")
	}
	folder := t.TempDir()
	// More than SQLite's log may take (32 MB), which it needs however full the disk is.
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("no file system may be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	data := filepath.Join(folder, "data")
	server := begin(t, "serve", "--data", data, "--addr", "127.0.0.1:0")
	l := begun(server.browser(), server.url)
	ballast := filepath.Join(folder, "ballast")
	for range times(t, 2) {
		l.through(nil, func() {
			file, err := os.Create(ballast)
			if err != nil {
				t.Fatal(err)
			}
			for part := 1 << 20; part > 0; {
				if _, err := file.Write(make([]byte, part)); err != nil {
					part /= 2
				}
			}
			if err := file.Close(); err != nil && !errors.Is(err, syscall.ENOSPC) {
				t.Error(err)
			}
		}, func() {
			if err := os.Remove(ballast); err != nil {
				t.Error(err)
			}
		}, func() {
			status, answer, _ := l.b.file(make([]byte, 1<<20))
			if detail, _ := answer["detail"].(string); status != 503 || !strings.Contains(detail, "disk is full") {
				t.Errorf("a file is answered %d %v", status, answer)
			}
		})
	}
	l.end()
	refused, told := l.refused(), l.now()
	if wrong := l.missing(l.b, told, nil); len(wrong) > 0 {
		t.Errorf("at the end: %s", strings.Join(wrong[:min(10, len(wrong))], "\n"))
	}
	t.Logf("%d writes were refused, %d customers, %d changes and %d files were told, all are there", refused[503], len(told.names), told.note, len(told.files))
	if delete(refused, 503); len(refused) > 0 {
		t.Errorf("other answers: %v", refused)
	}
	if err := server.stop(); err != nil {
		t.Errorf("the end: %v %s", err, server.said())
	}
	if r := runEcrm(t, t.TempDir(), nil, "", "check", "--data", data); r.code != 0 {
		t.Errorf("check: %s %s", r.out, r.err)
	}
}
