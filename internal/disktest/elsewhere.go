//go:build !linux || (!amd64 && !arm64)

package disktest

import (
	"math/rand/v2"
	"os/exec"
	"testing"
)

// Disk is a folder and what of it would outlive a power cut.
type Disk struct{}

// New skips the test: only Linux has what it takes.
func New(t testing.TB, _ string) *Disk {
	t.Helper()
	t.Skip("a disk that loses its power needs Linux")
	return nil
}

// Enter returns.
func Enter() {}

// Start does nothing.
func (*Disk) Start(*exec.Cmd) error { return nil }

// Image does nothing.
func (*Disk) Image(string, *rand.Rand) error { return nil }

// Lie does nothing.
func (*Disk) Lie(func(path string) bool) {}

// Break does nothing.
func (*Disk) Break(bool) {}

// Protect does nothing.
func (*Disk) Protect(bool) {}

// Fill does nothing.
func (*Disk) Fill(int64) {}

// Calls counts nothing.
func (*Disk) Calls() int { return 0 }
