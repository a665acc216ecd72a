package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"ecrm/internal/app"
	"ecrm/internal/folder"
)

type backupData struct {
	place
	JSON bool   `help:"Print what was written as one line of JSON."`
	File string `arg:"" type:"path" help:"File to write, such as ecrm-2026-11-24.tar.gz."`
}

// Run writes a backup, through the server where one holds the folder.
func (c *backupData) Run(ctx context.Context) error { return c.run(ctx, "backup", c) }

func (c *backupData) output() string { return c.File }

func (c *backupData) do(ctx context.Context, a *app.App, s folder.Streams) error {
	m, err := a.Backup(ctx, version, s.File)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"files": len(m.Files), "at": m.At, "program": m.Program})
	}
	_, err = fmt.Fprintf(s.Out, "%d files, as of %s\n", len(m.Files), m.At.Format("2006-01-02 15:04:05 MST"))
	return err
}

type restoreData struct {
	place
	File string `arg:"" type:"existingfile" help:"The backup."`
}

// Run makes a data folder, and with --database a database, of a backup.
func (c *restoreData) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	m, err := app.Restore(ctx, file, c.config(), app.Modules())
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	where := c.Data
	if c.Database != "" {
		where += ", with the database named,"
	}
	fmt.Printf("%s holds what ECRM %s had at %s\n", where, m.Program, m.At.Format("2006-01-02 15:04:05 MST"))
	return nil
}
