package store

import (
	"context"
	"fmt"
	"log/slog"
)

// dangerous are settings of PostgreSQL that lose what was acknowledged, with what
// becomes of it.
var dangerous = map[string]string{
	"fsync":            "a power cut can destroy the whole database",
	"full_page_writes": "a power cut can destroy parts of the database",
}

// Warn says loudly what makes the database unsafe.
func (db *DB) Warn(ctx context.Context) {
	for name, danger := range dangerous {
		rows, err := db.Query(ctx, "SELECT current_setting(?)", name)
		if err != nil || len(rows) == 0 || fmt.Sprint(rows[0][0]) != "off" {
			continue
		}
		slog.Warn("POSTGRESQL IS SET TO LOSE DATA: " + danger + "; set " + name + " = on in postgresql.conf and restart it")
	}
}
