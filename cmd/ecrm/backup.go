package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"ecrm/internal/app"
	"ecrm/internal/folder"
	"ecrm/internal/store"
)

type backupData struct {
	place
	File string `arg:"" help:"File to write, such as ecrm-2026-11-24.tar.gz."`
}

// Run writes a backup, through the server where one holds the folder.
func (c *backupData) Run(ctx context.Context) error { return c.run(ctx, "backup", c) }

func (c *backupData) output() string { return c.File }

func (c *backupData) do(ctx context.Context, a *app.App, s folder.Streams) error {
	m, err := a.Backup(ctx, version, s.File)
	if errors.Is(err, store.ErrNoSnapshot) {
		return errors.New("this data is in PostgreSQL: use pg_dump, and copy the data folder")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%d files, as of %s\n", len(m.Files), m.At.Format("2006-01-02 15:04:05 MST"))
	return err
}

type restoreData struct {
	Data string `default:"./data" env:"ECRM_DATA" help:"Empty folder that becomes the data folder."`
	File string `arg:"" type:"existingfile" help:"The backup."`
}

// Run makes a data folder of a backup.
func (c *restoreData) Run() error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	m, err := app.Restore(file, c.Data)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	fmt.Printf("%s holds what ECRM %s had at %s\n", c.Data, m.Program, m.At.Format("2006-01-02 15:04:05 MST"))
	return nil
}
