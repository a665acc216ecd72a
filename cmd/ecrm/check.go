package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/folder"
	"ecrm/internal/record"
)

type checkData struct {
	place
	JSON   bool `help:"Print the result as JSON."`
	Repair bool `help:"Make anew what follows from other values: what amounts are worth, when birthdays come."`
	Most   int  `default:"20" help:"How many findings of each kind are printed."`
}

// errFindings ends a check that found something.
var errFindings = errors.New("the database does not agree with itself")

// Run reads the whole database and tells what does not agree.
func (c *checkData) Run(ctx context.Context) error { return c.run(ctx, "check", c) }

func (c *checkData) do(ctx context.Context, a *app.App, s folder.Streams) error {
	started := time.Now()
	total := map[string]int{}
	shown := []record.Finding{}
	var repaired int64
	if c.Repair {
		var err error
		if repaired, err = a.Repair(ctx); err != nil {
			return err
		}
		if !c.JSON {
			s.Say("%d values made anew\n", repaired)
		}
	}
	counts, err := a.Verify(ctx, func(f record.Finding) {
		total[f.Rule]++
		if total[f.Rule] <= c.Most {
			shown = append(shown, f)
		}
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(map[string]any{"records": counts, "findings": shown, "total": total, "repaired": repaired, "seconds": time.Since(started).Seconds()})
	} else {
		err = printCheck(s, counts, total, shown)
	}
	if err == nil && len(total) > 0 {
		err = errFindings
	}
	return err
}

func printCheck(s folder.Streams, counts, total map[string]int, shown []record.Finding) error {
	w := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if _, err := fmt.Fprintf(w, "%s\t%d records\n", name, counts[name]); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, f := range shown {
		s.Say("%s %d: %s: %s\n", f.Object, f.ID, f.Rule, f.Detail)
	}
	for rule, n := range total {
		s.Say("%d findings: %s\n", n, rule)
	}
	if len(total) == 0 {
		s.Say("everything agrees\n")
	}
	return nil
}
