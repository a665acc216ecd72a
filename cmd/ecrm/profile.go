//go:build profile

package main

import (
	"log/slog"
	"net/http"
	_ "net/http/pprof" //nolint:gosec // only in programs built with -tags profile
	"os"
)

// A program built with -tags profile answers net/http/pprof at ECRM_PROFILE, an address
// of this machine: go tool pprof http://ADDRESS/debug/pprof/profile.
func init() {
	if address := os.Getenv("ECRM_PROFILE"); address != "" {
		go func() { slog.Error("profiling ended", "error", http.ListenAndServe(address, nil)) }() //nolint:gosec // as above
	}
}
