package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/folder"
	"ecrm/internal/message"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/transfer"
)

type exportFile struct {
	place
	Object   string   `default:"customer" help:"Object to export."`
	As       string   `help:"Login of the user who exports; without it the system does."`
	Filter   string   `help:"Filter, as in the address of a list."`
	Query    string   `name:"q" help:"Words to search for."`
	Sort     string   `default:"created_at" help:"Fields to sort by, a minus before descending ones."`
	Fields   []string `help:"Fields to export, by comma; without them all."`
	Format   string   `enum:",csv,xlsx" default:"" help:"csv or xlsx; without it as the file's name ends, else csv."`
	Encoding string   `help:"Encoding of a csv: utf-8, big5 or gb18030." default:"utf-8"`
	JSON     bool     `help:"Print the totals as one line of JSON."`
	File     string   `arg:"" type:"path" help:"File to write; one that exists is replaced."`
}

// Run writes records into a file.
func (c *exportFile) Run(ctx context.Context) error { return c.run(ctx, "export", c) }

func (c *exportFile) output() string { return c.File }

func (c *exportFile) do(ctx context.Context, a *app.App, s folder.Streams) error {
	if c.Format == "" {
		c.Format = "csv"
		if strings.EqualFold(filepath.Ext(c.File), ".xlsx") {
			c.Format = "xlsx"
		}
	}
	started := time.Now()
	result, err := a.ExportFile(ctx, c.As, c.Object, s.File, transfer.ExportRequest{
		Filter: c.Filter, Q: c.Query, Sort: c.Sort, Fields: c.Fields, Format: c.Format, Encoding: c.Encoding,
	})
	if err != nil {
		return spoken(err)
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"rows": result.Rows, "size": result.Size, "seconds": time.Since(started).Seconds()})
	}
	s.Say("%d rows written to %s\n", result.Rows, c.File)
	return nil
}

// spoken says an error of the engine in a sentence.
func spoken(err error) error {
	var re *record.Error
	var qp *query.Problem
	switch {
	case errors.As(err, &re):
		text := message.In("en", re.Code, nil)
		for _, f := range re.Fields {
			text += "; " + f.Field + ": " + message.In("en", f.Problem.Code, f.Params)
		}
		return errors.New(text)
	case errors.As(err, &qp):
		return errors.New(message.In("en", qp.Code, map[string]string{"pos": fmt.Sprint(qp.Pos + 1), "token": qp.Token}))
	}
	return err
}
