package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/folder"
	"ecrm/internal/record"
)

type checkData struct {
	place
	JSON   bool `help:"Print the result as JSON."`
	Repair bool `help:"Make anew what follows from other values: search, match keys, sort keys, owners repeated, numbers, what amounts are worth, when birthdays come."`
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
	counts := map[string]int{}
	err := a.Verify(ctx, func(f record.Finding) {
		total[f.Rule]++
		if total[f.Rule] <= c.Most {
			shown = append(shown, f)
		}
	}, func(what string, n int) {
		counts[what] = n
		if !c.JSON { // it takes minutes where there are millions
			s.Say("%-24s %d records\n", what, n)
		}
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(map[string]any{"records": counts, "findings": shown, "total": total, "repaired": repaired, "seconds": time.Since(started).Seconds()})
	} else {
		printFindings(s, total, shown)
	}
	if err == nil && len(total) > 0 {
		err = errFindings
	}
	return err
}

func printFindings(s folder.Streams, total map[string]int, shown []record.Finding) {
	for _, f := range shown {
		s.Say("%s %d: %s: %s\n", f.Object, f.ID, f.Rule, f.Detail)
	}
	for rule, n := range total {
		s.Say("%d findings: %s\n", n, rule)
	}
	if len(total) == 0 {
		s.Say("everything agrees\n")
	}
}
