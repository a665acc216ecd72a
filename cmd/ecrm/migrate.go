package main

import (
	"context"
	"errors"
	"fmt"

	"ecrm/internal/app"
	"ecrm/internal/folder"
)

type migrate struct {
	place
	DryRun bool `help:"Only say, in words and SQL, what would change."`
}

// Run brings the database in step with this program, which serve does as well.
func (c *migrate) Run(ctx context.Context) (err error) {
	plan, err := app.Plan(ctx, c.config(), app.Modules())
	if err != nil {
		return err
	}
	if len(plan) == 0 {
		fmt.Println("The database is in step with this program: nothing to change.")
		return nil
	}
	for _, change := range plan {
		fmt.Printf("-- %s\n%s;\n", change, change.SQL)
	}
	if c.DryRun {
		fmt.Printf("-- %d changes; nothing was changed: a dry run\n", len(plan))
		return nil
	}
	held, err := folder.Take(c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	if err := app.Migrate(ctx, c.config(), app.Modules()); err != nil {
		return err
	}
	fmt.Printf("-- %d changes made\n", len(plan))
	return nil
}
