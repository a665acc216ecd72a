package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestSameErrorIsSaidOnceInAWhile(t *testing.T) {
	var text bytes.Buffer
	h := sayOnce(slog.NewTextHandler(&text, nil))
	log := slog.New(h)
	for range 5 {
		log.Error("no database", "error", "refused")
	}
	log.Error("no database", "error", "timeout")
	if n := strings.Count(text.String(), "refused"); n != 1 || !strings.Contains(text.String(), "timeout") {
		t.Errorf("said %d times: %s", n, text.String())
	}
	later := slog.NewRecord(time.Now().Add(repeatAfter), slog.LevelError, "no database", 0)
	later.Add("error", "refused")
	if err := h.Handle(t.Context(), later); err != nil || strings.Count(text.String(), "refused") != 2 {
		t.Errorf("a while later: %v %s", err, text.String())
	}
}
