package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"ecrm/internal/app"
	"ecrm/internal/demo"
	"ecrm/internal/folder"
	"ecrm/internal/identity"
)

type demoCompany struct {
	place
	Customers int    `default:"1000" help:"How many customers."`
	Seed      uint64 `default:"1" help:"The same seed makes the same company."`
	Locale    string `default:"zh-TW" enum:"zh-TW,zh-CN,en" help:"zh-TW, zh-CN or en."`
	JSON      bool   `help:"Print the accounts as one line of JSON."`
	Today     string `help:"The day the data is made for (2026-11-24); today when absent."`
}

// Run makes a company up and prints the accounts that show it.
func (c *demoCompany) Run(ctx context.Context) error { return c.run(ctx, "demo", c) }

func (c *demoCompany) do(ctx context.Context, a *app.App, s folder.Streams) error {
	o := demo.Options{Customers: c.Customers, Seed: c.Seed, Locale: c.Locale, Files: a.Files}
	if c.Today != "" {
		day, err := time.Parse(time.DateOnly, c.Today)
		if err != nil {
			return fmt.Errorf("--today: write the day as 2026-11-24: %w", err)
		}
		o.Today = day
	}
	needed, err := a.Identity.Needed(ctx)
	if err != nil {
		return err
	}
	var accounts []demo.Account
	if needed {
		o.Password = identity.Temporary()
		company, administrator := demo.Company(c.Locale)
		if _, err := a.Identity.SetUp(ctx, company, administrator, "admin", o.Password); err != nil {
			return spoken(err)
		}
		accounts = append(accounts, demo.Account{Name: administrator, Login: "admin", Password: o.Password, Role: "administrator"})
	}
	started := time.Now()
	made, err := demo.Make(ctx, a.Identity, o)
	if err != nil {
		return spoken(err)
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"customers": c.Customers, "accounts": append(accounts, made...), "seconds": time.Since(started).Seconds()})
	}
	s.Say("%d customers and what goes with them in %.1f s\n", c.Customers, time.Since(started).Seconds())
	w := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	for _, account := range append(accounts, made...) {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", account.Role, account.Name, account.Login, account.Password); err != nil {
			return err
		}
	}
	return w.Flush()
}
