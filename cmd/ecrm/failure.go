package main

import (
	"errors"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"ecrm/internal/secure"
	"ecrm/internal/store"
)

// usageError is a command written wrongly: exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitCode is 2 where the command was written wrongly, else 1.
func exitCode(err error) int {
	var usage usageError
	var address *net.AddrError
	if errors.As(err, &usage) || errors.As(err, &address) || errors.Is(err, store.ErrAddress) || errors.Is(err, secure.ErrHow) {
		return 2
	}
	return 1
}

// Windows has numbers of its own for what goes wrong with an address.
const (
	windowsInUse    = syscall.Errno(10048)
	windowsNotOurs  = syscall.Errno(10049)
	windowsNotAllow = syscall.Errno(10013)
)

// line says an error in one line, with what to do where that is known.
func line(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, windowsInUse):
		text += ": another program listens there: stop it, or choose another port with --addr"
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, windowsNotOurs):
		text += ": this machine has no such address: use 0.0.0.0 for all it has"
	case (errors.Is(err, syscall.EACCES) || errors.Is(err, windowsNotAllow)) && strings.Contains(text, "listen on"):
		text += ": ports below 1024 need a right of their own: choose one above, such as 8443"
	case errors.Is(err, syscall.ENOTDIR):
		text += ": name another folder with --data"
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		text += ": give this user the right to write there, or name another folder with --data"
	case errors.Is(err, syscall.ENOSPC):
		text += ": make room on the disk"
	}
	return text
}
